"""Makes the databases of an office that Prefect 3.8.8 drove: ``OLD_PYTHON -m tests.engine.old_pin.make TREE``.

``TREE`` is a checkout of commit 09ec7c2, the last one on that version, and ``OLD_PYTHON`` an environment with its
requirements in which that checkout is installed. Three invented petitions wait there: one for its first form, one for
its second, and one whose first form has been answered while no worker was there to see it.
"""

import contextlib
import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from tests.engine.old_pin.keys import KEYS

T = TypeVar("T")
HERE, PORT, PATIENCE = Path(__file__).parent, 45677, 180.0
FILES = {"casework.db": "casework.db.gz", "prefect/prefect.db": "prefect.db.gz"}
CHATTER = (
    "events",
    "event_resources",
    "log",
    "csrf_token",
    "block_document",
    "block_schema_reference",
    "block_schema",
    "block_type",
)
"""What the engine's file keeps besides runs; without it the file is small."""

SCREENED = {"officer": "Z01", "petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}


def eventually(look: Callable[[], T | None], what: str) -> T:
    """Look until something is there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.5)
    raise SystemExit(f"waited in vain for {what}")


def runs(client: SyncPrefectClient, number: str, state: str) -> list[FlowRun]:
    """A petition's runs that stand in a state of this name."""
    wanted: dict[str, Any] = {"name": {"any_": [number]}, "state": {"name": {"any_": [state]}}}
    return client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(wanted))


def register(client: SyncPrefectClient, title: str) -> str:
    """Fill in the intake form; gives the petition's number when its own run waits."""
    deployment = client.read_deployment_by_name("intake/intake")
    form = {
        "officer": "Z01",
        "channel": "来信",
        "receipt_on": time.strftime("%Y-%m-%d", time.gmtime()),
        "title": title,
        "name": "试验甲",
    }
    run = client.create_flow_run_from_deployment(deployment.id, parameters={"form": form})

    def registered() -> str | None:
        state = client.read_flow_run(run.id).state
        return str(state.message) if state and state.name == "已登记" else None

    number = eventually(registered, "the registration")
    eventually(lambda: runs(client, number, "待甄别"), f"{number} to wait")
    return number


def answer(client: SyncPrefectClient, number: str) -> UUID:
    """Answer a petition's first form."""
    (run,) = runs(client, number, "待甄别")
    client.resume_flow_run(run.id, run_input=SCREENED)
    return run.id


def worker_of(stack: subprocess.Popen[str]) -> int:
    """The process id of a stack's worker."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == stack.pid and b"worker" in (entry / "cmdline").read_bytes().split(b"\0"):
                return int(entry.name)
    raise SystemExit("the stack has no worker")


@contextlib.contextmanager
def started(tree: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the old version's stack on a new home, and end it."""
    own = {"XINFANG_HOME": str(home), "XINFANG_KEYS": KEYS, "XINFANG_PREFECT_PORT": str(PORT)}
    command = [sys.executable, "-m", "desk.cli", "up", "--roster", "desk/demo/roster.toml"]
    stack = subprocess.Popen(command, cwd=tree, env=os.environ | own, stdout=subprocess.PIPE, text=True)
    assert stack.stdout is not None
    for line in stack.stdout:
        if "全部就绪" in line:
            break
    try:
        yield stack
    finally:
        stack.send_signal(signal.SIGINT)
        stack.wait(60)


@contextlib.contextmanager
def engine_of(home: Path) -> Iterator[SyncPrefectClient]:
    """A client of that stack's engine."""
    account = (home / "engine-password.txt").read_text().strip()
    reached = {PREFECT_API_URL: f"http://127.0.0.1:{PORT}/api", PREFECT_API_AUTH_STRING: account}
    with temporary_settings(reached), get_client(sync_client=True) as client:
        yield client


def keep(home: Path) -> None:
    """Put the databases here, small, and as one file each."""
    for made, kept in FILES.items():
        database = sqlite3.connect(home / made, isolation_level=None)
        database.execute("PRAGMA journal_mode = DELETE")
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in CHATTER:
            if table in tables:
                database.execute(f'DELETE FROM "{table}"')
        database.execute("VACUUM")
        database.close()
        (HERE / kept).write_bytes(gzip.compress((home / made).read_bytes(), mtime=0))


def main(tree: Path) -> None:
    """Drive three petitions to their waits under the old version, and keep its databases."""
    with TemporaryDirectory() as found:
        home = Path(found)
        with started(tree, home) as stack, engine_of(home) as client:
            register(client, "等第一张表单")
            second, third = register(client, "等第二张表单"), register(client, "表单已答，尚未处理")
            answer(client, second)
            eventually(lambda: runs(client, second, "待拟办"), f"{second} to wait again")
            worker = worker_of(stack)
            os.kill(worker, signal.SIGSTOP)
            answer(client, third)
            os.kill(worker, signal.SIGKILL)
            stack.send_signal(signal.SIGINT)
            stack.wait(60)
        keep(home)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
