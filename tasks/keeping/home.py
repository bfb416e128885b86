"""The home of a process: its settings, its keys and its connections are read and opened once, and kept."""

from tasks.keeping.database import database
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault


def forget_home() -> None:
    """Read settings and keys anew when they are next wanted, from wherever the environment then points; close the connections of before."""
    if database.cache_info().currsize:
        database().engine.dispose()
    for cached in (settings, database, vault):
        cached.cache_clear()
