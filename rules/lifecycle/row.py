"""One row of the lifecycle: who may do what from where to where, under which condition, and what follows."""

from dataclasses import dataclass
from typing import TypedDict, Unpack

from models.vocabulary.case import Audience, DispatchState, Event, State
from models.vocabulary.papers import Letter
from models.vocabulary.people import Role
from rules.lifecycle.guards.common import Guard, always

AnyState = State | DispatchState
CLERKS = (Role.CLERK, Role.DIRECTOR)
APPROVERS = (Role.DIRECTOR, Role.VICE_CHAIR, Role.CHAIRS_MEETING)
SYSTEM = (Role.SYSTEM,)
UNIT = (Role.LIAISON,)
LOOKS = frozenset({Event.READ, Event.LOOK_REFUSED})
"""Who may look is asked of ``rules/access.py``; the lifecycle only keeps that somebody did, in whatever state."""
PERSONS = tuple(role for role in Role if role is not Role.SYSTEM)
OFFICE_RULE = "办公室设定（法规无明文）"
PAUSE_RULE = "办公室设定（每次须写明依据；复核的听证时间见信访工作条例 第三十六条第二款）"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row: who may do what from where to where, under which condition, and what follows from it.

    ``target`` is nothing for an overlay, which leaves the state as it is. ``starts``, ``stops`` and
    ``resumes`` are rule keys of the pack (``*`` stops every clock of the subject); ``basis`` cites the article.
    """

    event: Event
    sources: tuple[AnyState, ...]
    target: AnyState | None
    roles: tuple[Role, ...]
    basis: str
    guard: Guard = always
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ()
    audience: Audience = Audience.INTERNAL

    def leads_to(self, source: AnyState) -> AnyState:
        """Name the state after this row, which for an overlay is the state before it."""
        return source if self.target is None else self.target


class Consequences(TypedDict, total=False):
    """What follows from a row beside the new state; the words are those of ``Transition``."""

    starts: tuple[str, ...]
    stops: tuple[str, ...]
    resumes: tuple[str, ...]
    letters: tuple[Letter, ...]
    audience: Audience


def row(
    event: Event,
    sources: tuple[AnyState, ...],
    target: AnyState | None,
    roles: tuple[Role, ...],
    basis: str,
    guard: Guard = always,
    **more: Unpack[Consequences],
) -> Transition:
    """Write one row on one line of a table: what happens, from where, to where, by whom, on which ground."""
    return Transition(event=event, sources=sources, target=target, roles=roles, basis=basis, guard=guard, **more)
