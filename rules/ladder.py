"""The ladder of one limit: its warning lights, the day it counts as missed, and the escalations that follow."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rules.packs import Escalation, Pack, Rule
from rules.working_days import ONE_DAY

MISSED = "missed"


class RungKind(StrEnum):
    """What a rung is: a light before the end, the first day after it, or an escalation of the pack's ladder."""

    WARN = "warn"
    MISS = "miss"
    ESCALATE = "escalate"


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One rung: from which day on (Asia/Shanghai) it is due, and what it is called."""

    key: str
    kind: RungKind
    label: str
    due_on: date
    escalation: Escalation | None = None


@dataclass(frozen=True, kw_only=True)
class Climb:
    """What to do about a limit now: each event once, one message at most, the rest merely noted as overtaken."""

    acts: tuple[Rung, ...]
    message: Rung | None
    overtaken: tuple[Rung, ...]


def warning_days(start: date, raw: date, due: date, percentages: Collection[int]) -> dict[int, date]:
    """Tell the days on which so many per cent of the raw span have gone, rounded up; 100 is the effective day."""
    span = (raw - start).days
    return {percent: due if percent >= 100 else start + timedelta(days=-(-span * percent // 100)) for percent in percentages}


def rungs(pack: Pack, rule: Rule, *, start: date, raw: date, due: date) -> tuple[Rung, ...]:
    """Lay out a limit's rungs in the order of their days; a right (``duty`` false) has none.

    Lights stand at ``warn_at`` per cent of the raw span, the missed day is the day after the effective one, and the
    escalations count calendar days from the effective day. None of them moves when somebody comments or urges.
    """
    if not rule.duty:
        return ()
    days = warning_days(start, raw, due, rule.warn_at)
    lights = [Rung(key=f"warn_{p}", kind=RungKind.WARN, label=_light(p), due_on=min(day, due)) for p, day in days.items()]
    after = [
        Rung(key=one.key, kind=RungKind.ESCALATE, label=one.label, due_on=due + timedelta(days=one.after_days), escalation=one)
        for one in pack.escalations_for(rule)
    ]
    return (*lights, Rung(key=MISSED, kind=RungKind.MISS, label="逾期", due_on=due + ONE_DAY), *after)


def next_rung(ladder: Collection[Rung], passed: Collection[str]) -> Rung | None:
    """Find the first rung that is neither done nor overtaken; nothing when the ladder has been climbed."""
    return next((rung for rung in ladder if rung.key not in passed), None)


def climb(ladder: Collection[Rung], passed: Collection[str], today: date) -> Climb | None:
    """Decide what a limit needs today; nothing when no rung is due.

    After a pause several rungs may be due at once. Only the highest still makes sense as a message: a light of
    50 % is pointless once 90 % have gone, and an urging once the limit calls for supervision. That a limit was
    missed is always an event of its own; it has a message only when no rung of the ladder speaks for it.
    """
    due = [rung for rung in ladder if rung.key not in passed and rung.due_on <= today]
    if not due:
        return None
    last = due[-1]
    acts = tuple(rung for rung in due if rung is last or rung.kind is RungKind.MISS)
    # Somebody who took a rung by hand knows that the limit was missed.
    known = last.kind is RungKind.MISS and any(rung.kind is RungKind.ESCALATE and rung.key in passed for rung in ladder)
    return Climb(acts=acts, message=None if known else last, overtaken=tuple(rung for rung in due if rung not in acts))


def below(ladder: Collection[Rung], key: str, passed: Collection[str]) -> tuple[Rung, ...]:
    """Name the rungs of the ladder under a rung that a person took by hand, which it overtakes."""
    keys = [rung.key for rung in ladder]
    if key not in keys:
        return ()
    return tuple(rung for rung in list(ladder)[: keys.index(key)] if rung.kind is not RungKind.MISS and rung.key not in passed)


def _light(percent: int) -> str:
    return "今日届满" if percent >= 100 else f"期限已过{percent}%"
