"""Walking through a year: people act when they come to it, the sweep every night, letters when the office is open."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from heapq import heappop, heappush
from itertools import count

from sqlmodel import Session, col, select

from desk.simulation.people import City, CityUnit
from models.dispatch import Dispatch
from models.officer import Officer
from models.organ import Organ
from models.vocabulary.people import Proof, Role
from notifications.channels import NullChannel
from rules.errors import CaseworkError
from rules.working_days import ONE_DAY
from rules.zone import SHANGHAI
from tasks.casework.drafts import Registration, register_now
from tasks.keeping.database import Database
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.letters.outbox import anything_due, send_due
from tasks.record.act import Act, Actor, Who, find_actor
from tasks.record.cases import Case, lock_case
from tasks.record.organs import organ_by_id
from tasks.sweeping.sweep import SweepReport, sweep

SWEEP_AT = time(0, 5)
SEND_AT = (time(0, 6), time(9, 0), time(16, 30))
"""Letters are asked to leave at night too: none of the ladder's may."""

Doing = Callable[[datetime], None]
Attend = Callable[["Walk", Case, datetime], None]


@dataclass
class Walk:
    """One city's year: a queue of visits, and what came of them."""

    database: Database
    city: City
    first: date
    last: date
    attend: Attend
    outage: tuple[date, date] | None = None
    swept: SweepReport = field(default_factory=SweepReport)
    sweeps: list[date] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    _queue: list[tuple[datetime, int, Doing]] = field(default_factory=list)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number the visits, so that two of one instant keep their order."""
        self._numbers = count()

    def plan(self, petitions: int) -> None:
        """Draw the papers of the year."""
        for number in range(petitions):
            at, paper = self.city.paper(self.first, self.last)
            self._plan_one(at, paper, f"simulated:{number}")

    def _plan_one(self, at: datetime, paper: Registration, key: str) -> None:
        self.visit(at, lambda now: self._register(now, paper, key))

    def run(self) -> None:
        """Walk day by day: the sweep after midnight, then people, then the post."""
        day = self.first
        while day <= self.last:
            if self.outage is None or not self.outage[0] <= day <= self.outage[1]:
                self.swept.add(sweep(self.database, as_of=_at(day, SWEEP_AT)))
                self.sweeps.append(day)
            for hour in SEND_AT:
                self._people_until(_at(day, hour))
                self._send(_at(day, hour))
            self._people_until(_at(day + ONE_DAY, time(0, 0)))
            day += ONE_DAY

    def _send(self, now: datetime) -> None:
        with self.database.read() as session:
            due = anything_due(session, as_of=now)
        while due and send_due(self.database, vault(), lambda _: NullChannel(), settings=settings(), as_of=now, limit=500).taken:
            pass

    def visit(self, at: datetime, what: Doing) -> None:
        """Let somebody do something at an instant."""
        heappush(self._queue, (at, next(self._numbers), what))

    def go(self, subject: str, at: datetime) -> None:
        """Let somebody come to a petition or a share and do what it needs where it stands then."""
        self.visit(at, lambda now: self._attend(now, subject))

    def besides(self, at: datetime, subject: str, what: Callable[[Case, datetime], None]) -> None:
        """Let somebody do something with a petition or a share that it does not wait for; a refusal is only counted."""

        def come(now: datetime) -> None:
            self._besides(now, subject, what)

        self.visit(at, come)

    def act(self, session: Session, code: str, now: datetime) -> Act:
        """Somebody of the roster acting at an instant, in the first capacity held."""
        if code not in self._actors:
            self._actors[code] = find_actor(session, Who(code, Proof.NONE), roles=tuple(Role), on=now.date())
        return Act(actor=self._actors[code], as_of=now)

    def unit_of(self, session: Session, share: Dispatch) -> CityUnit:
        """The unit of a share, with its way of working."""
        return self.city.unit(organ_by_id(session, share.organ_id).code)

    def _people_until(self, until: datetime) -> None:
        while self._queue and self._queue[0][0] < until:
            at, _, what = heappop(self._queue)
            what(at)

    def _register(self, now: datetime, paper: Registration, key: str) -> None:
        with self.database.write() as session:
            found, _ = register_now(session, paper, key=key, act=self.act(session, "Z01", now))
            number = str(found.number)
        self.go(number, self.city.soon(now))

    def _attend(self, now: datetime, subject: str) -> None:
        """Do what the case needs; what the rules refuse is counted and tried again later."""
        if not self._besides(now, subject, lambda case, at: self.attend(self, case, at)):
            self.go(subject, self.city.after(now, 3))

    def _besides(self, now: datetime, subject: str, what: Callable[[Case, datetime], None]) -> bool:
        try:
            with self.database.write() as session:
                what(lock_case(session, subject), now)
        except CaseworkError as refused:
            self.refused[str(refused)[:12]] += 1
            return False
        return True


def units_of(session: Session) -> list[tuple[str, str]]:
    """The units of the roster that have a liaison, by name and code."""
    query = select(Organ.name, Organ.code).join(Officer, col(Officer.organ_id) == col(Organ.id))
    return sorted(set(session.exec(query.where(col(Officer.code).startswith("L-")))))


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=SHANGHAI)
