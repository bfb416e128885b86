"""Asking the engine: one client with its address and its account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tasks.keeping.engine_access import auth_string
from tasks.keeping.settings import settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient


@contextmanager
def engine_client() -> Iterator["SyncPrefectClient"]:
    """Open a client of the engine's API; raises ``EngineAccessError`` where no password was made yet."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    reached = {PREFECT_API_URL: settings().api_url, PREFECT_API_AUTH_STRING: auth_string()}
    with temporary_settings(reached), get_client(sync_client=True) as client:
        yield client
