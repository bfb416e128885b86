"""The invented people of a simulated city: when papers come, how units work, how long anybody leaves things lying."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TypeVar

from models.vocabulary.case import Channel, PetitionClass, Way
from rules.working_days import ONE_DAY, Calendar
from rules.zone import SHANGHAI
from tasks.casework.drafts import Person, Registration

T = TypeVar("T")
NEGLECTED = 0.07
"""Share of papers that somebody in the office leaves lying far too long."""

CHANNELS = {Channel.LETTER: 40, Channel.VISIT: 25, Channel.CALL: 20, Channel.ONLINE: 15}
CLASSES = {PetitionClass.APPEAL: 76, PetitionClass.SUGGESTION: 14, PetitionClass.ACCUSATION: 10}
WAYS = {Way.ASSIGNMENT: 46, Way.REFERRAL: 28, Way.DIRECT: 8, Way.REJECTION: 5, Way.FILING: 3, Way.ON_THE_SPOT: 10}
MATTERS = ("城乡建设/物业服务", "劳动和社会保障/退休待遇", "政法/执行", "农村农业/土地承包", "环境保护/噪声")


@dataclass(frozen=True)
class CityUnit:
    """A unit's way of working: its usual days for a share, and how often it is far too slow."""

    name: str
    code: str
    usual: float
    slow: float


@dataclass
class City:
    """Everything that chance decides, drawn from one seed."""

    random: Random
    calendar: Calendar
    units: list[CityUnit] = field(default_factory=list)

    def meet_units(self, organs: list[tuple[str, str]]) -> None:
        """Draw a way of working for every unit of the roster."""
        for name, code in sorted(organs):
            self.units.append(CityUnit(name, code, self.random.uniform(12, 50), self.random.choice((0.03, 0.08, 0.15, 0.3))))

    def unit(self, code: str) -> CityUnit:
        """Find a unit by its code."""
        return next(unit for unit in self.units if unit.code == code)

    def paper(self, first: date, last: date) -> tuple[datetime, Registration]:
        """Draw a paper: when the office registers it, and what is on it; some come in days before that."""
        on = self.working(first + timedelta(days=self.random.randrange((last - first).days + 1)), first, last)
        received = on - timedelta(days=self.random.choice((0, 0, 0, 0, 1, 2)))
        person = Person(name=f"虚构人{self.random.randrange(10**6)}", phone=f"138{self.random.randrange(10**8):08d}")
        upstream = received + timedelta(days=self.random.randrange(30, 80)) if self.random.random() < 0.05 else None
        return self.at(on), Registration(
            channel=self.pick(CHANNELS),
            receipt_on=received,
            title="虚构事项",
            content="模拟用内容。",
            upstream_due_on=upstream,
            persons=() if self.random.random() < 0.05 else (person,),
        )

    def working(self, day: date, first: date, last: date) -> date:
        """Move a day to a working day within the simulated time, or as near as can be."""
        while not self.calendar.is_working(day) and day < last:
            day += ONE_DAY
        while not self.calendar.is_working(day) and day > first:
            day -= ONE_DAY
        return day

    def pick(self, weights: dict[T, int]) -> T:
        """Draw one of several things by their weights."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def at(self, day: date) -> datetime:
        """An instant within the office hours of a day."""
        minutes = self.random.randrange(9 * 60, 17 * 60)
        return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=SHANGHAI)

    def after(self, instant: datetime, days: float) -> datetime:
        """An instant about so many days later, when people are at work."""
        day = instant.date() + timedelta(days=max(1, round(days)))
        return self.at(day if self.calendar.is_working(day) else self.calendar.next_working_day(day))

    def soon(self, instant: datetime) -> datetime:
        """When the office comes to a paper: usually within days, now and then after weeks or months."""
        neglected = self.random.random() < NEGLECTED
        return self.after(instant, self.random.uniform(15, 70) if neglected else self.random.uniform(1, 4))

    def handled(self, instant: datetime, unit: CityUnit) -> datetime:
        """When a unit reports: its usual days, or far too late."""
        if self.random.random() < unit.slow:
            return self.after(instant, self.random.uniform(62, 130))
        return self.after(instant, min(58.0, self.random.lognormvariate(0, 0.45) * unit.usual))
