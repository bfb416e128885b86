"""What belongs to a case's file, table by table: which columns are signed, and a row as the one line that is signed.

Left out are row numbers that nothing refers to, what the door signs itself, keyed hashes (they follow from what they
stand beside), and what changes without anything happening to the case: where a letter stands on its way out, when a limit
is looked at next, whether the engine was told of a rung.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import class_mapper
from sqlmodel import SQLModel

from models.attachment import Attachment
from models.clock import Clock, ClockRung, Suspension
from models.dispatch import Dispatch
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.petitioner import Party, Petitioner
from models.urging import Supervision, Urging


@dataclass(frozen=True)
class Filed:
    """One table of a case's file: its name in the sums, what the office calls it, and what of it is not signed."""

    name: str
    label: str
    model: type[SQLModel]
    left_out: frozenset[str] = frozenset({"id"})
    signed: tuple[str, ...] = field(init=False)
    """The signed columns by the names of their attributes, in a fixed order."""

    def __post_init__(self) -> None:
        """Look the signed columns up; the order is that of their names, so that moving a line of a model changes nothing."""
        object.__setattr__(self, "signed", tuple(sorted(self._mapped - self.left_out)))
        if unknown := self.left_out - self._mapped:
            raise ValueError(f"{self.model.__name__} has no {sorted(unknown)}")

    @property
    def _mapped(self) -> frozenset[str]:
        return frozenset(class_mapper(self.model).column_attrs.keys())

    @property
    def has_id(self) -> bool:
        """Whether the row number is signed, for signed rows of other tables refer to it."""
        return "id" not in self.left_out

    def line(self, values: Mapping[str, Any], owner: str = "") -> str:
        """A row as text: the table, the limit's number where it hangs on one, and every signed value."""
        said = [self.name, owner, *(values[name] for name in self.signed)]
        return WRITER.encode(said)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value)


WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_plain)
"""Made once: ``json.dumps`` makes one for every line."""

PETITION = Filed(
    "petition", "信访件本身", Petition, frozenset({"id", "state", "last_seq", "head_hash", "head_seal", "file_sums"})
)
SHARE = Filed("share", "派件", Dispatch, frozenset())
CLOCK = Filed("clock", "期限", Clock, frozenset({"id", "next_rung", "next_rung_at"}))
RUNG = Filed("rung", "期限提醒", ClockRung, frozenset({"id", "clock_id", "announced"}))
SUSPENSION = Filed("suspension", "停计", Suspension, frozenset({"id", "clock_id"}))
PARTY = Filed("party", "信访人在本件中的身份", Party)
PERSON = Filed("person", "信访人", Petitioner, frozenset({"name_digest", "id_number_digest", "phone_digest"}))
LETTER = Filed("letter", "函件", OutboxMessage, frozenset({"id", "state", "attempts", "next_try_at", "last_error", "sent_at"}))
PAPER = Filed("paper", "附件", Attachment)
URGING = Filed("urging", "催办", Urging)
SUPERVISION = Filed("supervision", "督办", Supervision)

FILE = (PETITION, SHARE, CLOCK, RUNG, SUSPENSION, PARTY, PERSON, LETTER, PAPER, URGING, SUPERVISION)
OF_MODEL = {table.model: table for table in FILE}
OF_CLOCKS = (RUNG, SUSPENSION)
"""Tables whose rows hang on a limit: they are signed with its number in the file."""
