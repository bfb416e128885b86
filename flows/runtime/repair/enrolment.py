"""Is the engine still set up as the office needs it: deployments, schedules, queues, pool; put right where it is not.

Whoever has the engine's password can delete a deployment, put another one in its place, switch a schedule off or pause the
pool. Each of these stops work without any run failing, so no list of runs shows it. The pump looks, from outside the engine.
"""

import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.filters import DeploymentFilter
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound

from flows.runtime.repair.runs import forget_deployments
from flows.wall_time import now
from tasks.keeping.alarms import raise_alarm
from tasks.keeping.schema import ROOT

FLOWS = {
    "case_page": "flows.sweeps:case_page",
    "correction": "flows.correction:correction",
    "deadlines": "flows.sweeps:deadlines",
    "dispatch": "flows.dispatch:dispatch",
    "intake": "flows.intake:intake",
    "nudge": "flows.sweeps:nudge",
    "outbox": "flows.sweeps:outbox",
    "petition": "flows.petition:petition",
    "reconcile": "flows.sweeps:reconcile",
}
"""Every deployment of prefect.yaml and the flow that it starts."""

SCHEDULED = frozenset({"deadlines", "nudge", "outbox", "reconcile"})
"""Deployments that start by themselves, by prefect.yaml."""

OUR_FLOWS = frozenset(FLOWS.values())
"""The only flows that a worker of the office's imports."""

ENROL_WITHIN = 120
"""Seconds; the engine's command line starts in five, and may wait for a server that is busy."""

_log = logging.getLogger("prefect.casework.enrolment")


@dataclass(frozen=True)
class Fault:
    """Something that is not as the office needs it; ``anew`` says that everything has to be enrolled again."""

    told: str
    anew: bool = False


class Enrolment:
    """What the engine knows of the office's flows, looked at again and again."""

    def __init__(self, pool: str) -> None:
        """Take the pool's name; nothing is known yet."""
        self._pool = pool
        self._ids: frozenset[UUID] = frozenset()

    def look(self, client: SyncPrefectClient) -> bool:
        """Look once and put right what is wrong; says whether runs may have lost their deployment meanwhile.

        Raises what the engine's client does when it cannot be asked; the next look comes anyway.
        """
        faults = [*self._deployments(client), *self._pool_and_queues(client)]
        for fault in faults:
            _log.error("%s", fault.told)
            raise_alarm(fault.told, as_of=now())
        if any(fault.anew for fault in faults):
            enrol(self._pool)
            list(self._deployments(client))  # what a new deployment still lacks, and the ids
        replaced = self._replaced(client)
        if replaced:
            forget_deployments()
        return replaced

    def _deployments(self, client: SyncPrefectClient) -> Iterator[Fault]:
        known = _ours(client)
        for name, entrypoint in FLOWS.items():
            found = known.get(name)
            if found is None:
                yield Fault(f"流程登记“{name}”不见了，正在重新登记", anew=True)
            elif found.entrypoint != entrypoint or found.work_pool_name != self._pool or found.pull_steps:
                yield Fault(f"流程登记“{name}”被改动，正在恢复", anew=True)
            elif _put_to_sleep(found, scheduled=name in SCHEDULED):
                client.resume_deployment(found.id)
                for schedule in found.schedules:
                    client.update_deployment_schedule(found.id, schedule.id, active=True)
                # A schedule that is gone comes back by enrolling anew only.
                yield Fault(f"流程登记“{name}”的定时被停用，正在恢复", anew=name in SCHEDULED and not found.schedules)

    def _pool_and_queues(self, client: SyncPrefectClient) -> Iterator[Fault]:
        try:
            pool = client.read_work_pool(self._pool)
        except ObjectNotFound:
            yield Fault(f"工作池“{self._pool}”不见了，正在重新登记", anew=True)
            return
        if pool.is_paused:
            client.update_work_pool(self._pool, WorkPoolUpdate(is_paused=False))
            yield Fault(f"工作池“{self._pool}”被暂停，已恢复")
        for queue in client.read_work_queues(self._pool):
            if queue.is_paused:
                client.request("PATCH", f"/work_pools/{self._pool}/queues/{queue.name}", json={"is_paused": False})  # type: ignore[arg-type]
                yield Fault(f"工作队列“{queue.name}”被暂停，已恢复")

    def _replaced(self, client: SyncPrefectClient) -> bool:
        """Say whether a deployment is another one than at the last look."""
        before, self._ids = self._ids, frozenset(found.id for found in _ours(client).values())
        return bool(before) and before != self._ids


def _ours(client: SyncPrefectClient) -> dict[str, DeploymentResponse]:
    """The deployments under our names; where a name stands twice, under another flow, the one that starts ours."""
    chosen = DeploymentFilter.model_validate({"name": {"any_": list(FLOWS)}})
    found = client.read_deployments(deployment_filter=chosen, limit=200)
    return {one.name: one for one in sorted(found, key=lambda one: one.entrypoint == FLOWS.get(one.name))}


def _put_to_sleep(found: DeploymentResponse, *, scheduled: bool) -> bool:
    if found.paused:
        return True
    return scheduled and not (found.schedules and all(schedule.active for schedule in found.schedules))


def enrol(pool: str) -> None:
    """Tell the engine of the pool and of all deployments, as when the stack starts; raises ``CalledProcessError`` when that fails."""
    prefect = [sys.executable, "-m", "prefect"]
    for words in (["work-pool", "create", pool, "--type", "casework", "--overwrite"], ["--no-prompt", "deploy", "--all"]):
        subprocess.run([*prefect, *words], cwd=ROOT, check=True, capture_output=True, timeout=ENROL_WITHIN)
