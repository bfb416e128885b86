"""The questions asked of the lifecycle's two tables: what may happen now, and where a petition stands by its units."""

from collections.abc import Iterator

from models.vocabulary.case import Event, State
from models.vocabulary.people import Role
from rules.errors import TransitionRefusedError
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.row import LOOKS, AnyState, Transition
from rules.lifecycle.share import DISPATCH_ROWS
from rules.situation import Situation

ROLL_UP_EVENTS = (
    Event.ALL_RETURNED,
    Event.ALL_ACCEPTED,
    Event.REFERRAL_RECEIVED,
    Event.OBJECTION_RAISED,
    Event.EXTENSION_ASKED,
    Event.SIGN_IN_AWAITED,
    Event.REFERRAL_RESUMED,
    Event.REPORTS_IN,
    Event.HANDLING_BEGUN,
    Event.JOINT_HANDLING_BEGUN,
)
"""In the order in which they are asked: what needs an answer of the office comes before work that goes on."""


def rows_from(state: AnyState) -> Iterator[Transition]:
    """Yield the rows that leave (or overlay) a state."""
    table = PETITION_ROWS if isinstance(state, State) else DISPATCH_ROWS
    return (row for row in table if state in row.sources)


def permitted(state: AnyState, role: Role) -> tuple[Event, ...]:
    """Name what a role may do in a state, guards and looks apart. The desk (issue 14) draws its buttons from it."""
    return tuple(row.event for row in rows_from(state) if role in row.roles and row.event not in LOOKS)


def advance_from(state: AnyState, event: Event, role: Role, situation: Situation) -> Transition:
    """Find the row for a change, or raise ``TransitionRefusedError`` with the reason in the office's words."""
    row = next((row for row in rows_from(state) if row.event is event), None)
    if row is None:
        raise TransitionRefusedError(f"当前状态为“{state.label}”，不能{event.label}")
    if role not in row.roles:
        allowed = "、".join(allowed.label for allowed in row.roles)
        raise TransitionRefusedError(f"{event.label}须由{allowed}办理，您的身份是{role.label}")
    if reason := row.guard(situation):
        raise TransitionRefusedError(reason)
    return row


def roll_up(state: State, situation: Situation) -> Event | None:
    """Name the system event by which the petition follows its units, or nothing when it already stands right."""
    for event in ROLL_UP_EVENTS:
        row = next((row for row in rows_from(state) if row.event is event), None)
        if row and row.guard(situation) is None:
            return event if row.target is not state else None
    return None
