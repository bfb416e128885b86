"""Letters: which one goes out, whom a limit's reminders speak to, and who cannot be told at all."""

from datetime import date

from models.vocabulary.case import DispatchState, Flag
from models.vocabulary.limits import ClockOwner
from models.vocabulary.papers import Letter
from rules.ladder import Rung, RungKind

AT_WORK = (DispatchState.AWAITING_SIGN_IN, DispatchState.HANDLING)
"""Where a share stands while it is the unit's turn: its objection, its request and its report lie with the office."""

PAST_IS_NO_ORDER = (Letter.REDO_LETTER, Letter.EXTENSION_REFUSED, Letter.OBJECTION_OVERRULED)
"""Letters that ask for something by the handling limit: a day that has passed cannot be asked for."""


def nobody_to_tell(flags: frozenset[Flag]) -> bool:
    """Say whether a petition has no petitioner to write to: unsigned (条例 第二十三条第二款), or an old ledger's row."""
    return Flag.ANONYMOUS in flags or Flag.HISTORIC in flags


def goes_out(letter: Letter, *, objections: int) -> bool:
    """Say whether a letter of the lifecycle's row is due for a share that was objected to so many times.

    The petitioner was told of the acceptance when the unit signed for the first time, or by the office's own notice.
    """
    return not (letter is Letter.ACCEPTANCE_NOTICE and objections)


def names_due_day(letter: Letter, due_on: date, written_on: date) -> bool:
    """Say whether a letter of ``written_on`` may name the handling limit's last day (both in Asia/Shanghai)."""
    return letter not in PAST_IS_NO_ORDER or due_on >= written_on


def owed_by(state: DispatchState | None, *, result_wanted: bool) -> str:
    """Name by its rule what a unit owes unless a rung of the ladder says otherwise: a signature, or the handling."""
    signed = state not in (None, DispatchState.AWAITING_SIGN_IN)
    return "assign" if signed and result_wanted else "sign_in"


def is_the_units(owner: ClockOwner, share: DispatchState | None) -> bool:
    """Say whether a limit is a handling unit's to keep now; every other one is the office's to look after."""
    return owner is ClockOwner.HANDLER and share in AT_WORK


def letter_of_rung(rung: Rung, *, units: bool) -> Letter:
    """Pick the letter of a ladder's rung: to the unit whose limit it is, or to the office itself."""
    if rung.kind is RungKind.WARN:
        return Letter.DEADLINE_WARNING if units else Letter.DEADLINE_ALERT
    if rung.escalation is None:
        return Letter.OVERDUE_ALERT
    return Letter(rung.escalation.letter if units and rung.escalation.automatic else rung.escalation.own_letter)
