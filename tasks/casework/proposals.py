"""Routing: drafting a proposal, approving it or sending it back, and carrying it out."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.case_event import CaseEvent
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import DispatchState, Event, State, Step, Way
from models.vocabulary.papers import Letter
from models.vocabulary.people import UnitRole
from notifications.catalogue import row_for
from rules.grounds import REJECTION_GROUNDS, find_ground
from rules.routing import ISSUING, OUTCOME_OF_WAY
from rules.zone import iso_day
from tasks.casework.awaited import awaited
from tasks.keeping.settings import settings
from tasks.record.act import Act
from tasks.record.cases import Case, dispatches_of
from tasks.record.locked import add_part
from tasks.record.organs import find_organ, in_force
from tasks.record.serials import letter_number
from tasks.record.situation import unit_situation
from tasks.runs.bookmarks import want_run
from tasks.transitions import Change, advance


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What the drafter proposes: the way, the units (names or codes), and a limit if the letter sets one itself."""

    way: Way
    opinion: str
    lead: str = ""
    co_handling: tuple[str, ...] = ()
    limit_on: date | None = None
    ground: str = ""


def propose(case: Case, *, act: Act, proposal: Proposal) -> CaseEvent:
    """Put a proposal before the approver; a unit that succeeded another stands in for it (条例 第二十四条)."""
    organs = [in_force(case.session, find_organ(case.session, name), act.today) for name in _names(proposal)]
    ground = find_ground(REJECTION_GROUNDS, proposal.ground)
    plan = {
        "units": list(dict.fromkeys(organ.code for organ in organs)),
        "limit_on": iso_day(proposal.limit_on),
        "ground": ground.code if ground else None,
    }
    asked = {
        "way": proposal.way,
        "reason": proposal.opinion,
        "limit_on": proposal.limit_on,
        "ground": ground.code if ground else "",
        "units": tuple(unit_situation(organ, act.today) for organ in organs),
        "has_lead": bool(proposal.lead.strip()),
        "district_via_congress": settings().district_via_congress,
    }
    change = Change(
        Event.PROPOSE,
        asked=asked,
        columns={"way": proposal.way, "proposal": plan, "drafter_code": act.actor.code},
        record={"way": proposal.way.value} | plan,
        note=proposal.opinion,
    )
    return advance(case, change, act)


def send_back(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """Send a proposal back to its drafter."""
    return advance(case, Change(Event.SEND_BACK, asked={"reason": reason}, note=reason), act)


def approve(case: Case, *, act: Act, opinion: str) -> CaseEvent:
    """Approve a proposal in the rank that its way needs, and issue the letters; the opinion is kept verbatim."""
    asked = {
        "approval_role": awaited(case.session, case.petition, Step.APPROVE, today=act.today).roles[0],
        "limit_on": _limit_of(case.petition),
    }
    event = advance(case, Change(Event.APPROVE, asked=asked, note=opinion), act)
    carry_out(case, act=act)
    return event


def _limit_of(petition: Petition) -> date | None:
    limit = petition.proposal.get("limit_on")
    return date.fromisoformat(limit) if limit else None


def carry_out(case: Case, *, act: Act) -> None:
    """Do what was approved: issue the letters and open one share per unit; nothing when that is done already."""
    petition = case.petition
    if petition.state is not State.APPROVED or petition.way is None:
        return
    by_system = act.by_system()
    event = ISSUING[petition.way]
    shares = _open_shares(case, by_system)
    columns: dict[str, Any] = {"outcome": OUTCOME_OF_WAY.get(petition.way)}
    if shares:
        columns["lead_organ_id"] = shares[0].organ_id
    change = Change(
        event,
        columns=columns,
        record={"units": [share.position for share in shares], "letter_no": [share.letter_no for share in shares]},
        words=_words(petition, shares),
    )
    recorded = advance(case, change, by_system)
    for share in shares:
        want_run(case.session, case.of(share).subject, recorded.seq, by_system)


def _words(petition: Petition, shares: list[Dispatch]) -> dict[str, Any]:
    ground = find_ground(REJECTION_GROUNDS, str(petition.proposal.get("ground") or ""))
    words: dict[str, Any] = {"to_positions": [share.position for share in shares]}
    if ground:
        words |= {"reason": ground.wording, "basis": ground.article, "where_to_go": "有权处理的机关、单位或者相应法定途径"}
    return words


def _open_shares(case: Case, act: Act) -> list[Dispatch]:
    """Make one share per proposed unit, the first of them in the lead, each with a letter number."""
    session, petition = case.session, case.petition
    if petition.way not in (Way.REFERRAL, Way.ASSIGNMENT):
        return []
    series = _letter_series(petition.way)
    before = len(dispatches_of(session, petition))
    shares = []
    for index, code in enumerate(petition.proposal["units"]):
        share = Dispatch(
            petition_id=petition.id,
            position=before + index + 1,
            organ_id=find_organ(session, code).id,
            role=UnitRole.CO_HANDLING if index else UnitRole.LEAD,
            state=DispatchState.AWAITING_SIGN_IN,
            result_wanted=petition.way is Way.ASSIGNMENT,
            letter_no=letter_number(session, series, act.happened_on),
            sent_on=act.happened_on,
            limit_on=_limit_of(petition),
        )
        add_part(session, petition, "shares", share)
        shares.append(share)
    session.flush()
    return shares


def _letter_series(way: Way) -> str:
    """Name the series in which the letters of a way are numbered."""
    letter = Letter.ASSIGNMENT_LETTER if way is Way.ASSIGNMENT else Letter.REFERRAL_LETTER
    return row_for(letter).serial or ""


def _names(proposal: Proposal) -> list[str]:
    if proposal.way not in (Way.REFERRAL, Way.ASSIGNMENT):
        return []
    return [name for name in (proposal.lead, *proposal.co_handling) if name.strip()]
