"""Correcting what was registered: a fact that was written down wrongly, with the reason, old and new on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.case_event import CaseEvent
from models.petitioner import Petitioner
from models.vocabulary.case import Event
from rules.access import Tie
from rules.errors import AnswerRefusedError, TransitionRefusedError
from tasks.casework.looks import tie_to
from tasks.keeping.vault import vault
from tasks.record.act import Act
from tasks.record.cases import Case, people_of
from tasks.record.columns import RowChange
from tasks.record.organs import find_organ, organ_by_id
from tasks.runs.bookmarks import want_run
from tasks.transitions import Change, advance

SEALED = frozenset({"content", "accused"})
"""Facts of the paper that are sealed; the column of each has ``_sealed`` behind its name."""

DIGESTED = frozenset({"name", "id_number", "phone"})
"""Facts of a person by which he is found again."""


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """What is put right, and only that: facts of the paper and of its lead petitioner, by column, with their titles.

    ``accused_unit`` is a unit's name or code. Each pair is the title that the office reads, and the new value.
    """

    paper: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    person: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    accused_unit: str = ""


def correct_facts(case: Case, *, act: Act, corrected: Corrected, reason: str) -> CaseEvent:
    """Put facts of a registration right; the texts of before and after stand, sealed, in the event.

    Raises ``AnswerRefusedError`` when nothing differs, ``TransitionRefusedError`` without a reason, for impossible dates,
    and for an accusation that is not entrusted.
    """
    if tie_to(case.whole, act.actor, act) not in (Tie.OFFICE, Tie.ENTRUSTED):
        raise TransitionRefusedError("该件未委托您办理，不能更正；请由受委托的人员或者信访办主任更正")
    told: list[str] = []
    columns = _of_paper(case, corrected, told)
    people = _of_person(case, corrected, told)
    if not told:
        raise AnswerRefusedError("没有需要更正的内容：所填与登记的一致，或者没有填写")
    change = Change(
        Event.CORRECT_FACTS, asked={"reason": reason} | columns, columns=columns, also=people, note="\n".join([reason, *told])
    )
    event = advance(case.whole, change, act)
    want_run(case.session, case.whole.subject, event.seq, act)  # its page and its form show what was wrong
    return event


def _of_paper(case: Case, corrected: Corrected, told: list[str]) -> dict[str, Any]:
    petition, columns = case.petition, dict[str, Any]()
    for name, (title, new) in corrected.paper.items():
        column = f"{name}_sealed" if name in SEALED else name
        kept = getattr(petition, column)
        old = _opened(kept) if name in SEALED else kept
        if old != new:
            columns[column] = vault().seal(new) if name in SEALED else new
            told.append(_line(title, old, new))
    if corrected.accused_unit:
        unit = find_organ(case.session, corrected.accused_unit)
        if unit.id != petition.accused_organ_id:
            before = organ_by_id(case.session, petition.accused_organ_id).name if petition.accused_organ_id else ""
            columns["accused_organ_id"] = unit.id
            told.append(_line("被反映单位", before, unit.name))
    return columns


def _of_person(case: Case, corrected: Corrected, told: list[str]) -> tuple[RowChange, ...]:
    if not corrected.person:
        return ()
    people = people_of(case.session, case.petition)
    if not people:
        raise AnswerRefusedError("登记时没有信访人，不能更正其信息；请作废后重新登记")
    changes = _changes(people[0], corrected.person, told)
    return (RowChange(people[0], changes),) if changes else ()


def _changes(person: Petitioner, wanted: Mapping[str, tuple[str, str]], told: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, (title, new) in wanted.items():
        old = _opened(getattr(person, f"{name}_sealed"))
        if old == new:
            continue
        values[f"{name}_sealed"] = vault().seal(new)
        if name in DIGESTED:
            values[f"{name}_digest"] = vault().digest(new)
        told.append(_line(title, old, new))
    return values


def _line(title: str, old: Any, new: Any) -> str:
    return f"{title}：{_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    return str(getattr(value, "label", value)) if value not in (None, "") else "（空）"


def _opened(sealed: str | None) -> str:
    return vault().open(sealed) if sealed else ""
