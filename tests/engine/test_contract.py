"""What we use of Prefect without its promise: one row a part; when a pin moves and one of these fails, read ADR 0008 first."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prefect.server.utilities.database import JSON

from engine.patches.hook import Hook, Patch, PatchError, found
from engine.server import FAST, SOUND, change_engine
from flows.runtime.worker.worker import HOOKS
from tests.conftest import ROOT

ALL: tuple[Hook, ...] = (*SOUND, *FAST, *HOOKS)
NAMED = {hook.name: hook for hook in ALL}
NEEDS = [pytest.param(hook, need, id=f"{hook.name} without {need.partition(':')[2]}") for hook in ALL for need in hook.needs]


class Without:
    """Something as it is, but for one name."""

    def __init__(self, whole: Any, missing: str) -> None:
        self._whole, self._missing = whole, missing

    def __getattr__(self, name: str) -> Any:
        if name == self._missing:
            raise AttributeError(name)
        return getattr(self._whole, name)


def take_away(monkeypatch: pytest.MonkeyPatch, need: str) -> None:
    """Let a name be gone, as in a version that has lost it."""
    module, _, path = need.partition(":")
    *owner, name = path.split(".")
    if not owner:
        monkeypatch.delattr(f"{module}.{name}")
        return
    whole = found(f"{module}:{'.'.join(owner)}")
    monkeypatch.setattr(f"{module}.{'.'.join(owner)}", Without(whole, name))


@pytest.mark.parametrize("hook", ALL, ids=[hook.name for hook in ALL])
def test_the_installed_engine_is_the_one_that_we_were_made_for(hook: Hook) -> None:
    hook.check()
    assert hook.why


@pytest.mark.parametrize(("hook", "need"), NEEDS)
def test_a_name_that_is_gone_is_missed(monkeypatch: pytest.MonkeyPatch, hook: Hook, need: str) -> None:
    take_away(monkeypatch, need)
    with pytest.raises(PatchError, match=hook.name) as refused:
        hook.check()
    assert need in str(refused.value)


def nothing(*_args: Any, **_kwargs: Any) -> Any:
    """Takes the place of what has changed its ways."""


async def dispatch(self: Any, request: Any, call_next: Any) -> Any:
    """A check of tokens that reads other headers, with other methods."""
    return await call_next(request) if request.headers.get("X-Csrf") else None


def column(name: str, kind: Any, *, nullable: bool = True) -> Callable[[sa.Table], sa.Table]:
    """A table with a column more, or with another kind of one that it has."""

    def changed(table: sa.Table) -> sa.Table:
        kept = [sa.Column(c.name, c.type, nullable=c.nullable, default=c.default) for c in table.c if c.name != name]
        return sa.Table(table.name, sa.MetaData(), *kept, sa.Column(name, kind, nullable=nullable))

    return changed


def without_column(name: str) -> Callable[[sa.Table], sa.Table]:
    def changed(table: sa.Table) -> sa.Table:
        return sa.Table(table.name, sa.MetaData(), *(sa.Column(c.name, c.type, nullable=True) for c in table.c if c.name != name))

    return changed


SERVER, TABLES = "prefect.server", "prefect.server.database.orm_models"
SQLITE = f"{SERVER}.database.configurations.AioSqliteConfiguration"
PING = "sqlalchemy.dialects.postgresql.asyncpg.AsyncAdapt_asyncpg_connection"
OTHER_PAGES = ROOT / "tests" / "engine" / "other_pages"
OTHERWISE: tuple[tuple[str, str, Any, str], ...] = (
    ("begin_immediate", f"{SQLITE}.begin_sqlite_stmt", nothing, "the mode is not asked for"),
    ("begin_immediate", f"{SQLITE}.begin_transaction", nothing, "transactions begin with other arguments"),
    ("readable_forms", f"{SERVER}.api.server.create_ui_app", nothing, "the pages are made with other arguments"),
    ("readable_forms", f"{SERVER}.api.server.create_app", nothing, "the pages are made elsewhere"),
    ("readable_forms", "prefect.__ui_static_path__", ROOT / "tests", "there are no pages"),
    ("readable_forms", "prefect.__ui_static_path__", OTHER_PAGES, "the dialog goes by other names"),
    ("secure_delete", f"{SQLITE}.setup_sqlite", nothing, "connections are prepared with other arguments"),
    ("secure_delete", f"{SQLITE}.engine", nothing, "connections are prepared elsewhere"),
    ("closed_cursors", "aiosqlite.Cursor.execute", nothing, "statements come with other arguments"),
    ("closed_cursors", "aiosqlite.Cursor.executemany", nothing, "many statements come with other arguments"),
    ("closed_cursors", "aiosqlite.Connection._execute", nothing, "the connection's thread is called otherwise"),
    ("closed_cursors", "aiosqlite.Cursor.__init__", nothing, "a cursor keeps its parts under other names"),
    (
        "due_bell",
        f"{SERVER}.orchestration.rules.FlowOrchestrationContext._validate_proposed_state",
        nothing,
        "states come into the tables another way",
    ),
    ("due_bell", "uvicorn.server.Server.shutdown", nothing, "a server ends another way"),
    ("our_routes", f"{SERVER}.api.server.create_api_app", nothing, "the API is put together otherwise"),
    ("our_routes", f"{SERVER}.database.interface.PrefectDBInterface.__init__", nothing, "the database has other parts"),
    (
        "our_routes",
        f"{SERVER}.models.flow_runs.set_flow_run_state",
        lambda session: session,
        "states are set with other arguments",
    ),
    ("our_routes", f"{TABLES}.Artifact.__table__", column("owner", sa.Text, nullable=False), "a page must say more"),
    ("our_routes", f"{TABLES}.FlowRunInput.__table__", without_column("key"), "an input has no key"),
    ("plain_timestamps", f"{SERVER}.utilities.database.Timestamp.process_bind_param", nothing, "instants are bound otherwise"),
    (
        "plain_timestamps",
        f"{SERVER}.utilities.database.Timestamp.process_bind_param",
        lambda self, value, dialect: value.replace(tzinfo=None),
        "instants lose their zone",
    ),
    ("short_ping", f"{PING}._async_ping", nothing, "a ping takes other arguments"),
    ("short_ping", f"{PING}.ping", nothing, "a ping goes another way"),
    ("short_ping", f"{PING}.__init__", nothing, "the driver's connection has another name"),
    (
        "checked_schemas",
        "prefect.utilities.schema_tools.validation._VALIDATOR.check_schema",
        nothing,
        "unsound schemas are not refused by raising",
    ),
    ("checked_schemas", "prefect.utilities.schema_tools.validation.is_valid_schema", nothing, "schemas are checked elsewhere"),
    ("csrf_memory", f"{SERVER}.api.middleware.CsrfMiddleware.dispatch", dispatch, "tokens are in other headers"),
    ("csrf_memory", f"{SERVER}.api.middleware.CsrfMiddleware.dispatch", nothing, "requests are handed on otherwise"),
    ("one_query_run", f"{SERVER}.models.flow_runs.read_flow_run", nothing, "runs are read with other arguments"),
    ("one_query_run", f"{SERVER}.models.flow_runs.set_flow_run_state", nothing, "moving a run reads it by another name"),
    ("look_around_less", f"{SERVER}.api.background_workers.Worker", nothing, "the worker cannot be told its pace"),
    ("look_around_less", f"{SERVER}.api.background_workers.background_worker", nothing, "the worker is another one"),
    ("sealed_columns", f"{TABLES}.FlowRun.__table__", column("parameters", sa.Text), "parameters are of another kind"),
    ("sealed_columns", f"{TABLES}.FlowRun.__table__", column("draft", JSON), "a run has a new place where a form could hide"),
    ("sealed_columns", f"{TABLES}.FlowRunInput.__table__", column("value", JSON), "inputs are of another kind"),
    (
        "sealed_columns",
        f"{TABLES}.FlowRunInput.__table__",
        column("note", sa.Text),
        "an input has a new place for what was typed",
    ),
    ("no_watchers", "prefect.flow_engine.FlowRunEngine.run_context", nothing, "heartbeats are looked up elsewhere"),
    (
        "no_watchers",
        "prefect.flow_engine.BaseFlowRunEngine.setup_flow_run_suspension_request",
        nothing,
        "suspensions are looked for elsewhere",
    ),
    ("worker_hooks", "prefect.workers.base.BaseWorker.get_and_submit_flow_runs", nothing, "polling takes arguments"),
    ("worker_hooks", "prefect.workers.base.BaseWorker.start", nothing, "polling goes another way"),
    ("worker_hooks", "prefect.workers.base.BaseWorker.__init__", nothing, "the worker keeps its parts under other names"),
    ("worker_hooks", "prefect.client.orchestration.PrefectClient.__init__", nothing, "the HTTP client has another name"),
    (
        "wait_keys",
        "prefect.input.run_input.keyset_from_base_key",
        lambda key: {"response": f"{key}/response"},
        "keys are made otherwise",
    ),
)


@pytest.mark.parametrize(
    ("name", "target", "instead"), [row[:3] for row in OTHERWISE], ids=[f"{row[0]}: {row[3]}" for row in OTHERWISE]
)
def test_what_behaves_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, target: str, instead: Any) -> None:
    if target.endswith(".__table__"):
        model = target.removesuffix(".__table__")
        table = instead(found(f"{TABLES}:{model.rpartition('.')[2]}").__table__)
        monkeypatch.setattr(model, type("Changed", (), {"__table__": table}))
    else:
        monkeypatch.setattr(target, instead)
    with pytest.raises(PatchError, match=name):
        NAMED[name].check()


def test_every_patch_is_seen_to_refuse_what_behaves_otherwise() -> None:
    rows = defaultdict(list)
    for name, *_ in OTHERWISE:
        rows[name].append(name)
    assert set(NAMED) - set(rows) == {"collect_less"}, "which leans on nothing of the engine's"


class Recorder(Patch):
    """Writes down what happens to it."""

    why = "for this test"

    def __init__(self, name: str, happened: list[str], *, differs: bool = False) -> None:
        self.title, self._happened, self._differs = name, happened, differs

    def differences(self) -> Iterator[str]:
        self._happened.append(f"{self.title} checked")
        if self._differs:
            yield "别的"

    name = "recorder"

    def apply(self) -> None:
        self._happened.append(f"{self.title} made")


def test_nothing_is_changed_before_everything_was_found_right() -> None:
    happened: list[str] = []
    change_engine([Recorder("first", happened), Recorder("second", happened)])
    assert happened == ["first checked", "second checked", "first made", "second made"]


def test_nothing_is_changed_when_anything_was_found_wrong() -> None:
    happened: list[str] = []
    with pytest.raises(PatchError, match="recorder"):
        change_engine([Recorder("first", happened), Recorder("second", happened, differs=True)])
    assert happened == ["first checked", "second checked"]


STARTS = {
    "server": """
import sys
from prefect.utilities.schema_tools import validation
del validation._VALIDATOR
from engine.server import main
sys.argv = ["prefect", "server", "start"]
main()
""",
    "worker": """
import asyncio, sys
from prefect.input import run_input
run_input.keyset_from_base_key = lambda key: {}
from flows.runtime.worker.worker import CaseworkWorker
try:
    asyncio.run(CaseworkWorker("casework").setup())
except Exception as refused:
    sys.exit(str(refused))
""",
}


@pytest.mark.parametrize(("process", "patch"), [("server", "checked_schemas"), ("worker", "wait_keys")])
def test_a_process_refuses_to_start_and_says_in_one_sentence_which_patch_is_wrong(process: str, patch: str, home: Path) -> None:
    environment = {"PATH": "", "XINFANG_HOME": str(home), "PREFECT_HOME": str(home / "prefect"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", STARTS[process]], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (said,) = done.stderr.strip().splitlines()
    assert f"与补丁 {patch} 不合" in said


def in_a_server(code: str, home: Path) -> str:
    """Run code in a process of its own that was changed like the server's."""
    (home / "prefect").mkdir(exist_ok=True)
    environment = {"PATH": "", "XINFANG_HOME": str(home), "PREFECT_HOME": str(home / "prefect"), "PYTHONPATH": str(ROOT)}
    changed = f"from engine.server import change_engine\nchange_engine()\n{code}"
    done = subprocess.run([sys.executable, "-c", changed], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


BEGINNING = """
import asyncio, sqlite3, sqlalchemy
from prefect.server.database import provide_database_interface
async def look():
    db = provide_database_interface()
    file = db.database_config.connection_url.split("///")[1]
    async with db.session_context(begin_transaction=True) as session:
        await session.execute(sqlalchemy.text("SELECT 1"))
        try:
            sqlite3.connect(file, timeout=0, isolation_level=None).execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            print(error)
asyncio.run(look())
"""
ROUTES = """
from prefect.server.api.server import create_api_app
print(*sorted(path for path in create_api_app().openapi()["paths"] if "casework" in path))
"""
PACE = """
from prefect.server.api import background_workers
print(background_workers.Worker.keywords["minimum_check_interval"])
"""
COLLECTION = "import gc; print(gc.get_freeze_count() > 100_000, gc.get_threshold()[0])"
SCHEMAS = """
from prefect.utilities.schema_tools import validation
for schema in ({"type": "object"}, {"type": "object"}, {"type": 3}, {"type": 3}):
    try:
        validation.is_valid_schema(schema)
        print("sound", end=" ")
    except ValueError:
        print("refused", end=" ")
print(validation._VALIDATOR.check_schema.__module__)
"""
QUERIES = """
import asyncio, uuid, sqlalchemy
from prefect.server.database import provide_database_interface
from prefect.server.models import flow_runs
asked = []
class Session:
    info = {}
    async def execute(self, query):
        asked.append(str(query))
        return self
    def scalar(self):
        return None
    async def get(self, *given, **more):
        asked.append("get")
    scalars = get
try:
    asyncio.run(flow_runs.read_flow_run(session=Session(), flow_run_id=uuid.uuid4()))
except Exception as error:
    print(type(error).__name__)
print(sum("JOIN work_queue" in query and "JOIN work_pool" in query for query in asked), len(asked))
"""
INSTANTS = """
import datetime, prefect.types, sqlalchemy.dialects.postgresql.asyncpg as postgres
from prefect.server.utilities.database import Timestamp
given = prefect.types.DateTime.fromisoformat("2026-03-02T04:05:06+00:00")
print(type(given) is datetime.datetime, type(Timestamp().process_bind_param(given, postgres.dialect())) is datetime.datetime)
"""
TOKENS = """
from prefect.server.api.middleware import CsrfMiddleware
print(CsrfMiddleware.dispatch.__module__)
"""
PING_SENT = """
import asyncio
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection as Adapted
sent = []
class Driver:
    def __getattr__(self, name):
        async def call(*given):
            sent.append((name, *given))
        return call
class Pooled:
    _connection = Driver()
asyncio.run(Adapted._async_ping(Pooled()))
print(*sent)
"""
FAILED_CURSOR = """
import asyncio, aiosqlite, sqlite3
async def look():
    connection = await aiosqlite.connect(":memory:")
    cursor = await connection.cursor()
    try:
        await cursor.execute("SELECT nothing")
    except sqlite3.OperationalError:
        try:
            await connection._execute(cursor._cursor.fetchone)
            print("open")
        except sqlite3.ProgrammingError as error:
            print(error)
    await connection.close()
asyncio.run(look())
"""
PAGE = """
from fastapi.testclient import TestClient
from prefect.server.api import server
asked = {"accept": "text/html", "accept-encoding": "gzip", "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}
page = TestClient(server.create_ui_app(False)).get("/runs", headers=asked)
styled = ".p-modal__body > * { flex-shrink: 0; }" in page.text.partition("</head>")[0]
print(page.status_code, styled, int(page.headers["content-length"]) == len(page.content), "etag" in page.headers)
"""
WIPING = """
from prefect.server.database.configurations import AioSqliteConfiguration
print(AioSqliteConfiguration.setup_sqlite.__module__)  # not the pragma: some builds of SQLite wipe by themselves
"""
MADE = (
    ("a transaction holds SQLite's lock from its beginning", BEGINNING, "database is locked"),
    ("our routes are there", ROUTES, "/casework/runs/due /casework/runs/{run_id}/enter /casework/runs/{run_id}/leave"),
    ("the background worker looks every second", PACE, "0:00:01"),
    ("what was imported is left alone", COLLECTION, "True 20000"),
    ("unsound schemas are refused as before", SCHEMAS, "sound sound refused refused engine.patches.checked_schemas"),
    ("a run is read in one query", QUERIES, "1 1"),
    ("instants are made plain", INSTANTS, "False True"),
    ("right tokens are remembered", TOKENS, "engine.patches.csrf_memory"),
    ("a ping is one message", PING_SENT, "('execute', 'SELECT 1')"),
    ("a failed cursor is closed", FAILED_CURSOR, "Cannot operate on a closed cursor."),
    ("what stands above a form has a height", PAGE, "200 True True False"),
    ("what is deleted is wiped", WIPING, "engine.patches.secure_delete"),
)


@pytest.mark.parametrize(("code", "seen"), [row[1:] for row in MADE], ids=[row[0] for row in MADE])
def test_the_change_is_made_in_the_servers_process(home: Path, code: str, seen: str) -> None:
    assert in_a_server(code, home) == seen


def test_the_watchers_are_gone_from_the_workers_process() -> None:
    code = "from prefect import flow_engine; from flows.runtime.worker.no_watchers import NoWatchers as N, WATCHERS; N().apply()"
    look = "print(*{type(getattr(flow_engine, name)()).__name__ for name in WATCHERS})"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{look}"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "nullcontext"
