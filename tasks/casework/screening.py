"""Screening: class, content and place of a petition, and whether it goes on, is answered at once, joins another or ends."""

from dataclasses import dataclass, replace
from typing import Any

from models.case_event import CaseEvent
from models.petition import Petition
from models.vocabulary.case import Event, Flag, PetitionClass, Relation, Stage, State, Way
from models.vocabulary.case import Outcome as OutcomeCode
from rules.errors import UnknownCaseError
from rules.lifecycle.stages import STAGES
from tasks.limits.clocks import stop_what_no_longer_counts
from tasks.record.act import Act
from tasks.record.cases import Case, find_petition, lock_case, subject_of
from tasks.record.organs import find_organ
from tasks.transitions import Change, advance


@dataclass(frozen=True, kw_only=True)
class Screening:
    """What the screening officer found out about a petition."""

    petition_class: PetitionClass | None
    content_code: str
    relation: Relation = Relation.FIRST
    parent_number: str = ""
    place: str = ""
    flags: frozenset[Flag] = frozenset()
    accused_unit: str = ""


def screen(case: Case, *, act: Act, found: Screening) -> CaseEvent:
    """Record class, content code, place and marks, and hand the petition on to be drafted."""
    parent = _parent(case, found) if found.relation is Relation.LINKED else None
    change = Change(
        Event.SCREEN,
        asked=_screening_situation(found),
        columns=_screening_columns(case, found) | {"parent_id": parent.id if parent else None},
        record={"relation": found.relation.value, "content_code": found.content_code} | _linked(parent),
    )
    event = advance(case, change, act)
    stop_what_no_longer_counts(case.session, case.petition, act=act)
    return event


def attach(case: Case, *, act: Act, found: Screening) -> CaseEvent:
    """Attach a repeat to its first petition: no second clock, the first one's units are told (条例 第十九条)."""
    parent = _parent(case, found)
    is_open = parent.state is State.CLOSING or STAGES[parent.state] not in (Stage.CLOSED, Stage.CLOSURE)
    change = Change(
        Event.ATTACH,
        asked={"parent_number": parent.number, "parent_is_open": is_open},
        columns=_screening_columns(case, replace(found, relation=Relation.REPEAT)) | {"parent_id": parent.id},
        record={"parent": parent.number},
        words={"parent_number": parent.number},
    )
    event = advance(case, change, act)
    told = Change(Event.ANNOTATE, asked={"reason": "重复来件"}, record={"repeat": case.petition.number})
    advance(lock_case(case.session, subject_of(parent)), told, act.by_system())
    return event


def detach(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """Undo an attachment: the petition goes its own way again, its clocks counted from its own receipt."""
    columns = {"relation": Relation.LINKED}
    return advance(case, Change(Event.DETACH, asked={"reason": reason}, columns=columns, note=reason), act)


def answer_on_spot(case: Case, *, act: Act, found: Screening, answer: str) -> CaseEvent:
    """Answer at the window or on the phone (即接即办): the answer itself is the delivery."""
    parent = _parent(case, found) if found.relation is Relation.LINKED else None
    columns = _screening_columns(case, found) | {
        "parent_id": parent.id if parent else None,
        "drafter_code": act.actor.code,
        "way": Way.ON_THE_SPOT,
        "outcome": OutcomeCode.ANSWERED,
        "delivered_on": act.happened_on,
    }
    asked = _screening_situation(found) | {"answer": answer}
    return advance(case, Change(Event.ANSWER_ON_SPOT, asked=asked, columns=columns, note=answer), act)


def void(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """Void a wrong entry; its number stays used. Somebody else than the registrar has to do it."""
    return advance(case, Change(Event.VOID, asked={"reason": reason}, note=reason), act)


def _parent(case: Case, found: Screening) -> Petition:
    if not found.parent_number.strip():
        raise UnknownCaseError("请填写原信访件（关联件）的编号")
    parent = find_petition(case.session, found.parent_number)
    if parent.id == case.petition.id:
        raise UnknownCaseError("不能并入或关联自身，请填写原信访件编号")
    return parent


def _linked(parent: Petition | None) -> dict[str, Any]:
    return {"parent": parent.number} if parent else {}


def _screening_situation(found: Screening) -> dict[str, Any]:
    return {
        "petition_class": found.petition_class,
        "content_code": found.content_code,
        "relation": found.relation,
        "parent_number": found.parent_number,
    }


def _screening_columns(case: Case, found: Screening) -> dict[str, Any]:
    petition = case.petition
    columns: dict[str, Any] = {
        "petition_class": found.petition_class,
        "content_code": found.content_code,
        "relation": found.relation,
        "place": found.place.strip() or petition.place,
        "flags": sorted({*petition.flags, *(flag.value for flag in found.flags)}),
    }
    if found.accused_unit.strip():
        columns["accused_organ_id"] = find_organ(case.session, found.accused_unit).id
    return columns
