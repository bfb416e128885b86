"""Which limit has to run in which state, so that nothing waits unseen: the office's own where the law sets none."""

from models.vocabulary.case import DispatchState, State

PETITION_DUTIES: dict[State, tuple[str, ...]] = {
    **dict.fromkeys((State.REGISTERED, State.DUPLICATE_CHECK, State.PROPOSING, State.APPROVING), ("divert", "redirect")),
    State.DIRECT: ("direct",),
    State.DELIVERING: ("deliver",),
    State.CLOSING: ("close",),
    State.REVIEWING: ("review",),
    State.RE_REVIEWING: ("re_review",),
    **dict.fromkeys((State.DONE, State.FINAL, State.WITHDRAWN), ("archive",)),
}
"""One of these has to run for the petition itself. While units are at work their shares have limits of their own."""

SHARE_DUTIES: dict[DispatchState, tuple[str, ...]] = {
    DispatchState.AWAITING_SIGN_IN: ("sign_in",),
    DispatchState.HANDLING: ("assign", "progress"),
    DispatchState.RETURN_REQUESTED: ("objection_decision",),
    DispatchState.EXTENSION_REQUESTED: ("extension_decision",),
    DispatchState.REPORTED: ("report_examination",),
}
"""One of these has to run for a unit's share."""
