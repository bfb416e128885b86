"""How long a sweep takes, and whether that depends on how many clocks are open: ``make bench-sweep``.

On each database: 10,000 due steps among 10,000 open clocks, the same among 1,000,000 open clocks, then a sweep over
1,000,000 open clocks of which none is due. Prints one table and the plan of the query that finds due clocks.
"""

import argparse
import os
import platform
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlmodel import Session

from rules.zone import SHANGHAI
from tasks.keeping.database import Database
from tasks.keeping.vault import vault
from tasks.limits.rulebook import pack_on
from tasks.sweeping.sweep import LOOK, due_query, sweep
from trials.harness.databases import fresh, kinds

NOON = datetime(2026, 3, 11, 12, 0, tzinfo=SHANGHAI)
"""A Wednesday: the half-way light of papers received on 2 March is due."""

CLOCKS_PER_PETITION = 4
EMPTY_SWEEPS = 21


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured on one database."""

    kind: str
    small: float
    large: float
    due: int
    empty_ms: float
    database_ms: float
    plan: str


def measure(kind: str, *, due: int, few: int, many: int) -> Figures:
    """Measure one kind of database, the small case and the large one one after the other."""
    with fresh(kind) as small:
        fill(small, due=due, others=few - due)
        small_seconds = _timed(small, due)
    with fresh(kind) as large:
        fill(large, due=due, others=many - due)
        large_seconds = _timed(large, due)
        later = NOON + timedelta(minutes=1)
        empty = median(_seconds(large, later) for _ in range(EMPTY_SWEEPS)) * 1000
        plan, database_ms = explain(large, later)
    return Figures(
        kind=kind, small=small_seconds, large=large_seconds, due=due, empty_ms=empty, database_ms=database_ms, plan=plan
    )


def _timed(database: Database, due: int) -> float:
    began = perf_counter()
    report = sweep(database, as_of=NOON)
    seconds = perf_counter() - began
    if report.acted != due or report.faults:
        raise SystemExit(f"{report.acted} of {due} steps taken, faults: {report.faults[:3]}")
    return seconds


def _seconds(database: Database, as_of: datetime) -> float:
    began = perf_counter()
    if sweep(database, as_of=as_of).acted:
        raise SystemExit("something was due that should not have been")
    return perf_counter() - began


def fill(database: Database, *, due: int, others: int) -> None:
    """Put petitions with open clocks into a database: so many with a due step, and others whose step is far off."""
    with database.write() as session:
        _petitions(session, 1, due)
        _clocks(session, database, 1, due, 1, "2026-03-09 16:00:00")
        if others:
            extra = -(-others // CLOCKS_PER_PETITION)
            _petitions(session, due + 1, due + extra)
            _clocks(session, database, due + 1, due + extra, CLOCKS_PER_PETITION, "2026-06-30 16:00:00")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _numbers(session: Session, first: int, last: int) -> str:
    if session.get_bind().dialect.name == "postgresql":
        return f"SELECT n FROM generate_series({first}, {last}) AS series(n)"
    return (
        f"WITH RECURSIVE series(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last}) SELECT n FROM series"
    )


def _petitions(session: Session, first: int, last: int) -> None:
    sealed = vault().seal("压力测试用内容")
    session.execute(
        text(
            "INSERT INTO petition (id, number, intake_key, state, channel, source, receipt_on, registered_on, title, content_sealed,"
            " flags, people_count, visitor_count, proposal, last_seq, head_hash, head_seal, created_at, pack_version)"
            " SELECT n, 'XF-2026-' || n, 'bench:' || n, 'registered', 'letter', 'self', :received, :received, 'bench', :sealed,"
            " '[]', 1, 0, '{}', 0, '', '', :created, :pack FROM (" + _numbers(session, first, last) + ") AS numbers"
        ),
        {
            "received": NOON.date().replace(day=2),
            "sealed": sealed,
            "created": "2026-03-02 01:00:00",
            "pack": pack_on(NOON.date()).version,
        },
    )


def _clocks(session: Session, database: Database, first: int, last: int, each: int, step_at: str) -> None:
    true = "1" if database.is_sqlite else "true"
    false = "0" if database.is_sqlite else "false"
    for number in range(1, each + 1):
        session.execute(
            text(
                "INSERT INTO clock (petition_id, number, rule_key, owner, state, duty, starts_on, start_reason, raw_due_on, due_on,"
                " provisional, basis, pack_version, calendar_version, extended_days, suspended_days, why, next_step, next_step_at)"
                f" SELECT n, {number}, 'divert', 'office', 'running', {true}, :received, 'bench', :due, :due, {false}, 'bench', :pack,"
                " 'bench', 0, 0, '[]', 'warn_50', :at FROM (" + _numbers(session, first, last) + ") AS numbers"
            ),
            {
                "received": NOON.date().replace(day=2),
                "due": NOON.date().replace(day=17),
                "at": step_at,
                "pack": pack_on(NOON.date()).version,
            },
        )


def explain(database: Database, as_of: datetime) -> tuple[str, float]:
    """Show the plan of the query that finds due clocks, and the milliseconds that the database spends on it."""
    query = str(
        due_query(as_of=as_of, limit=LOOK).compile(dialect=database.engine.dialect, compile_kwargs={"literal_binds": True})
    )
    with database.engine.connect() as connection:
        if database.is_sqlite:
            plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
            times = []
            for _ in range(EMPTY_SWEEPS):
                began = perf_counter()
                connection.exec_driver_sql(query).all()
                times.append((perf_counter() - began) * 1000)
            return "\n".join(plan), median(times)
        plan = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {query}")]
        spent = [float(line.split(":")[1].split()[0]) for line in plan if line.startswith(("Planning Time", "Execution Time"))]
        return "\n".join(plan), sum(spent)


def main() -> None:
    """Measure what is here and print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--due", type=int, default=10_000)
    options.add_argument("--open", type=int, default=1_000_000)
    given = options.parse_args()
    found = [measure(kind, due=given.due, few=given.due, many=given.open) for kind in kinds()]
    table = Table(title=f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}", title_justify="left")
    heads = ("database", "due", "sweep, few open (s)", f"sweep, {given.open:,} open (s)", "ratio", "steps/s", "empty sweep (ms)")
    for head in (*heads, "of it database (ms)"):
        table.add_column(head, justify="left" if head == "database" else "right")
    for one in found:
        ratio = one.large / one.small
        table.add_row(
            one.kind,
            f"{one.due:,}",
            f"{one.small:.1f}",
            f"{one.large:.1f}",
            f"{ratio:.2f}",
            f"{one.due / one.large:.0f}",
            f"{one.empty_ms:.1f}",
            f"{one.database_ms:.2f}",
        )
    console = Console(width=150)
    console.print(table)
    for one in found:
        console.print(
            f"\n{one.kind}: the plan of an empty sweep over {given.open:,} open clocks\n{one.plan}", highlight=False, markup=False
        )


if __name__ == "__main__":
    main()
