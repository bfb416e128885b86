"""A supervisor that can be told to let a child stay away for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from desk.stack.supervisor import Child, Supervisor


class Holding(Supervisor):
    """Restarts what crashes, but for the child that is being held back."""

    _held: Child | None = None

    def revive(self, child: Child) -> None:
        """Look at a child once, unless it is held back."""
        if child is not self._held:
            super().revive(child)

    @contextmanager
    def holding(self, child: Child) -> Iterator[None]:
        """Let a child that crashes stay away until the end of this."""
        self._held = child
        try:
            yield
        finally:
            self._held = None
