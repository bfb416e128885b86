"""Who leaves a connection to a database open: a session that nobody closed holds locks, and says nothing by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import ref

from sqlalchemy import event
from sqlalchemy.pool import Pool


class LeftOpen:
    """The connections taken from any pool that were not given back."""

    def __init__(self) -> None:
        """Nothing is out yet."""
        self._out: dict[int, ref[Any]] = {}
        self._dropped = 0

    @property
    def count(self) -> int:
        """How many are still out, or were thrown away by whoever had them (the pool takes those back in silence)."""
        return len(self._out) + self._dropped

    def take(self, _connection: Any, record: Any, holder: Any) -> None:
        """Note that a connection has gone out."""
        # The pool takes it back from a holder that died, too; but only after this.
        self._out[id(record)] = ref(holder, lambda _dead: self._drop(id(record)))

    def give_back(self, _connection: Any, record: Any) -> None:
        """Note that a connection has come back."""
        self._out.pop(id(record), None)

    def _drop(self, key: int) -> None:
        if self._out.pop(key, None) is not None:
            self._dropped += 1


@contextmanager
def watched_connections() -> Iterator[LeftOpen]:
    """Count what is left open from here to the end of the block."""
    found = LeftOpen()
    event.listen(Pool, "checkout", found.take)
    event.listen(Pool, "checkin", found.give_back)
    try:
        yield found
    finally:
        event.remove(Pool, "checkout", found.take)
        event.remove(Pool, "checkin", found.give_back)
