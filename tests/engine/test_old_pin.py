"""Petitions that waited under Prefect 3.8.8 are shown their forms, answered and driven on by the version of today."""

import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from models.vocabulary.case import Step
from tests.engine.old_pin.keys import KEYS
from tests.running_stack import Running, engine_of, environment_at, started
from trials.harness.engine import Engine, eventually

pytestmark = pytest.mark.engine
OLD = Path(__file__).parent / "old_pin"
FIRST, SECOND, ANSWERED = "XF-2026-0001", "XF-2026-0002", "XF-2026-0003"
SCREENED = {"petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}


def of_the_file(home: Path, query: str) -> list[str]:
    """The first column of what an engine's file holds."""
    connection = sqlite3.connect(home / "prefect" / "prefect.db")
    found = [str(row[0]) for row in connection.execute(query)]
    connection.close()
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as the old version left it."""
    made = tmp_path_factory.mktemp("old-pin")
    (made / "prefect").mkdir()
    for kept, at in (("casework.db.gz", "casework.db"), ("prefect.db.gz", "prefect/prefect.db")):
        (made / at).write_bytes(gzip.decompress((OLD / kept).read_bytes()))
    return made


@pytest.fixture(scope="module")
def version_before(home: Path) -> list[str]:
    return of_the_file(home, "SELECT version_num FROM alembic_version")


@pytest.fixture(scope="module")
def upgraded(home: Path, version_before: list[str]) -> Iterator[Running]:
    """The stack of today on that home."""
    assert version_before, "looked at before the server of today has seen the file"
    with started(environment_at(home) | {"XINFANG_KEYS": KEYS}) as stack:
        yield stack


@pytest.fixture
def engine(upgraded: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with engine_of(upgraded, monkeypatch) as found:
        yield found


def run_of(home: Path, number: str) -> UUID:
    (run,) = of_the_file(home, f"SELECT id FROM flow_run WHERE name = '{number}'")
    return UUID(run)


def test_the_server_brings_the_engines_database_up_to_date(engine: Engine, home: Path, version_before: list[str]) -> None:
    assert engine.client.api_healthcheck() is None
    assert of_the_file(home, "SELECT version_num FROM alembic_version") != version_before


@pytest.mark.parametrize(
    ("number", "step"), [(FIRST, Step.SCREEN), (SECOND, Step.PROPOSE)], ids=["at its first form", "at its second form"]
)
def test_a_run_that_waited_still_shows_its_form(engine: Engine, home: Path, number: str, step: Step) -> None:
    run, _ = engine.waiting(number, step)
    assert run.id == run_of(home, number)
    assert number in engine.description(number)
    assert "officer" in engine.form(number)["properties"]


def test_an_answer_that_nobody_had_seen_is_applied(engine: Engine, home: Path) -> None:
    run, _ = engine.waiting(ANSWERED, Step.PROPOSE)
    assert run.id == run_of(home, ANSWERED)
    assert [event.event.value for event in engine.office.events(ANSWERED)].count("screen") == 1
    assert all("screen" not in key for key in engine.inputs(run.id)), "what was typed is forgotten"


@pytest.mark.parametrize(
    ("number", "step", "fields", "then"),
    [(FIRST, Step.SCREEN, SCREENED, Step.PROPOSE), (SECOND, Step.PROPOSE, {"way": "存查", "opinion": "存查"}, Step.APPROVE)],
    ids=["at its first form", "at its second form"],
)
def test_a_run_that_waited_is_answered_and_goes_on(
    engine: Engine, home: Path, number: str, step: Step, fields: dict[str, str], then: Step
) -> None:
    engine.answer(number, step, "Z01", **fields)
    run, _ = engine.waiting(number, then)
    assert run.id == run_of(home, number)
    assert "officer" in engine.form(number)["properties"]
    assert number in engine.description(number)
    eventually(
        lambda: engine.inputs(run.id) and all(then.value in key for key in engine.inputs(run.id)), what="one wait's inputs"
    )
