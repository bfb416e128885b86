"""Letting the engine's background worker look for work that is due every second."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from prefect.server.api import background_workers

from engine.patches.hook import Patch, accepts, mentions

LOOK_EVERY = timedelta(seconds=1)
PACE = ("minimum_check_interval", "scheduling_resolution")


class LookAroundLess(Patch):
    """Slows the search of the engine's background worker for work that has fallen due; new work wakes it anyway."""

    name = "look_around_less"
    why = "It looks four times a second, and most of what an idle server does is that."
    needs = ("prefect.server.api.background_workers:Worker", "prefect.server.api.background_workers:background_worker")

    def differences(self) -> Iterable[str]:
        """The worker is made from this class, which can be told its pace."""
        module: Any = background_workers
        yield from accepts(module.Worker, *PACE)
        yield from mentions(background_workers.background_worker, "Worker")

    def apply(self) -> None:
        """Tell every worker of this process its pace."""
        module: Any = background_workers
        module.Worker = partial(module.Worker, **dict.fromkeys(PACE, LOOK_EVERY))
