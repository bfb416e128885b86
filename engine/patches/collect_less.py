"""Collecting garbage less often in the server's process."""

import gc

from engine.patches.hook import Patch


class CollectLess(Patch):
    """Leaves what was imported out of Python's garbage collection, and collects less often; leans on nothing of the engine's."""

    name = "collect_less"
    why = "Going through a quarter of a million imported objects again and again took a tenth of the server's time."

    def apply(self) -> None:
        """Freeze what is there; comes last, when everything has been imported."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
