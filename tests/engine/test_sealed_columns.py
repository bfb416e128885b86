"""Forms in the engine's tables: sealed on the way in, opened on the way out, and still where we seal them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import prefect.server.database.configurations as configurations
import pytest
import sqlalchemy as sa
from prefect.server.database import orm_models
from prefect.server.utilities.database import JSON

from engine.sealed_columns import SealedJSON, SealedText
from models.types import SEAL_MARK
from tests.conftest import ROOT, WANTED
from trials.harness.databases import POSTGRES

PLAIN = sa.MetaData()
FORMS = sa.Table(
    "forms", PLAIN, sa.Column("id", sa.Integer, primary_key=True), sa.Column("data", JSON()), sa.Column("words", sa.Text)
)
SEALED = sa.Table(
    "forms",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("data", SealedJSON()),
    sa.Column("words", SealedText()),
)
GIVEN = {"form": {"name": "欧阳甲", "people": 3, "none": None, "list": ["乙"]}}


@pytest.fixture(params=WANTED)
def connection(request: pytest.FixtureRequest, home: Path) -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://" if request.param == "sqlite" else POSTGRES)
    with engine.connect() as found:
        if request.param == "postgresql":
            found.exec_driver_sql("SET search_path TO pg_temp")
        PLAIN.create_all(found)
        yield found
        found.rollback()
    engine.dispose()


def stored(connection: sa.Connection) -> tuple[str, str]:
    row = connection.exec_driver_sql("SELECT CAST(data AS text), words FROM forms").one()
    return str(row[0]), str(row[1])


class TestAForm:
    def test_comes_back_as_it_went_in(self, connection: sa.Connection) -> None:
        connection.execute(SEALED.insert().values(id=1, data=GIVEN, words='{"name": "丙"}'))
        assert connection.execute(sa.select(SEALED.c.data, SEALED.c.words)).one() == (GIVEN, '{"name": "丙"}')

    def test_lies_sealed_in_the_table(self, connection: sa.Connection) -> None:
        connection.execute(SEALED.insert().values(id=1, data=GIVEN, words="丙"))
        data, words = stored(connection)
        assert (data[: len(SEAL_MARK) + 1], words[: len(SEAL_MARK)]) == (f'"{SEAL_MARK}', SEAL_MARK)

    def test_is_sealed_when_it_is_changed(self, connection: sa.Connection) -> None:
        connection.execute(FORMS.insert().values(id=1, data=GIVEN, words="丙"))
        connection.execute(SEALED.update().values(data=GIVEN | {"more": "丁"}))
        assert "name" not in stored(connection)[0]

    def test_from_before_sealing_is_still_read(self, connection: sa.Connection) -> None:
        connection.execute(FORMS.insert().values(id=1, data=GIVEN, words='{"name": "丙"}'))
        assert connection.execute(sa.select(SEALED.c.data, SEALED.c.words)).one() == (GIVEN, '{"name": "丙"}')

    @pytest.mark.parametrize("nothing", [{}, None])
    def test_that_is_empty_stays_empty(self, connection: sa.Connection, nothing: object) -> None:
        connection.execute(SEALED.insert().values(id=1, data=nothing, words=None))
        assert connection.execute(sa.select(SEALED.c.data, SEALED.c.words)).one() == (nothing, None)

    def test_with_numbers_that_postgresql_does_not_know_is_stored_like_the_engine_does(self, connection: sa.Connection) -> None:
        connection.execute(SEALED.insert().values(id=1, data={"odd": float("nan")}))
        assert connection.execute(sa.select(SEALED.c.data)).scalar() == {"odd": None}


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [(orm_models.FlowRun.__table__, "parameters", JSON), (orm_models.FlowRunInput.__table__, "value", sa.Text)],
    ids=["parameters", "inputs"],
)
def test_the_engine_still_keeps_forms_in_the_column_that_we_seal(table: sa.Table, column: str, kind: type) -> None:
    assert isinstance(table.c[column].type, kind)


JSON_COLUMNS = {"context", "empirical_policy", "tags", "labels", "created_by", "job_variables", "parameters"}


def test_a_run_has_no_new_place_where_a_form_could_hide() -> None:
    loose = {
        c.name
        for c in orm_models.FlowRun.__table__.c
        if isinstance(c.type, JSON) or isinstance(getattr(c.type, "impl", None), JSON)
    }
    assert loose == JSON_COLUMNS
    assert {c.name for c in orm_models.FlowRunInput.__table__.c} == {
        "id",
        "created",
        "updated",
        "flow_run_id",
        "key",
        "value",
        "sender",
    }


def in_a_server(code: str, home: Path) -> str:
    """Run code in a process of its own, for the changes hold for a whole process."""
    environment = {"PATH": "", "XINFANG_HOME": str(home), "PREFECT_HOME": str(home / "prefect"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


COMPILED = """
from engine.server import change_engine
change_engine()
import sqlalchemy as sa
from prefect.server.database.orm_models import FlowRun, FlowRunInput
kinds = [sa.select(FlowRun.parameters).column_descriptions[0]["type"], sa.select(FlowRunInput.value).column_descriptions[0]["type"]]
bound = [sa.insert(m).values({c: None}).compile().binds[c].type for m, c in ((FlowRun, "parameters"), (FlowRunInput, "value"))]
print(*(type(kind).__name__ for kind in kinds + bound))
"""


def test_the_change_reaches_what_the_engine_reads_and_writes(home: Path) -> None:
    assert in_a_server(COMPILED, home) == "SealedJSON SealedText SealedJSON SealedText"


WIPING = """
import asyncio
from engine.server import change_engine
change_engine()
from prefect.server.database import provide_database_interface
async def look():
    engine = await provide_database_interface().engine()
    async with engine.connect() as connection:
        print((await connection.exec_driver_sql("PRAGMA secure_delete")).scalar())
asyncio.run(look())
"""


def test_the_engine_wipes_what_it_deletes_from_sqlite(home: Path) -> None:
    (home / "prefect").mkdir()
    assert in_a_server(WIPING, home) == "1"


@pytest.mark.parametrize("option", ["--workers=2", "--workers", "--background", "-b"])
def test_processes_that_would_not_seal_are_not_started(option: str, home: Path) -> None:
    command = [sys.executable, "-m", "engine.server", "server", "start", option, "2"]
    done = subprocess.run(command, cwd=ROOT, env={"XINFANG_HOME": str(home)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "不会加密表单" in done.stderr


def test_sqlite_connections_are_still_prepared_where_we_add_to_it() -> None:
    assert callable(configurations.AioSqliteConfiguration.setup_sqlite)
