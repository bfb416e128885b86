"""What we use of Prefect without its promise: when a pin moves and one of these fails, read ADR 0008 first."""

import inspect

import prefect.flow_engine
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.workers.base import BaseWorker

HOOKS = ("_submit_run", "_propose_pending_state", "_propose_crashed_state", "_release_limit_slot")
CALLS = ("create_flow_run_input", "read_flow_run_input", "delete_flow_run_input", "set_flow_run_state", "resume_flow_run")


@pytest.mark.parametrize("name", HOOKS)
def test_the_worker_still_has_the_hook(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(BaseWorker, name)) or callable(getattr(BaseWorker, name))


@pytest.mark.parametrize("name", CALLS)
def test_the_client_still_has_the_call(name: str) -> None:
    assert callable(getattr(SyncPrefectClient, name))


def test_the_base_worker_still_submits_through_the_hook() -> None:
    assert "self._submit_run" in inspect.getsource(BaseWorker._submit_scheduled_flow_runs)
    assert "_submitting_flow_run_ids" in inspect.getsource(BaseWorker)


def test_the_observer_is_still_looked_up_where_we_mute_it() -> None:
    assert "observe_flow_run_suspension(" in inspect.getsource(prefect.flow_engine)


def test_sqlite_transactions_still_begin_where_we_change_them() -> None:
    source = inspect.getsource(AioSqliteConfiguration.begin_transaction)
    assert '"IMMEDIATE" if with_for_update else "DEFERRED"' in source
