"""A spike: ten times the sustained rate for a minute, and how long until the office is as quick as before.

Lives arrive by a schedule of their own (Poisson, seeded), whether or not the ones before them have ended; as many
processes as there are cores take them from one queue. A life's latency runs from its arrival to its end, waiting included.

Sustained is a quarter of the greatest rate that the same run measures first. After the spike the sustained arrivals go on
until the 95th percentile of the lives that ended within the last five seconds has been at most twice the earlier normal one
for ten seconds on end. Nothing may break and nothing may be lost: every arrival is on file as closed afterwards, and the
new petitions' record verifies.
"""

import argparse
import multiprocessing
import os
import platform
import queue
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from tasks.keeping.database import database
from trials.bench.filling import fill
from trials.bench.lifecycles import FIRST_SEED, BenchError, Tally, Walker, check, last_row, percentile
from trials.bench.lives import walk
from trials.bench.settling import settle
from trials.harness.databases import fresh

SUSTAINED_SHARE = 4
SPIKE = 10
WINDOW = 5.0
STEADY = 10.0
NORMAL_TIMES = 2.0
AHEAD = 4
"""Lives per process that wait in the queue while the greatest rate is measured."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The phases in seconds; ``at_most`` bounds the time after the spike."""

    petitions: int = 100_000
    gauge: float = 20.0
    normal: float = 40.0
    spike: float = 60.0
    at_most: float = 600.0
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    walker: Walker = walk


@dataclass(frozen=True)
class Ended:
    """One life that has ended, well or not: when it arrived and when it ended (seconds of one clock)."""

    arrived: float
    ended: float
    error: str = ""

    @property
    def latency_ms(self) -> float:
        """From its arrival to its end."""
        return (self.ended - self.arrived) * 1000


class Office:
    """The processes at work, the queue before them, and everything that has ended."""

    def __init__(self, plan: Plan) -> None:
        """Start the processes and wait until each has walked its first life."""
        context = multiprocessing.get_context("spawn")
        self._plan = plan
        self._arrivals: Any = context.Queue()
        self._results: Any = context.Queue()
        self._processes = [
            context.Process(target=_work, args=(plan.walker, self._arrivals, self._results)) for _ in range(plan.workers)
        ]
        self.ended: list[Ended] = []
        self.sent = 0
        for process in self._processes:
            process.start()
        for _ in range(plan.workers * AHEAD):
            self.send()
        self.wait_for_all(until=time.monotonic() + plan.at_most)

    def send(self) -> None:
        """Let a life arrive now."""
        self._arrivals.put((time.monotonic(), FIRST_SEED + self.sent))
        self.sent += 1

    @property
    def waiting(self) -> int:
        """How many have arrived and not ended."""
        return self.sent - len(self.ended)

    def collect(self, until: float) -> None:
        """Take in what ends until an instant of the monotonic clock."""
        while (left := until - time.monotonic()) > 0:
            try:
                self.ended.append(self._results.get(timeout=left))
            except queue.Empty:
                return

    def wait_for_all(self, until: float) -> None:
        """Wait until nothing is on its way, or an instant has passed."""
        while self.waiting and time.monotonic() < until:
            self.collect(min(until, time.monotonic() + 0.2))

    def close(self) -> None:
        """Send the processes home."""
        for _ in self._processes:
            self._arrivals.put(None)
        for process in self._processes:
            process.join(timeout=60)
            if process.is_alive():
                process.terminate()


def _work(walker: Walker, arrivals: Any, results: Any) -> None:
    """One process: take a life from the queue, walk it, say how it ended."""
    while (arrival := arrivals.get()) is not None:
        arrived, seed = arrival
        error = ""
        try:
            walker(database(), seed, key=f"walk:{seed}")
        except Exception as broken:
            error = f"{type(broken).__name__}: {broken}"[:200]
        results.put(Ended(arrived, time.monotonic(), error))
    database().engine.dispose()


def measure(plan: Plan | None = None, *, kind: str = "postgresql") -> dict[str, Any]:
    """Measure one spike; raises ``BenchError`` when a life breaks, is lost, or the office never recovers."""
    plan = plan or Plan()
    with fresh(kind) as made:
        rows = fill(made, plan.petitions)
        settle(made.url)
        before = last_row(made)
        office = Office(plan)
        try:
            found = _run(office, plan)
        finally:
            office.close()
        broken = Counter(one.error for one in office.ended if one.error)
        check(made, Tally(lives=[one.latency_ms for one in office.ended], errors=broken), before=before, walked=office.sent)
    return {"petitions_on_file": rows["petition"], "cores": os.cpu_count() or 1, "workers": plan.workers, **found}


def _run(office: Office, plan: Plan) -> dict[str, Any]:
    greatest = _gauge(office, plan.gauge)
    sustained = greatest / SUSTAINED_SHARE
    dice = random.Random(20220501)
    normal = _arrive(office, sustained, plan.normal, dice) or _one(office, plan)
    in_spike = _arrive(office, sustained * SPIKE, plan.spike, dice)
    over = time.monotonic()
    backlog = office.waiting
    recovery = _recover(office, sustained, plan, dice, at_most=percentile(normal, 95) * NORMAL_TIMES)
    office.wait_for_all(until=over + plan.at_most)
    after = [one.latency_ms for one in office.ended if one.arrived >= over]
    errors = sum(bool(one.error) for one in office.ended) + office.waiting
    if recovery is None:
        raise BenchError(f"not as quick as before {plan.at_most:g} s after the spike; errors: {errors}")
    return {
        "errors": errors,
        "recovery_seconds": round(recovery, 1),
        "greatest_per_second": round(greatest, 2),
        "sustained_per_second": round(sustained, 2),
        "spike_per_second": round(sustained * SPIKE, 2),
        "spike_seconds": plan.spike,
        "arrivals": office.sent,
        "backlog_at_the_end_of_the_spike": backlog,
        "normal_p95_ms": percentile(normal, 95),
        "spike_p95_ms": percentile(in_spike, 95),
        "peak_latency_ms": round(max(one.latency_ms for one in office.ended), 1),
        "after_spike_p95_ms": percentile(after, 95),
    }


def _gauge(office: Office, seconds: float) -> float:
    """The greatest rate: there is always more waiting than can be walked, and at least one life is."""
    began, before = time.monotonic(), len(office.ended)
    while (now := time.monotonic()) < began + seconds or len(office.ended) == before:
        while office.waiting < office._plan.workers * AHEAD:
            office.send()
        office.collect(now + 0.02)
    rate = (len(office.ended) - before) / (time.monotonic() - began)
    office.wait_for_all(until=time.monotonic() + office._plan.at_most)
    return rate


def _arrive(office: Office, rate: float, seconds: float, dice: random.Random) -> list[float]:
    """Let lives arrive at a rate for so long; returns the latencies of those that arrived and ended meanwhile."""
    began = time.monotonic()
    due = began + dice.expovariate(rate)
    while due < began + seconds:
        office.collect(due)
        office.send()
        due += dice.expovariate(rate)
    office.collect(began + seconds)
    return [one.latency_ms for one in office.ended if one.arrived >= began]


def _one(office: Office, plan: Plan) -> list[float]:
    """The latency of a single life, for a normal phase so short that none ended in it."""
    began = time.monotonic()
    office.send()
    office.wait_for_all(until=began + plan.at_most)
    return [one.latency_ms for one in office.ended if one.arrived >= began]


def _recover(office: Office, rate: float, plan: Plan, dice: random.Random, *, at_most: float) -> float | None:
    """Seconds from the end of the spike until latency has been normal for ten seconds on end; nothing when never."""
    over = time.monotonic()
    due, normal_since = over + dice.expovariate(rate), None
    while (now := time.monotonic()) < over + plan.at_most:
        if due <= now:
            office.send()
            due += dice.expovariate(rate)
        office.collect(min(due, now + 0.1))
        window = [one.latency_ms for one in office.ended if one.ended >= now - WINDOW]
        normal = percentile(window, 95) <= at_most if window else not office.waiting  # nobody came, or somebody waits
        normal_since = (normal_since or now) if normal else None
        if normal_since is not None and now - normal_since >= STEADY:
            return now - over
    return None


def show(found: dict[str, Any], console: Console) -> None:
    """Print what was measured, with DIGIT's spike beside it."""
    title = f"{found['cores']} cores, {platform.machine()}, {found['workers']} processes, {found['petitions_on_file']:,} petitions on file"
    table = Table(title=title, title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in found.items():
        table.add_row(name.replace("_", " "), f"{value:,}")
    console.print(table)
    console.print(
        "sustained: a quarter of the greatest rate of this run; spike: ten times that; recovery: until the p95 of the last"
        " 5 s has been at most twice the normal one for 10 s on end, those 10 s included.\n"
        "DIGIT (published, 1,000,000 complaints, 8 vCPU, over HTTP): 57-58 % errors in the spike, p95 36-38 s, never recovers.",
        highlight=False,
        markup=False,
    )


def main() -> None:
    """Measure and print; ends with 1 when something broke or latency never became normal again."""
    options = argparse.ArgumentParser(description=__doc__)
    known = Plan()
    options.add_argument("--petitions", type=int, default=known.petitions)
    options.add_argument("--workers", type=int, default=known.workers)
    for name in ("gauge", "normal", "spike", "at_most"):
        options.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(known, name))
    try:
        found = measure(Plan(**vars(options.parse_args())))
    except BenchError as broken:
        raise SystemExit(str(broken)) from None
    show(found, Console(width=150))


if __name__ == "__main__":
    main()
