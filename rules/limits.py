"""Limits as law: whether a limit exists for a case, from which day it counts, whose it is, and the words for all that.

Everything is read from the row of the pack: editing the row changes the counting and the explanation together.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from models.vocabulary.case import Flag, PetitionClass
from models.vocabulary.limits import Exemption, GivenBy, StartsFrom, Whose
from rules.packs import Pack, Rule, TimeUnit

NAMED_DAYS = {
    StartsFrom.SUBMISSION: re.compile("提交登记"),
    StartsFrom.RECEIPT: re.compile("(本级)?收到(信访|来函)|本级收到"),
    StartsFrom.UNIT_RECEIPT: re.compile("收到(转送|交办|转办)|受理之日"),
    StartsFrom.DELIVERY: re.compile("收到书面答复|送达日"),
}
"""How a row's ``starts_on`` calls the days that are on record; every other wording means the day of the act itself."""

SHARE_EXEMPTIONS = frozenset((Exemption.REFERRAL, Exemption.OWN_LIMIT, Exemption.OBJECTED))
"""Circumstances of one unit's share: a limit of the petition itself cannot depend on them."""


@dataclass(frozen=True, kw_only=True)
class ShareSituation:
    """What a limit may depend on about one unit's share; days in Asia/Shanghai."""

    received_on: date | None = None
    result_wanted: bool = True
    objections: int = 0
    limit_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class LimitSituation:
    """What a limit may depend on; days in Asia/Shanghai, ``acted_on`` is the day of what starts it.

    ``handled`` says that a unit handles the petition, so that the answer is not the office's own. Of the upstream
    organ's day the office keeps ``lead_days`` for itself.
    """

    acted_on: date
    submitted_on: date | None = None
    receipt_on: date | None = None
    delivered_on: date | None = None
    petition_class: PetitionClass | None = None
    flags: frozenset[Flag] = frozenset()
    handled: bool = False
    upstream_due_on: date | None = None
    lead_days: int = 0
    share: ShareSituation | None = None


@dataclass(frozen=True, kw_only=True)
class GivenLimit:
    """A day that somebody set himself, and how that is cited."""

    on: date
    basis: str


@dataclass(frozen=True, kw_only=True)
class Start:
    """How a limit begins: from which day, in which words, on which basis, and up to which day if one was set."""

    on: date
    reason: str
    basis: str
    given_on: date | None = None


def named_day(starts_on: str) -> StartsFrom:
    """Read from which day a row's ``starts_on`` says that it counts."""
    return next((day for day, words in NAMED_DAYS.items() if words.search(starts_on)), StartsFrom.ACT)


def kind_of(petition_class: PetitionClass) -> str:
    """Name the kind of matter in the pack's words; every appeal that units handle goes the ordinary way (条例 第三十一条第六项)."""
    return "ordinary_appeal" if petition_class is PetitionClass.APPEAL else petition_class.value


def begin(pack: Pack, key: str, seen: LimitSituation, *, on: date | None = None, since: date | None = None) -> Start | None:
    """Say how a limit begins, or nothing when none exists here.

    ``on`` is the last day that a meeting or a promise has just set. A day that was set binds whatever class the
    matter is of; a limit whose first day is not on record does not exist yet, unless ``since`` names another one.
    """
    rule = pack.rule(key)
    given = given_day(rule, seen, on)
    first = since or first_day(rule, seen)
    if first is None or missing(pack, key, seen, on=on):
        return None
    reason = rule.starts_on if rule.starts_from is StartsFrom.ACT else rule.starts_from.label
    return Start(on=first, reason=reason, basis=given.basis if given else rule.article, given_on=given.on if given else None)


def missing(pack: Pack, key: str, seen: LimitSituation, *, on: date | None = None) -> str:
    """Say in Chinese why a limit does not exist for a case; an empty text when it does."""
    rule = pack.rule(key)
    given = given_day(rule, seen, on)
    for exempt in (*pack.not_for, *rule.not_for):
        if HOLDS[exempt](seen):
            return f"{exempt.label}没有此项期限"
    if given is None and seen.petition_class and not rule.applies_to(kind_of(seen.petition_class)):
        return f"{seen.petition_class.label}类没有此项期限"
    if given is None and rule.unit is TimeUnit.GIVEN_DAY:
        return f"{rule.given_by.label if rule.given_by else ''}没有定期限"
    return "没有派件" if rule.whose is Whose.SHARE and seen.share is None else ""


def first_day(rule: Rule, seen: LimitSituation) -> date | None:
    """Find the day from which a limit counts; nothing while that day is not on record."""
    days = {
        StartsFrom.SUBMISSION: seen.submitted_on,
        StartsFrom.RECEIPT: seen.receipt_on,
        StartsFrom.UNIT_RECEIPT: seen.share.received_on if seen.share else None,
        StartsFrom.DELIVERY: seen.delivered_on,
        StartsFrom.ACT: seen.acted_on,
    }
    return days[rule.starts_from]


def given_day(rule: Rule, seen: LimitSituation, on: date | None = None) -> GivenLimit | None:
    """Find the last day that a letter, the upstream organ, a meeting or a promise set, with its basis in words."""
    if rule.given_by is GivenBy.LETTER and seen.share and seen.share.limit_on:
        return GivenLimit(on=seen.share.limit_on, basis="交办函所定期限")
    if rule.given_by is GivenBy.UPSTREAM and seen.upstream_due_on:
        inner = seen.upstream_due_on - timedelta(days=seen.lead_days)
        last = max(inner, seen.receipt_on) if seen.receipt_on else inner
        return GivenLimit(on=last, basis=f"来函限期 {seen.upstream_due_on}，提前 {seen.lead_days} 日")
    if rule.given_by is GivenBy.MEETING and on:
        return GivenLimit(on=on, basis=f"协调会当场明确的期限 {on}")
    if rule.given_by is GivenBy.PROMISE and on:
        return GivenLimit(on=on, basis=f"催办时承诺的日期 {on}")
    return None


HOLDS: dict[Exemption, Callable[[LimitSituation], bool]] = {
    Exemption.HISTORIC: lambda seen: Flag.HISTORIC in seen.flags,
    Exemption.ANONYMOUS: lambda seen: Flag.ANONYMOUS in seen.flags,
    Exemption.LITIGATION: lambda seen: Flag.LITIGATION in seen.flags,
    Exemption.OWN_ANSWER: lambda seen: not seen.handled,
    Exemption.REFERRAL: lambda seen: seen.share is not None and not seen.share.result_wanted,
    Exemption.OWN_LIMIT: lambda seen: seen.share is not None and seen.share.limit_on is not None,
    Exemption.OBJECTED: lambda seen: seen.share is not None and seen.share.objections > 0,
}
"""When a circumstance holds."""
