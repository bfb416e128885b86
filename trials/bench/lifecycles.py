"""Lifecycles per second without the engine, with 0, 100,000 and 1,000,000 petitions on file: ``make bench-lifecycles``.

As many processes as there are cores walk whole lives (``trials.bench.lives``) against one PostgreSQL on the same machine, one
after the other and without a pause, for a fixed time. A life that breaks, does not end in 结案 or is not found by its
searches fails the benchmark. The published figures of DIGIT are set beside ours; what differs stands under the table.
"""

import argparse
import multiprocessing
import os
import platform
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from tasks.keeping.database import Database, database
from tasks.keeping.vault import vault
from tasks.record.verifying import verify
from trials.bench.filling import fill
from trials.bench.lives import Life, walk
from trials.bench.plans import Sent, read_through, statements_of
from trials.bench.settling import settle
from trials.harness.databases import fresh

SIZES = (0, 100_000, 1_000_000)
DIGIT_RATE = {0: 37.0, 100_000: 37.0, 1_000_000: 6.3}
DIGIT_P95_MS = {1_000_000: 3340.0}
DIGIT_CORES = 8
FIRST_SEED = 5_000_000_000
"""Walked people stand far from those of the copies, so that nobody is anybody's double."""
SEEDS_EACH = 10_000_000
CLOSED_BY_WALKING = "SELECT count(*) FROM petition WHERE intake_key LIKE 'walk:%' AND state = 'done'"
NOTES = """\
DIGIT: egovernments' published k6 runs (performance/docs/findings.md of its repository), the whole system on 8 vCPU; a
lifecycle there is four calls over HTTP (create, assign, resolve, search); p95 338-372 ms at low load, 3,340 ms at 1 M.
Ours: put on file, register, compare with earlier ones, screen, propose, approve, sign in, report, examine, deliver, close,
and three searches (number, person, unit): fourteen operations in eleven writing transactions, each durable and signed, and
seven letters queued. But no HTTP, no browser, no engine: a life calls the operations as flows and command line do. Per core
is by all cores of the machine, the database's share included."""


class BenchError(Exception):
    """A benchmark measured something that must not happen; the figures are worth nothing."""


Walker = Callable[..., Life]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long and with how many processes one size is measured."""

    seconds: float = 60.0
    warm_up: float = 10.0
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    walker: Walker = walk


@dataclass
class Tally:
    """What one process saw: milliseconds of each life and of each operation, lives per second, and what went wrong."""

    lives: list[float] = field(default_factory=list)
    operations: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    walked: int = 0
    cpu_seconds: float = 0.0
    rate: float = 0.0

    def add(self, other: "Tally") -> None:
        """Put two tallies together."""
        self.lives += other.lives
        for name, times in other.operations.items():
            self.operations.setdefault(name, []).extend(times)
        self.errors += other.errors
        self.walked += other.walked
        self.cpu_seconds += other.cpu_seconds
        self.rate += other.rate


def measure(sizes: Sequence[int] = SIZES, plan: Plan | None = None, *, kind: str = "postgresql") -> dict[str, Any]:
    """Measure each size in a database of its own; raises ``BenchError`` when a life breaks or a signature is wrong."""
    plan = plan or Plan()
    cores = os.cpu_count() or 1
    found: dict[str, Any] = {"cores": cores, "workers": plan.workers, "seconds": plan.seconds, "lifecycle_errors": 0}
    for size in sizes:
        for name, value in _measure_size(size, plan, kind).items():
            found.setdefault(name, {})[str(size)] = value
    return found


def _measure_size(size: int, plan: Plan, kind: str) -> dict[str, Any]:
    with fresh(kind) as made:
        rows = fill(made, size)
        settle(made.url)
        before = last_row(made)
        sent = sent_by_a_life(made, plan.walker)
        scans = read_through(made, sent, forced=size == 0) if kind == "postgresql" else []
        if scans:
            raise BenchError(f"a life reads whole tables: {scans}")
        tally = _walk_together(plan)
        check(made, tally, before=before, walked=tally.walked + 1)
    return {
        "lifecycles_per_second": round(tally.rate, 2),
        "lifecycles_per_second_per_core": round(tally.rate / (os.cpu_count() or 1), 2),
        "lifecycle_p50_ms": percentile(tally.lives, 50),
        "lifecycle_p95_ms": percentile(tally.lives, 95),
        "lifecycles_measured": len(tally.lives),
        "operation_p50_ms": {name: percentile(times, 50) for name, times in tally.operations.items()},
        "operation_p95_ms": {name: percentile(times, 95) for name, times in tally.operations.items()},
        "python_cpu_ms_per_life": round(tally.cpu_seconds * 1000 / max(1, len(tally.lives)), 1),
        "statements_per_life": len(sent),
        "whole_tables_read_per_life": len(scans),
        "rows_on_file": rows,
    }


def check(made: Database, tally: Tally, *, before: int, walked: int) -> None:
    """Refuse figures with an error, a life that is not on file as closed, or a record that does not verify."""
    if tally.errors or not tally.lives:
        raise BenchError(f"lives broke: {dict(tally.errors)}" if tally.errors else "no life was walked")
    with made.read() as session:
        closed = int(session.connection().execute(text(CLOSED_BY_WALKING)).scalar_one())
        proved = verify(session, vault(), after=before)
    if closed != walked:
        raise BenchError(f"{walked} lives were walked, {closed} petitions are on file as closed")
    if proved.findings:
        raise BenchError(f"{len(proved.findings)} findings in the record, first: {proved.findings[0].problem}")


def last_row(made: Database) -> int:
    """The row of the newest petition."""
    with made.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM petition").scalar_one())


def sent_by_a_life(made: Database, walker: Walker) -> list[Sent]:
    """Walk one life and return the statements that it sent to the database."""
    try:
        return statements_of(made, lambda: walker(made, FIRST_SEED - 1, key="walk:counted"))
    except Exception as broken:
        raise BenchError(f"a life broke: {type(broken).__name__}: {broken}") from broken


def _walk_together(plan: Plan) -> Tally:
    """Let the processes warm up, start the clock together, and add up what they saw."""
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(plan.workers), context.SimpleQueue()
    processes = [context.Process(target=_work, args=(number, plan, start, results)) for number in range(plan.workers)]
    for process in processes:
        process.start()
    total = Tally()
    for _ in processes:
        total.add(results.get())
    for process in processes:
        process.join()
    return total


def _work(number: int, plan: Plan, start: Barrier, results: Any) -> None:
    """One process: lives without a pause. Whatever goes wrong is counted, the walking goes on."""
    seeds = iter(range(FIRST_SEED + number * SEEDS_EACH, FIRST_SEED + (number + 1) * SEEDS_EACH))
    warm, tally = Tally(), Tally()
    _walk_for(plan.warm_up, plan, seeds, warm)
    start.wait()
    cpu = os.times()
    _walk_for(plan.seconds, plan, seeds, tally)
    spent = os.times()
    tally.cpu_seconds = spent.user + spent.system - cpu.user - cpu.system
    tally.walked += warm.walked
    tally.errors += warm.errors
    database().engine.dispose()
    results.put(tally)


def _walk_for(seconds: float, plan: Plan, seeds: Any, tally: Tally) -> None:
    """Walk lives for so long; one that ends after the time is walked to its end and not counted, unless it is the only one."""
    start = perf_counter()
    ends = start + seconds
    while (began := perf_counter()) < ends:
        seed = next(seeds)
        try:
            life = plan.walker(database(), seed, key=f"walk:{seed}")
        except Exception as broken:
            tally.errors[f"{type(broken).__name__}: {broken}"[:200]] += 1
            continue
        tally.walked += 1
        if (ended := perf_counter()) <= ends or not tally.lives:
            tally.rate = (len(tally.lives) + 1) / max(seconds, ended - start)
            tally.lives.append((ended - began) * 1000)
            for name, spent in life.times.items():
                tally.operations.setdefault(name, []).append(spent)


def percentile(values: Sequence[float], share: int) -> float:
    """The value that so many per cent do not exceed (nearest rank), in the values' own unit."""
    ranked = sorted(values)
    return round(ranked[max(0, -(-len(ranked) * share // 100) - 1)], 1) if ranked else 0.0


def show(found: dict[str, Any], console: Console) -> None:
    """Print the figures beside DIGIT's, then each operation's, then how many rows there were."""
    title = f"{found['cores']} cores, {platform.machine()}, Python {platform.python_version()}, {found['workers']} processes"
    table = Table(title=title, title_justify="left")
    own = ("petitions", "lives/s", "per core", "p50 (ms)", "p95 (ms)", "statements")
    heads = (*own, "DIGIT lives/s", "DIGIT per core", "DIGIT p95", "times per core")
    for head in heads:
        table.add_column(head, justify="right")
    for size, rate in found["lifecycles_per_second"].items():
        per_core, theirs = found["lifecycles_per_second_per_core"][size], DIGIT_RATE.get(int(size))
        table.add_row(
            f"{int(size):,}",
            f"{rate:.1f}",
            f"{per_core:.1f}",
            f"{found['lifecycle_p50_ms'][size]:.0f}",
            f"{found['lifecycle_p95_ms'][size]:.0f}",
            str(found["statements_per_life"][size]),
            f"{theirs:g}" if theirs else "",
            f"{theirs / DIGIT_CORES:.2f}" if theirs else "",
            f"{DIGIT_P95_MS.get(int(size), '')}",
            f"{per_core / (theirs / DIGIT_CORES):.1f}" if theirs else "",
        )
    console.print(table)
    console.print(NOTES, highlight=False, markup=False)
    _show_operations(found, console)


def _show_operations(found: dict[str, Any], console: Console) -> None:
    sizes = list(found["operation_p95_ms"])
    table = Table(title="p50 / p95 of each operation (ms), and rows on file", title_justify="left")
    table.add_column("operation")
    for size in sizes:
        table.add_column(f"{int(size):,}", justify="right")
    for name in found["operation_p95_ms"][sizes[0]]:
        cells = (f"{found['operation_p50_ms'][size][name]:.1f} / {found['operation_p95_ms'][size][name]:.1f}" for size in sizes)
        table.add_row(name, *cells)
    table.add_section()
    for name in found["rows_on_file"][sizes[0]]:
        table.add_row(f"rows of {name}", *(f"{found['rows_on_file'][size][name]:,}" for size in sizes))
    console.print(table)


def main() -> None:
    """Measure and print; ends with 1 when a life broke."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options.add_argument("--seconds", type=float, default=Plan().seconds)
    options.add_argument("--warm-up", type=float, default=Plan().warm_up)
    options.add_argument("--workers", type=int, default=Plan().workers)
    given = options.parse_args()
    try:
        found = measure(given.sizes, Plan(seconds=given.seconds, warm_up=given.warm_up, workers=given.workers))
    except BenchError as broken:
        raise SystemExit(str(broken)) from None
    show(found, Console(width=150))


if __name__ == "__main__":
    main()
