"""Lives that go wrong, for the benchmarks to notice; here, because processes of their own have to import them."""

from tasks.keeping.database import Database
from trials.bench.lives import Life, assign, handle, register


def left_open(database: Database, seed: int, *, key: str) -> Life:
    """Walk a life without delivering and closing: nothing fails, but nothing is closed."""
    life = Life(database, seed, key)
    for stage in (register, assign, handle):
        stage(life)
    return life


def refused(database: Database, seed: int, *, key: str) -> Life:
    """Walk a life in which the unit reports before it has signed for the papers."""
    life = Life(database, seed, key)
    for stage in (register, handle):
        stage(life)
    return life
