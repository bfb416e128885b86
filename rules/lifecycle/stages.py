"""Where a petition stands: the stage of each state, and the groups of states that rows and readers ask for."""

from models.vocabulary.case import Stage, State

S = State

UNITS_AT_WORK = (S.REFERRED, S.ASSIGNED, S.RETURN_REQUESTED, S.HANDLING, S.EXTENSION_REQUESTED, S.JOINT_HANDLING, S.REPORTED)
ROLLED_UP = tuple(state for state in UNITS_AT_WORK if state is not S.REFERRED)
BEFORE_APPROVAL = (S.REGISTERED, S.DUPLICATE_CHECK, S.PROPOSING, S.APPROVING)
CLOCKS_RUN_AFTER = (S.DONE, S.REVIEWING, S.RE_REVIEWING, S.FINAL, S.WITHDRAWN)
OPEN = (*BEFORE_APPROVAL, S.APPROVED, S.DIRECT, *UNITS_AT_WORK, S.DELIVERING, S.CLOSING)
CLOCKS_RUN = (*OPEN, *CLOCKS_RUN_AFTER)

STAGES: dict[State, Stage] = {
    **dict.fromkeys((S.DRAFT, S.REGISTERED, S.DUPLICATE_CHECK), Stage.INTAKE),
    **dict.fromkeys((S.PROPOSING, S.APPROVING, S.APPROVED), Stage.ROUTING),
    **dict.fromkeys((S.DIRECT, *UNITS_AT_WORK), Stage.JOINT_HANDLING),
    S.DELIVERING: Stage.FEEDBACK,
    **dict.fromkeys((S.CLOSING, S.DONE, S.REVIEWING, S.RE_REVIEWING, S.FINAL, S.WITHDRAWN, S.ATTACHED), Stage.CLOSURE),
    **dict.fromkeys((S.ARCHIVED, S.VOID), Stage.CLOSED),
}
