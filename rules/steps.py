"""Steps: in which state the work waits for whom."""

from models.vocabulary.case import DispatchState, State, Step
from models.vocabulary.people import Role
from rules.lifecycle.row import APPROVERS, CLERKS, AnyState
from rules.lifecycle.stages import UNITS_AT_WORK

PETITION_STEPS: dict[State, Step] = {
    State.DRAFT: Step.CORRECT,
    State.REGISTERED: Step.SCREEN,
    State.DUPLICATE_CHECK: Step.SCREEN,
    State.PROPOSING: Step.PROPOSE,
    State.APPROVING: Step.APPROVE,
    State.DIRECT: Step.ANSWER,
    **dict.fromkeys(UNITS_AT_WORK, Step.OVERSEE),
    State.DELIVERING: Step.DELIVER,
    State.CLOSING: Step.CLOSE,
    State.DONE: Step.ARCHIVE,
    State.FINAL: Step.ARCHIVE,
    State.WITHDRAWN: Step.ARCHIVE,
    State.ATTACHED: Step.DETACH,
    State.REVIEWING: Step.REVIEW,
    State.RE_REVIEWING: Step.REVIEW,
}
"""States without a step are passed by the system itself (approved) or are the end."""

DISPATCH_STEPS: dict[DispatchState, Step] = {
    DispatchState.AWAITING_SIGN_IN: Step.SIGN_IN,
    DispatchState.HANDLING: Step.REPORT,
    DispatchState.RETURN_REQUESTED: Step.DECIDE_OBJECTION,
    DispatchState.EXTENSION_REQUESTED: Step.DECIDE_EXTENSION,
    DispatchState.REPORTED: Step.EXAMINE,
}
"""Two tables, for the two vocabularies share words: ``State.HANDLING`` equals ``DispatchState.HANDLING`` as text."""

WHO_DECIDES: dict[Step, tuple[Role, ...]] = {
    Step.CORRECT: CLERKS,
    Step.SCREEN: CLERKS,
    Step.PROPOSE: CLERKS,
    Step.APPROVE: APPROVERS,
    Step.ANSWER: CLERKS,
    Step.OVERSEE: (*CLERKS, Role.VICE_CHAIR),
    Step.DELIVER: CLERKS,
    Step.CLOSE: (Role.DIRECTOR,),
    Step.ARCHIVE: (Role.ARCHIVIST, Role.DIRECTOR, Role.CLERK),
    Step.REVIEW: CLERKS,
    Step.DETACH: (Role.DIRECTOR, Role.ARCHIVIST),
    Step.SIGN_IN: (Role.LIAISON,),
    Step.REPORT: (Role.LIAISON,),
    Step.EXAMINE: CLERKS,
    Step.DECIDE_OBJECTION: (Role.DIRECTOR,),
    Step.DECIDE_EXTENSION: (Role.DIRECTOR,),
}

NOT_BY_THE_DRAFTER = frozenset({Step.APPROVE, Step.CLOSE})
"""Steps that the guards refuse to whoever drafted what is decided there."""


def step_of(state: AnyState) -> Step | None:
    """Name the step at which a petition or share in this state waits, or nothing when no person is needed."""
    return PETITION_STEPS.get(state) if isinstance(state, State) else DISPATCH_STEPS.get(state)
