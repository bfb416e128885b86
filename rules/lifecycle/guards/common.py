"""Conditions that many rows share, and what a guard is."""

from collections.abc import Callable

from rules.situation import Situation

Guard = Callable[[Situation], str | None]
MAX_REPRESENTATIVES = 5
"""At most five representatives of a joint visit (条例 第二十条第三款)."""


def all_of(*problems: str | None) -> str | None:
    """Put all problems of an answer into one refusal, so that nobody has to come back for each; nothing when there is none."""
    return "；".join(problem for problem in problems if problem) or None


def always(_situation: Situation) -> str | None:
    """No condition."""
    return None


def has_reason(situation: Situation) -> str | None:
    """A reason in words."""
    return None if situation.reason.strip() else "请写明理由"
