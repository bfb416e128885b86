"""Columns: what an event changes in the rows of a case's file, and how its record tells of it.

Of a coded, dated or counted column the record says what it was and what it is. Of what is sealed, or what somebody
wrote, it says only that it changed: keyed hashes that nobody can read, and that prove either text to whoever has it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from sqlmodel import Session

from models.dispatch import Dispatch
from models.petition import Petition
from models.petitioner import Party, Petitioner
from tasks.keeping.vault import vault
from tasks.record.organs import organs_by_id

CaseRow = Petition | Dispatch | Party | Petitioner
Told = dict[str, dict[str, list[Any]]]

THE_DOORS_OWN = frozenset({"id", "state", "last_seq", "head_hash", "head_seal", "file_sums"})
"""What only the door itself writes, behind the checks that belong to it."""

ORGANS = frozenset({"organ_id", "lead_organ_id", "accused_organ_id"})
"""Told by the organ's code: a row number says nothing outside this database."""

CODES = frozenset({"number", "content_code", "registrar_code", "drafter_code", "pack_version", "letter_no", "flags", "proposal"})
"""Texts and lists that hold codes alone; every other text is one that somebody wrote."""


@dataclass(frozen=True)
class RowChange:
    """New values in one row of a case's file: the petition itself, a share of it, a person, or a person's part in it."""

    row: CaseRow
    values: Mapping[str, Any]


def write_columns(session: Session, changed: Iterable[RowChange]) -> Told:
    """Put new values into their rows; returns old and new of those that differ, by row and column, for the record.

    Raises ``ValueError`` for a column that does not exist or that only the door itself may write.
    """
    told: Told = {}
    for one in changed:
        for column, new in one.values.items():
            if column in THE_DOORS_OWN or column not in type(one.row).model_fields:
                raise ValueError(f"{type(one.row).__name__}.{column} is not a column that a change may bring")
            old = getattr(one.row, column)
            if old != new:
                told.setdefault(_name(one.row), {})[column] = [_shown(session, column, value) for value in (old, new)]
                setattr(one.row, column, new)
    return told


def _name(row: CaseRow) -> str:
    if isinstance(row, Petition):
        return "petition"
    if isinstance(row, Petitioner):
        return f"person/{row.id}"
    return f"{'share' if isinstance(row, Dispatch) else 'party'}/{row.position}"


def _shown(session: Session, column: str, value: Any) -> Any:
    if column in ORGANS:
        return organs_by_id(session, {value})[value].code if value is not None else None
    if column == "parent_id":
        return session.get_one(Petition, value).number if value is not None else None
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, int) or column in CODES:
        return value
    return f"changed:{vault().sign(f'{column}:{value}')}"
