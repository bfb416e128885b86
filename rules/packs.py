"""Rule packs: every limit and the escalation ladder as dated data, one version per effective date."""

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from models.vocabulary.limits import ClockOwner, Exemption, GivenBy, StartsFrom, Whose
from rules.errors import CaseworkError

WHOLE_LADDER = ("*",)
"""A missed limit climbs the whole ladder unless its row names the escalations."""
KINDS = ("suggestion", "accusation", "appeal", "ordinary_appeal")
"""What a rule counts for: the three classes (条例 第二十九至三十一条), and 普通信访程序 of Art. 31(6) alone."""


class PackError(CaseworkError):
    """A pack cannot be used, or has no such version or row; the message names file, row and reason."""


class TimeUnit(StrEnum):
    """In what a length is counted."""

    CALENDAR_DAY = "calendar_day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    GIVEN_DAY = "given_day"
    """The day is set by a letter, a meeting or a promise: nothing is counted, nothing rolls."""

    @property
    def word(self) -> str:
        """The unit as staff read it after a number."""
        return {
            TimeUnit.CALENDAR_DAY: "日",
            TimeUnit.WORKING_DAY: "个工作日",
            TimeUnit.MONTH: "个月",
            TimeUnit.GIVEN_DAY: "日（另行定日）",
        }[self]


@dataclass(frozen=True, kw_only=True)
class Extension:
    """How much a limit may be extended by, in its own unit, by whose approval and with whose consent besides."""

    max: int
    unit: TimeUnit
    once: bool
    approver: str
    consent: str = ""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What counting needs to know; ``label`` and ``starts_on`` are words for staff, ``article`` is the basis."""

    key: str
    label: str
    starts_on: str
    length: int
    unit: TimeUnit
    article: str

    @property
    def start_words(self) -> str:
        """Say from which day it counts, as the explanation does."""
        return self.starts_on

    @property
    def exempt_words(self) -> str:
        """Say for which cases there is no such limit; an empty text when there is for all."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Rule(Limit):
    """One row: what starts and stops a limit, how long it is, who owes it, and the article it rests on.

    ``counts`` names the kinds of matter the limit exists for: the 60 days of 条例 第三十四条 exist for 普通信访程序
    only, never for suggestions or accusations. ``starts_from`` is the recorded day that ``starts_on`` speaks of, and
    ``not_for`` the circumstances in which there is no such limit; ``otherwise`` says what governs instead, and has a
    limit that runs already stop once class and flags show that it does not exist. ``given_by`` names who may set the
    last day himself. ``duty`` is false for a right (to object, to ask for a review): its
    end is no lateness, so nobody is warned or urged. ``warn_at`` are per cent of the span, ``escalate`` the keys of the
    ladder's rungs that follow when the limit is missed.
    """

    stops_on: str
    owner: ClockOwner
    counts: tuple[str, ...]
    starts_from: StartsFrom
    whose: Whose
    not_for: tuple[Exemption, ...] = ()
    given_by: GivenBy | None = None
    otherwise: str = ""
    extension: Extension | None = None
    excluded: tuple[str, ...] = ()
    warn_at: tuple[int, ...] = (50, 75, 90, 100)
    escalate: tuple[str, ...] = WHOLE_LADDER
    duty: bool = True
    note: str = ""

    @property
    def start_words(self) -> str:
        """Say from which day it counts, and which day on record that is."""
        day = self.starts_from.label
        told = self.starts_from is StartsFrom.ACT or day in self.starts_on
        return self.starts_on if told else f"{self.starts_on}（取{day}）"

    @property
    def exempt_words(self) -> str:
        """Say for which cases there is no such limit, and what governs them instead."""
        if not self.not_for:
            return self.otherwise
        return f"{'、'.join(word.label for word in self.not_for)}没有此项期限" + (f"，{self.otherwise}" if self.otherwise else "")

    def applies_to(self, kind: str) -> bool:
        """Say whether the limit exists for a kind of matter; ordinary appeals are appeals too."""
        return kind in self.counts or (kind == "ordinary_appeal" and "appeal" in self.counts)


class LadderAction(StrEnum):
    """What an escalation is; a person who does the same by hand moves the ladder on."""

    URGE = "urge"
    SUPERVISE = "supervise"
    REPORT = "report"


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """One rung of the pack's ladder: so many calendar days after a limit has passed, on this ground.

    ``letter`` goes out when a handling unit is late, ``own_letter`` when the office itself is; both are names of the
    catalogue. ``supervision_ground`` is the code of a ground of 条例 第四十条 (``rules.grounds``). One that is not
    ``automatic`` only reminds the office (by ``own_letter``), and a person takes it.
    """

    key: str
    label: str
    after_days: int
    action: LadderAction
    ground: str
    letter: str
    own_letter: str
    supervision_ground: str = ""
    automatic: bool = True


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One version of an office's rules, in force from a day on (Asia/Shanghai)."""

    key: str
    label: str
    effective_on: date
    caution: str
    rules: tuple[Rule, ...]
    ladder: tuple[Escalation, ...]
    extends: str = ""
    not_for: tuple[Exemption, ...] = ()
    """The circumstances in which none of its limits exists."""

    @property
    def version(self) -> str:
        """Name this version: ``npc_city@2022-05-01``."""
        return f"{self.key}@{self.effective_on.isoformat()}"

    def escalations_for(self, rule: Rule) -> tuple[Escalation, ...]:
        """Name the escalations that follow when a limit is missed, lowest first; none for a right."""
        if not rule.duty:
            return ()
        return tuple(one for one in self.ladder if rule.escalate == WHOLE_LADDER or one.key in rule.escalate)

    def rule(self, key: str) -> Rule:
        """Find a row by its key; raises ``PackError`` with the nearest keys."""
        found = next((rule for rule in self.rules if rule.key == key), None)
        if found is None:
            near = "、".join(get_close_matches(key, [rule.key for rule in self.rules]))
            raise PackError(f"规则包 {self.version} 中没有规则“{key}”{f'，相近的有：{near}' if near else ''}")
        return found


@dataclass(frozen=True)
class Packs:
    """All versions of all packs."""

    versions: tuple[Pack, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the packs."""
        return tuple(sorted({pack.key for pack in self.versions}))

    def version(self, name: str) -> Pack:
        """Find one version by its name (``npc_city@2022-05-01``); raises ``PackError``."""
        found = next((pack for pack in self.versions if pack.version == name), None)
        if found is None:
            raise PackError(f"没有规则包版本“{name}”：请把它放回规则包目录，已登记的信访件要沿用登记时的版本")
        return found

    def pack_for(self, key: str, on: date) -> Pack:
        """Pick the version in force on a day; a petition keeps the one of its registration day.

        Before a provincial pack's first version the pack it extends answers. Raises ``PackError`` if nothing was in
        force then.
        """
        own = sorted((pack for pack in self.versions if pack.key == key), key=lambda pack: pack.effective_on)
        if not own:
            raise PackError(f"没有名为“{key}”的规则包，可用：{'、'.join(self.keys)}")
        in_force = [pack for pack in own if pack.effective_on <= on]
        if in_force:
            return in_force[-1]
        if own[0].extends not in ("", key):
            return self.pack_for(own[0].extends, on)
        raise PackError(f"规则包“{key}”自 {own[0].effective_on} 起才有，{on} 无规则可用")
