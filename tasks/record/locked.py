"""What a writing transaction remembers: the parts of petitions whose lock it holds, and organs it has looked up.

Nobody else can change a locked petition, its shares or its clocks before the transaction ends, so that each is read
once. A partial rollback may give locks back and undo what was read: then everything is forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import event
from sqlmodel import Session

from models.bookmark import Bookmark
from models.clock import Clock
from models.dispatch import Dispatch
from models.organ import Organ
from models.petition import Petition
from models.petitioner import Petitioner

HELD = "held"
"""Where a session, which lives for one transaction, keeps this."""

Part = TypeVar("Part")


@dataclass
class Locked:
    """The parts that have been read of a petition whose row lock the transaction holds."""

    shares: list[Dispatch] | None = None
    clocks: list[Clock] | None = None
    people: list[Petitioner] | None = None


@dataclass
class Held:
    """Everything that one transaction remembers."""

    petitions: dict[int, Locked] = field(default_factory=dict)
    organs: dict[int, Organ] = field(default_factory=dict)
    organ_names: dict[str, Organ] = field(default_factory=dict)
    bookmarks: dict[str, Bookmark] = field(default_factory=dict)


def held(session: Session) -> Held:
    """What the session's transaction remembers."""
    found: Held = session.info.setdefault(HELD, Held())
    return found


def hold(session: Session, petition: Petition) -> None:
    """Note that this transaction holds a petition's row lock."""
    held(session).petitions.setdefault(petition.id, Locked())


def parts(session: Session, petition: Petition, name: str, load: Callable[[], list[Part]]) -> list[Part]:
    """Give a locked petition's parts from memory, reading them once; those of another petition are read every time."""
    kept = held(session).petitions.get(petition.id)
    if kept is None:
        return load()
    if getattr(kept, name) is None:
        with session.no_autoflush:  # whoever adds a part writes it down (``add_part``), so that events wait to go together
            setattr(kept, name, load())
    return list(getattr(kept, name))


def add_part(session: Session, petition: Petition, name: str, part: Dispatch | Clock) -> None:
    """Add a new share or clock to the session, and to what is remembered of its petition."""
    session.add(part)
    kept = held(session).petitions.get(petition.id)
    if kept is None:
        return
    if getattr(kept, name) is None:
        session.flush()
    else:
        getattr(kept, name).append(part)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: Any) -> None:
    session.info.pop(HELD, None)
