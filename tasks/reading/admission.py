"""Admission: the one way to clear text. Who may look is asked, and the look stands on record, before anything is opened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from models.vocabulary.people import Role
from rules.access import Sight, TextKind, Tie, sight_of
from rules.errors import AnswerRefusedError, UnknownCaseError
from rules.zone import legal_day
from tasks.casework.looks import note_refusal, tie_to
from tasks.keeping.database import database
from tasks.record.act import Act, Who, find_actor
from tasks.record.cases import Case, lock_case

T = TypeVar("T")
IN_ORDER = (Role.DIRECTOR, Role.CLERK, Role.VICE_CHAIR, Role.CHAIRS_MEETING, Role.ARCHIVIST, Role.LIAISON)
"""In which of several capacities somebody reads: the office's own before the unit's."""


@dataclass(frozen=True)
class Admitted:
    """A case that somebody may look at, how he stands to it, and why he looks."""

    case: Case
    act: Act
    tie: Tie
    reason: str

    def sees(self, kind: TextKind) -> bool:
        """Say whether any of a kind of text is seen."""
        return sight_of(self.tie, kind) is not Sight.NOTHING

    @property
    def organ_id(self) -> int | None:
        """The organ to whose own share the sight is bound; nothing where all of the case is seen."""
        return self.act.actor.organ_id if self.tie is Tie.UNIT else None


@dataclass(frozen=True)
class Request:
    """A case, or a share of it, that somebody wants to look at, and why; ``paper`` is the number of a paper in it."""

    subject: str
    who: Who
    reason: str
    paper: int | None = None

    @property
    def refusal(self) -> UnknownCaseError:
        """One sentence for what is not there and for what is none of the reader's business: it gives nothing away."""
        return UnknownCaseError(f"没有编号为“{self.subject}”的信访件，或者您无权查阅；确需查阅的，请向信访办主任说明")


def admit(request: Request, wants: frozenset[TextKind], opened: Callable[[Admitted], T], *, as_of: datetime) -> T:
    """Let somebody look who may see at least one of the kinds that he wants; ``opened`` notes the look and reads.

    Raises ``AnswerRefusedError`` without a reason, and ``UnknownCaseError`` where there is nothing that he may see; the
    refused try then stands on record.
    """
    if not request.reason.strip():
        raise AnswerRefusedError("请写明查阅理由")
    with database().write() as session:
        actor = find_actor(session, request.who, roles=IN_ORDER, on=legal_day(as_of))
        act = Act(actor=actor, as_of=as_of)
        try:
            case = lock_case(session, request.subject)
        except UnknownCaseError:
            raise request.refusal from None
        admitted = Admitted(case, act, tie_to(case, actor, act), request.reason.strip())
        if any(admitted.sees(kind) for kind in wants):
            return opened(admitted)
        note_refusal(case, act, reason=request.reason, paper=request.paper)
    raise request.refusal
