"""Handling: what a unit does with its share, and what the office answers to it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.clock import Clock
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import Event, Outcome
from models.vocabulary.limits import ClockState
from models.vocabulary.people import UnitRole
from rules.errors import TransitionRefusedError
from rules.lifecycle.share import FINISHED_UNITS, GONE_UNITS
from tasks.letters.queueing import shown_due
from tasks.limits.clocks import extend_clock, extension_cap
from tasks.record.act import Act
from tasks.record.cases import clocks_of, dispatches_of, find_dispatch, find_petition
from tasks.record.facts import running_clock
from tasks.transitions import advance


def sign_in(session: Session, number: str, position: int, *, act: Act) -> Dispatch:
    """Sign for the papers; of an assignment the handling limit runs from here."""
    petition, share = _load(session, number, position)
    event = Event.SIGN_IN if share.result_wanted else Event.SIGN_IN_REFERRAL
    advance(session, petition, event, act=act, dispatch=share, changes={"signed_in_on": share.signed_in_on or act.happened_on})
    return share


def object_to(session: Session, number: str, position: int, *, act: Act, reason: str, suggested: str = "") -> Dispatch:
    """Object to a share with reasons; an objection after five working days is marked late (条例 第二十三条第三款)."""
    petition, share = _load(session, number, position)
    clock = running_clock(session, petition, "objection", dispatch=share)
    # Whoever was overruled had its five working days: a second objection is always late.
    late = share.objections > 0 or bool(clock and act.happened_on > clock.due_on)
    facts = {"late": late, "times": share.objections + 1}
    changes = {"objections": share.objections + 1, "signed_in_on": share.signed_in_on or act.happened_on}
    advance(
        session,
        petition,
        Event.OBJECT,
        act=act,
        dispatch=share,
        asked={"reason": reason},
        changes=changes,
        facts=facts,
        note=f"{reason}\n建议转：{suggested}" if suggested else reason,
        letter_facts={"reason": reason},
    )
    return share


def decide_objection(session: Session, number: str, position: int, *, act: Act, upheld: bool, reason: str) -> Dispatch:
    """Agree to take a share back, or send it back with the same due date."""
    petition, share = _load(session, number, position)
    event = Event.UPHOLD_OBJECTION if upheld else Event.OVERRULE_OBJECTION
    if upheld:
        _pass_on_the_lead(session, petition, share)
    advance(
        session, petition, event, act=act, dispatch=share, asked={"reason": reason}, note=reason, letter_facts={"reason": reason}
    )
    return share


def _pass_on_the_lead(session: Session, petition: Petition, share: Dispatch) -> None:
    """When the lead unit gives its share back, the next one at work takes the lead."""
    if share.role is not UnitRole.LEAD:
        return
    others = [other for other in dispatches_of(session, petition) if other.id != share.id and other.state not in GONE_UNITS]
    if others:
        share.role, others[0].role = UnitRole.CO_HANDLING, UnitRole.LEAD
        petition.lead_organ_id = others[0].organ_id
        if others[0].accepted_on:
            petition.outcome = _reported_outcome(session, petition, others[0])


def request_extension(
    session: Session, number: str, position: int, *, act: Act, days: int, approver: str, reason: str
) -> Dispatch:
    """Ask for more calendar days: once, before expiry, approved by the handling organ's head (条例 第三十四条)."""
    petition, share = _load(session, number, position)
    clock = _handling_limit(session, petition, share)
    asked = {
        "reason": reason,
        "extension_days": days,
        "extension_approver": approver,
        "extensions_before": share.extensions,
        "extension_cap": extension_cap(petition, "assign"),
        "clock_due_on": clock.due_on if clock else None,
    }
    advance(
        session,
        petition,
        Event.REQUEST_EXTENSION,
        act=act,
        dispatch=share,
        asked=asked,
        facts={"days": days},
        note=f"批准人：{approver}\n{reason}",
    )
    return share


def decide_extension(session: Session, number: str, position: int, *, act: Act, granted: bool, reason: str) -> Dispatch:
    """Consent to an extension, which moves the due date and is told to the petitioner, or refuse it."""
    petition, share = _load(session, number, position)
    if not granted:
        advance(
            session,
            petition,
            Event.REFUSE_EXTENSION,
            act=act,
            dispatch=share,
            asked={"reason": reason},
            note=reason,
            letter_facts={"reason": reason},
        )
        return share
    days = _asked_days(session, petition, share)
    clock = _handling_limit(session, petition, share)
    before = clock.due_on if clock else None
    if clock is not None:
        clock = extend_clock(session, clock, petition, days, act=act)
    due = clock.due_on if clock else None
    advance(
        session,
        petition,
        Event.GRANT_EXTENSION,
        act=act,
        dispatch=share,
        changes={"extensions": share.extensions + 1},
        facts={"days": days, "before": _iso(before), "after": _iso(due)},
        note=reason,
        letter_facts={"extension_due_on": shown_due(clock) if clock else "", "reason": reason},
    )
    return share


def _handling_limit(session: Session, petition: Petition, share: Dispatch) -> Clock | None:
    own = [clock for clock in clocks_of(session, petition) if clock.rule_key == "assign" and clock.dispatch_id == share.id]
    if any(clock.state is ClockState.SUSPENDED for clock in own):
        raise TransitionRefusedError("承办期限已中止计时，请在恢复计时后办理延期")
    return running_clock(session, petition, "assign", dispatch=share)


@dataclass(frozen=True, kw_only=True)
class HandlingReport:
    """What a unit reports (办结报告): process, facts, basis, result; what it concluded; how it told the petitioner."""

    text: str
    outcome: Outcome
    told: str = ""


def report(session: Session, number: str, position: int, *, act: Act, findings: HandlingReport) -> Dispatch:
    """Report a share as handled; the office has to examine it."""
    petition, share = _load(session, number, position)
    advance(
        session,
        petition,
        Event.REPORT,
        act=act,
        dispatch=share,
        asked={"answer": findings.text},
        changes={"reported_on": act.happened_on},
        facts={"outcome": findings.outcome.value},
        note=f"{findings.text}\n告知情况：{findings.told}" if findings.told else findings.text,
    )
    return share


def examine(
    session: Session, number: str, position: int, *, act: Act, accepted: bool, failed: tuple[str, ...] = (), reason: str = ""
) -> Dispatch:
    """Accept a report that passes all six checks, or send it back to be done again with reasons."""
    petition, share = _load(session, number, position)
    asked = {"failed_checks": failed, "reason": reason}
    if not accepted:
        advance(
            session,
            petition,
            Event.REDO,
            act=act,
            dispatch=share,
            asked=asked,
            changes={"redos": share.redos + 1},
            facts={"failed": list(failed)},
            note=reason,
            letter_facts={"reason": reason},
        )
        return share
    if share.role is UnitRole.LEAD:
        petition.outcome = _reported_outcome(session, petition, share)
    advance(
        session,
        petition,
        Event.ACCEPT_REPORT,
        act=act,
        dispatch=share,
        asked=asked,
        changes={"accepted_on": act.happened_on},
        note=reason,
    )
    return share


def answer_direct(session: Session, number: str, *, act: Act, answer: str, outcome: Outcome) -> Petition:
    """Answer a matter of the congress's own, centrally (沪 第三十条)."""
    petition = find_petition(session, number, lock=True)
    advance(
        session,
        petition,
        Event.ANSWER_DIRECT,
        act=act,
        asked={"answer": answer},
        note=answer,
        changes={"outcome": outcome, "drafter_code": act.actor.code},
        facts={"outcome": outcome.value},
    )
    return petition


def recall_shares(session: Session, petition: Petition, *, act: Act) -> None:
    """Call back every share that is still open, because the petition has ended."""
    for share in dispatches_of(session, petition):
        if share.state not in FINISHED_UNITS:
            advance(session, petition, Event.RECALL, act=act.by_system(), dispatch=share)


def _load(session: Session, number: str, position: int) -> tuple[Petition, Dispatch]:
    petition = find_petition(session, number, lock=True)
    return petition, find_dispatch(session, petition, position)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _asked_days(session: Session, petition: Petition, share: Dispatch) -> int:
    return int(_newest(session, petition, share, Event.REQUEST_EXTENSION).get("days", 0))


def _reported_outcome(session: Session, petition: Petition, share: Dispatch) -> Outcome:
    return Outcome(_newest(session, petition, share, Event.REPORT)["outcome"])


def _newest(session: Session, petition: Petition, share: Dispatch, event: Event) -> dict[str, Any]:
    query = (
        select(CaseEvent.facts)
        .where(CaseEvent.petition_id == petition.id, CaseEvent.dispatch_id == share.id, CaseEvent.event == event)
        .order_by(col(CaseEvent.seq).desc())
        .limit(1)
    )
    return dict(session.exec(query).one())
