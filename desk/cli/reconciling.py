"""``xinfang reconcile``: have the engine's runs compared with the cases, all of them, and say what was repaired."""

import time
from typing import TYPE_CHECKING

from desk.cli.output import say, spoken
from rules.errors import CaseworkError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import State

RECONCILE = "reconcile/reconcile"
PATIENCE = 600.0
LOOK_EVERY = 0.3


class ReconcileError(CaseworkError):
    """The comparison could not be made, or did not come to its end."""


@spoken
def reconcile_command() -> None:
    """核对全部在办件的流程，补上丢失的、卡住的、失败的、重复的；可反复执行。"""
    import httpx

    from desk.stack.engine import engine_client
    from tasks.keeping.settings import settings

    try:
        with engine_client() as client:
            end = _run(client)
    except httpx.HTTPError:
        raise ReconcileError(f"流程引擎 {settings().api_url} 没有响应：请先启动 xinfang up（启动时也会自动核对）") from None
    if not end.is_completed():
        raise ReconcileError(f"核对没有完成（{end.name}）：请看 {settings().home / 'logs' / 'worker.log'}")
    for line in (end.message or "").split("；"):
        say(line)


def _run(client: "SyncPrefectClient") -> "State":
    """Start a thorough comparison and wait for its end: a worker does it, the one that also drives the runs."""
    from prefect.exceptions import ObjectNotFound

    try:
        deployment = client.read_deployment_by_name(RECONCILE)
    except ObjectNotFound:
        raise ReconcileError("流程引擎里还没有本系统的流程：请重新启动 xinfang up") from None
    run = client.create_flow_run_from_deployment(deployment.id, parameters={"thorough": True}, tags=["后台"])
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        state = client.read_flow_run(run.id).state
        if state is not None and state.is_final():
            return state
        time.sleep(LOOK_EVERY)
    raise ReconcileError("核对十分钟没有结束：请确认工作进程正在运行（xinfang up）")
