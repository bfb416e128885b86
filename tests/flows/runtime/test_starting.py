"""Starting a subject's run, below the engine: on the ground of its bookmark as it stands, not as it was read."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient

from flows.runtime.repair.runs import forget_deployments, start_run
from models.bookmark import Bookmark
from tasks.runs.bookmarks import bookmark_of, finish_run
from trials.harness.office import MONDAY, Office


class Client:
    """An engine that gives the same run for the same key."""

    def __init__(self) -> None:
        self.started: dict[str, Any] = {}

    def read_deployment_by_name(self, name: str) -> Any:
        return SimpleNamespace(id=name)

    def create_flow_run_from_deployment(self, _deployment: Any, *, idempotency_key: str, **_said: Any) -> Any:
        return self.started.setdefault(idempotency_key, SimpleNamespace(id=uuid4()))


@pytest.fixture
def client() -> Any:
    forget_deployments()
    yield Client()
    forget_deployments()


def start(client: Client, mark: Bookmark | None) -> Any:
    assert mark is not None
    return start_run(cast("SyncPrefectClient", client), mark)


def test_a_new_subject_gets_a_run_and_its_bookmark_names_it(office: Office, client: Client) -> None:
    number = office.register()
    run = start(client, office.bookmark(number))
    assert (office.bookmark(number).run_id, list(client.started)) == (str(run.id), [number])  # type: ignore[union-attr]


def test_a_start_that_was_not_noted_gives_the_same_run_again(office: Office, client: Client) -> None:
    number = office.register()
    first = start(client, office.bookmark(number))
    with office.database.write() as session:
        bookmark_of(session, number, as_of=MONDAY).run_id = None  # as if killed before it was noted
    assert start(client, office.bookmark(number)).id == first.id


def test_a_run_that_is_gone_is_followed_by_another(office: Office, client: Client) -> None:
    number = office.register()
    first, second = start(client, office.bookmark(number)), start(client, office.bookmark(number))
    assert list(client.started) == [number, f"{number}:{first.id}"]
    assert office.bookmark(number).run_id == str(second.id)  # type: ignore[union-attr]


def test_whoever_looked_before_the_run_came_to_its_end_starts_no_second_one(office: Office, client: Client) -> None:
    number = office.register()
    run = start(client, office.bookmark(number))
    read_early = office.bookmark(number)
    with office.database.write() as session:
        finish_run(session, number, run_id=str(run.id), seen_seq=office.petition(number).last_seq, as_of=MONDAY)
    assert start(client, read_early) is None
    assert list(client.started) == [number]


def test_whoever_looked_before_somebody_else_started_a_run_starts_no_second_one(office: Office, client: Client) -> None:
    number = office.register()
    read_early = office.bookmark(number)
    start(client, office.bookmark(number))
    assert start(client, read_early) is None


def test_a_case_that_moved_on_after_its_run_came_to_its_end_gets_another_one(office: Office, client: Client) -> None:
    number = office.register()
    run = start(client, office.bookmark(number))
    with office.database.write() as session:
        finish_run(session, number, run_id=str(run.id), seen_seq=0, as_of=MONDAY)
    assert start(client, office.bookmark(number)) is not None
    assert len(client.started) == 2
