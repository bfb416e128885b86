"""Looks: how somebody stands to a case, and what stays on record of what he saw, or was not shown."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.organ import Organ
from models.petition import Petition
from models.vocabulary.case import Event, Stage, Step
from models.vocabulary.people import Role
from rules.access import CaseSituation, Reader, TextKind, Tie, tie_between
from rules.lifecycle.row import APPROVERS
from rules.lifecycle.stages import STAGES
from rules.steps import step_of
from tasks.casework.awaited import awaited
from tasks.record.act import Act, Actor
from tasks.record.cases import Case, dispatches_of
from tasks.transitions import Change, advance


def tie_to(case: Case, actor: Actor, act: Act) -> Tie:
    """Say how an officer, in the capacity in which he acts, stands to a case; to one share of it where one is named."""
    petition = case.petition
    accuses = bool(petition.accused_sealed or petition.accused_organ_id)
    ended = STAGES[petition.state] in (Stage.CLOSURE, Stage.CLOSED)
    seen = CaseSituation(petition_class=petition.petition_class, accuses=accuses, ended=ended)
    own, above = _the_accused(case.session, petition)
    reader = Reader(
        role=actor.role,
        took_part=_took_part(case, actor),
        put_before=_is_put_before(case, actor.role, act),
        accused=actor.organ_id in own,
        above_accused=actor.organ_id in above,
        has_share=_has_share(case, actor),
    )
    return tie_between(reader, seen)


def note_look(case: Case, act: Act, *, reason: str, kinds: Iterable[TextKind], paper: int | None = None) -> CaseEvent:
    """Put on record who looked, why, and at which kinds of text, or at which paper, before anything is shown."""
    record = {"seen": sorted(kind.value for kind in kinds)} | _what(case, paper)
    return advance(case.whole, Change(Event.READ, asked={"reason": reason}, record=record, note=reason), act)


def note_refusal(case: Case, act: Act, *, reason: str, paper: int | None = None) -> CaseEvent:
    """Put on record that somebody wanted to look who may not, and what he said why."""
    return advance(case.whole, Change(Event.LOOK_REFUSED, record=_what(case, paper), note=reason), act)


def _what(case: Case, paper: int | None) -> dict[str, int]:
    share = {"share": case.share.position} if case.share else {}
    return share | ({"paper": paper} if paper is not None else {})


def _has_share(case: Case, actor: Actor) -> bool:
    shares = [case.share] if case.share else dispatches_of(case.session, case.petition)
    return any(share.organ_id == actor.organ_id for share in shares)


def _took_part(case: Case, actor: Actor) -> bool:
    petition = case.petition
    if actor.code in (petition.registrar_code, petition.drafter_code):
        return True
    query = (
        select(CaseEvent.id)
        .where(CaseEvent.petition_id == petition.id, CaseEvent.actor_code == actor.code)
        .where(col(CaseEvent.source) != col(CaseEvent.target))  # to look at a case, or to note something, is no part in it
        .limit(1)
    )
    return case.session.exec(query).first() is not None


def _is_put_before(case: Case, role: Role, act: Act) -> bool:
    """Say whether the case waits for a signature in this capacity: only that of who signs, for clerks are many."""
    step = step_of(case.petition.state)
    if role not in APPROVERS or step not in (Step.APPROVE, Step.CLOSE):
        return False
    return role in awaited(case.session, case.petition, step, today=act.today).roles


def _the_accused(session: Session, petition: Petition) -> tuple[set[int], set[int]]:
    """The accused unit with those that took over from it, and the units above any of these, by row number."""
    own = _line(session, petition.accused_organ_id, "successor_id")
    above = {organ for one in own for organ in _line(session, one, "parent_id")} - own
    return own, above


def _line(session: Session, organ_id: int | None, link: str) -> set[int]:
    seen: set[int] = set()
    while organ_id is not None and organ_id not in seen:
        seen.add(organ_id)
        organ = session.get(Organ, organ_id)
        organ_id = getattr(organ, link) if organ is not None else None
    return seen
