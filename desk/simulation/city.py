"""Running a simulated year: part of the city a process, each with a database of its own, put together at the end."""

import gc
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from desk.simulation.tally import Tally

PARTS = 4
"""Into how many parts the petitions are dealt out; the same seed gives the same year on any machine."""

OUTAGE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to simulate: days in Asia/Shanghai, how many petitions, and the seed that decides everything else."""

    first: date
    last: date
    petitions: int
    seed: int
    outage: bool = True


@dataclass(kw_only=True)
class Year:
    """What a simulated year came to."""

    petitions: int = 0
    closed: int = 0
    events: int = 0
    clocks: int = 0
    rungs: int = 0
    overtaken: int = 0
    letters: int = 0
    faults: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    counted: Tally = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: "Year") -> None:
        """Take another part of the city in."""
        for name in ("petitions", "closed", "events", "clocks", "rungs", "overtaken", "letters"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused += other.refused
        self.counted += other.counted
        self.faults += other.faults
        self.broken += other.broken


def outage_of(order: Plan) -> tuple[date, date] | None:
    """Draw the week in which the sweep is down; none in a time too short for it."""
    spare = (order.last - order.first).days - OUTAGE.days
    if not order.outage or spare < OUTAGE.days:
        return None
    began = order.first + timedelta(days=Random(order.seed).randrange(spare))
    return began, began + OUTAGE - timedelta(days=1)


def simulate(order: Plan, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Year:
    """Walk through the time in as many processes as there are cores; raises what a part raises."""
    began = perf_counter()
    shares = [order.petitions // PARTS + (part < order.petitions % PARTS) for part in range(PARTS)]
    year, done = Year(), 0
    with (
        TemporaryDirectory(prefix="xinfang-simulation-") as folder,
        ProcessPoolExecutor(min(PARTS, os.cpu_count() or 1), mp_context=get_context("spawn"), max_tasks_per_child=1) as pool,
    ):
        homes = [(part, share, str(Path(folder) / f"part{part}")) for part, share in enumerate(shares) if share]
        parts = [pool.submit(walk_part, order, *one) for one in homes]
        for part in parts:
            year.add(part.result())
            done += 1
            progress(done, len(parts))
    year.seconds = perf_counter() - began
    return year


def walk_part(order: Plan, part: int, petitions: int, home: str) -> Year:
    """Walk one part of the city through the time, in a process and a database of its own."""
    for name in [name for name in os.environ if name.startswith(("XINFANG_HOME", "XINFANG_DATABASE", "XINFANG_KEY"))]:
        del os.environ[name]
    os.environ["XINFANG_HOME"] = home
    from desk.simulation.doings import attend
    from desk.simulation.people import City
    from desk.simulation.walk import Walk, units_of
    from tasks.keeping.database import database
    from tasks.keeping.schema import ROOT, migrate
    from tasks.limits.rulebook import calendar
    from tasks.record.roster import load_roster

    gc.set_threshold(100_000)  # many short-lived rows and hardly a cycle among them
    made = database()
    _hurry(made.engine)
    migrate(made)
    with made.write() as session:
        load_roster(session, ROOT / "desk" / "demo" / "roster.toml")
        city = City(Random(f"{order.seed}/{part}"), calendar(session))
        city.meet_units(units_of(session))
    walk = Walk(made, city, order.first, order.last, attend, outage=outage_of(order))
    walk.plan(petitions)
    walk.run()
    return _sum_up(walk, petitions)


def _hurry(engine: Any) -> None:
    """A database that lives for minutes need not survive a power cut."""
    from sqlalchemy import event

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in ("synchronous=OFF", "secure_delete=OFF", "cache_size=-65536", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")


def _sum_up(walk: Any, petitions: int) -> Year:
    from sqlalchemy import func
    from sqlmodel import col, select

    from desk.simulation.promises import Inspector
    from desk.simulation.tally import tally
    from models.case_event import CaseEvent
    from models.clock import Clock, ClockRung
    from models.outbox_message import OutboxMessage
    from models.petition import Petition
    from models.vocabulary.limits import RungFate
    from tasks.limits.rulebook import calendar, office_hours, packs

    hours = office_hours()
    with walk.database.read() as session:
        here = calendar(session)
        inspector = Inspector(
            petitions=petitions, sweeps=walk.sweeps, calendar=here, packs=packs(), opens=hours.opens, closes=hours.closes
        )
        broken = [(one.promise, one.where) for one in inspector.inspect(session)]

        def many(what: Any, *conditions: Any) -> int:
            return int(session.exec(select(func.count()).select_from(what).where(*conditions)).one())

        return Year(
            petitions=petitions,
            closed=many(Petition, col(Petition.closed_on).is_not(None)),
            events=many(CaseEvent),
            clocks=many(Clock),
            rungs=many(ClockRung, ClockRung.fate == RungFate.ACTED),
            overtaken=many(ClockRung, ClockRung.fate == RungFate.OVERTAKEN),
            letters=many(OutboxMessage),
            faults=walk.swept.faults,
            refused=walk.refused,
            counted=tally(session),
            broken=broken,
        )
