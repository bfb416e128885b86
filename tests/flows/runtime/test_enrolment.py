"""How the engine is set up, seen from outside of it: whatever stops the office is told and put right."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from prefect.exceptions import ObjectNotFound

from flows.runtime.repair import enrolment
from flows.runtime.repair.enrolment import FLOWS, OUR_FLOWS, SCHEDULED, Enrolment
from flows.runtime.worker.worker import NotOursError, load_flow
from tasks.keeping.alarms import alarm_file
from tasks.keeping.schema import ROOT


def deployment(name: str) -> SimpleNamespace:
    schedules = [SimpleNamespace(id=uuid4(), active=True)] if name in SCHEDULED else []
    return SimpleNamespace(
        id=uuid4(),
        name=name,
        entrypoint=FLOWS[name],
        work_pool_name="casework",
        pull_steps=None,
        paused=False,
        schedules=schedules,
    )


class Client:
    """An engine with our deployments, as long as nobody harms it."""

    def __init__(self) -> None:
        self.there = {name: deployment(name) for name in FLOWS}
        self.pool: Any = SimpleNamespace(is_paused=False)
        self.queue = SimpleNamespace(id=uuid4(), name="default", is_paused=False)
        self.enrolled = 0

    def read_deployments(self, **_chosen: object) -> list[SimpleNamespace]:
        return list(self.there.values())

    def resume_deployment(self, found: UUID) -> None:
        self._by_id(found).paused = False

    def update_deployment_schedule(self, found: UUID, schedule: UUID, *, active: bool) -> None:
        next(one for one in self._by_id(found).schedules if one.id == schedule).active = active

    def read_work_pool(self, _name: str) -> SimpleNamespace:
        if self.pool is None:
            raise ObjectNotFound(Exception())
        return self.pool  # type: ignore[no-any-return]

    def update_work_pool(self, _name: str, change: Any) -> None:
        self.pool.is_paused = change.is_paused

    def read_work_queues(self, _pool: str) -> list[SimpleNamespace]:
        return [self.queue]

    def request(self, _method: str, path: str, *, json: dict[str, bool]) -> None:
        assert path.endswith("/queues/default")
        self.queue.is_paused = json["is_paused"]

    def enrol(self, _pool: str) -> None:
        """What the engine's command line does: whatever is missing or wrong is made anew."""
        self.enrolled += 1
        self.pool = self.pool or SimpleNamespace(is_paused=False)
        for name in FLOWS:
            kept = self.there.get(name)
            made = deployment(name)
            made.id = kept.id if kept is not None else made.id
            self.there[name] = made

    def _by_id(self, found: UUID) -> SimpleNamespace:
        return next(one for one in self.there.values() if one.id == found)


@pytest.fixture
def client(home: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    del home
    made = Client()
    monkeypatch.setattr(enrolment, "enrol", made.enrol)
    return made


def is_whole(client: Client) -> bool:
    asleep = any(one.paused or not all(each.active for each in one.schedules) for one in client.there.values())
    right = all(client.there[name].entrypoint == FLOWS[name] and not client.there[name].pull_steps for name in FLOWS)
    scheduled = all(client.there[name].schedules for name in SCHEDULED)
    return right and scheduled and not (asleep or client.pool.is_paused or client.queue.is_paused)


def another(client: Client, name: str, **changed: object) -> None:
    for key, value in changed.items():
        setattr(client.there[name], key, value)


HARM: dict[str, tuple[Callable[[Client], object], str, bool]] = {
    "a deployment deleted": (lambda there: there.there.pop("petition"), "“petition”不见了", True),
    "the one that repairs deleted": (lambda there: there.there.pop("reconcile"), "“reconcile”不见了", True),
    "another flow put in its place": (
        lambda there: another(there, "dispatch", entrypoint="os:system"),
        "“dispatch”被改动",
        False,
    ),
    "moved to a pool that nobody serves": (lambda there: another(there, "intake", work_pool_name="x"), "“intake”被改动", False),
    "code to be fetched first": (lambda there: another(there, "outbox", pull_steps=[{"x": {}}]), "“outbox”被改动", False),
    "a deployment paused": (lambda there: another(there, "petition", paused=True), "“petition”的定时被停用", False),
    "a schedule switched off": (
        lambda there: setattr(there.there["deadlines"].schedules[0], "active", False),
        "“deadlines”的定时被停用",
        False,
    ),
    "a schedule deleted": (lambda there: another(there, "deadlines", schedules=[]), "“deadlines”的定时被停用", False),
    "the pool paused": (lambda there: setattr(there.pool, "is_paused", True), "工作池“casework”被暂停", False),
    "the pool deleted": (lambda there: setattr(there, "pool", None), "工作池“casework”不见了", False),
    "the queue paused": (lambda there: setattr(there.queue, "is_paused", True), "工作队列“default”被暂停", False),
}


@pytest.mark.parametrize("harm", HARM)
def test_what_stops_the_office_is_told_and_put_right(client: Client, harm: str) -> None:
    do, told, replaced = HARM[harm]
    watch = Enrolment("casework")
    assert not watch.look(client)  # type: ignore[arg-type]
    do(client)
    assert watch.look(client) is replaced  # type: ignore[arg-type]
    assert is_whole(client)
    assert told in alarm_file().read_text(encoding="utf-8")


def test_nothing_is_told_where_nothing_is_wrong(client: Client) -> None:
    watch = Enrolment("casework")
    assert not any(watch.look(client) for _ in range(3))  # type: ignore[arg-type]
    assert (client.enrolled, alarm_file().exists()) == (0, False)


def test_what_is_watched_is_what_is_deployed() -> None:
    told = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert {one["name"]: one["entrypoint"] for one in told} == FLOWS
    assert {one["name"] for one in told if one.get("schedules")} == SCHEDULED


@pytest.mark.parametrize("entrypoint", ["os:system", "flows.petition:STAGES", "flows/petition.py:petition", "", "petition"])
def test_nothing_but_the_offices_flows_is_imported(entrypoint: str) -> None:
    with pytest.raises(NotOursError):
        load_flow(entrypoint)


@pytest.mark.parametrize("entrypoint", sorted(OUR_FLOWS))
def test_a_flow_of_the_offices_is_imported(entrypoint: str) -> None:
    assert load_flow(entrypoint).name in FLOWS
