"""The engine's time: which runs are due is told by it, also while this machine's own is wrong.

A worker that asks for runs by a time that is a day ahead gets every run planned for the coming hours, and each of
them holds a thread until its time has come.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from flows.wall_time import now

ALLOWED = timedelta(minutes=1)
"""Smaller differences are let be: the engine tells its time in whole seconds, and machines differ by some."""


class EngineTime:
    """Reckons the engine's time from what its answers say; until the first one it is ours."""

    def __init__(self) -> None:
        """Begin with our own time."""
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The engine's time, as far as it is known."""
        return now() + self._ahead

    def read(self, headers: Mapping[str, str]) -> None:
        """Take the time from an answer's headers."""
        if told := headers.get("date"):
            ahead = parsedate_to_datetime(told) - now()
            self._ahead = ahead if abs(ahead) > ALLOWED else timedelta(0)

    def is_past(self, instant: datetime) -> bool:
        """Say whether an instant has come for the engine, give or take what is allowed."""
        return instant <= self.now() + ALLOWED
