"""Conditions that many rows share, and what a guard is."""

from collections.abc import Callable

from rules.facts import Facts

Guard = Callable[[Facts], str | None]
MAX_REPRESENTATIVES = 5
"""At most five representatives of a joint visit (条例 第二十条第三款)."""


def always(_facts: Facts) -> str | None:
    """No condition."""
    return None


def has_reason(facts: Facts) -> str | None:
    """A reason in words."""
    return None if facts.reason.strip() else "请写明理由"
