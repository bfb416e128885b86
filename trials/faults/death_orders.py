"""Orders: how the harness tells a worker at which moment to die, and how it learns that it did.

An order is a file. Whoever carries it out renames it first, so that it is carried out once, by one thread.
"""

import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

FOLDER = "XINFANG_FAULTS"
"""Names the environment variable with the folder of orders."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """Die at a moment (``paused:after``), in one run, or (without ``run``) wherever it comes first."""

    moment: str
    run: str = ""


class Orders:
    """One folder of orders, seen by the harness and by the worker."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when missing."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._order = folder / "order.json"
        self._done = folder / "carried_out.json"
        self._clock = folder / "clock"

    def give(self, order: Order) -> None:
        """Give an order; the one before it is forgotten."""
        self._done.unlink(missing_ok=True)
        fresh = self._order.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(order)))
        fresh.replace(self._order)

    def withdraw(self) -> None:
        """Take an order back that was not carried out."""
        self._order.unlink(missing_ok=True)

    def carried_out(self) -> bool:
        """Say whether the last order was carried out."""
        return self._done.exists()

    def obey(self, moment: str, run: str) -> None:
        """Kill this process if that is the order for this moment of this run."""
        try:
            order = Order(**json.loads(self._order.read_text()))
        except FileNotFoundError:
            return
        if order.moment != moment or (order.run and order.run != run):
            return
        try:
            self._order.rename(self._done)
        except FileNotFoundError:
            return  # another thread was there first, and this process is about to end
        _die()

    def count(self, what: str) -> None:
        """Note that something happened once more in this process."""
        with (self._folder / f"{what}-{os.getpid()}").open("ab") as file:
            file.write(b".")

    def counted(self, what: str) -> int:
        """How often something happened, in all processes that this folder saw."""
        return sum(file.stat().st_size for file in self._folder.glob(f"{what}-*"))

    def set_clock(self, seconds: float) -> None:
        """Let the worker's clock go wrong by so many seconds."""
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self._clock)

    def time_error(self) -> float:
        """By how many seconds the worker's clock goes wrong."""
        try:
            return float(self._clock.read_text())
        except FileNotFoundError:
            return 0.0


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    while True:  # the signal reaches this thread at its next step
        time.sleep(1)
