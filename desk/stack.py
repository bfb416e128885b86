"""The stack on one machine: the engine's server and a casework worker, started, watched and stopped together."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

from desk.clock import now
from desk.supervisor import Child, Say, StackError, Supervisor
from rules.working_days import load_calendar
from tasks.calendar_import import open_provisional
from tasks.completing import complete_limits
from tasks.database import database
from tasks.roster import load_roster
from tasks.rulebook import office_hours, packs
from tasks.schema import migrate
from tasks.settings import settings
from tasks.vault import vault


def engine_environment() -> dict[str, str]:
    """The environment in which the engine's parts run: everything local, nothing sent out."""
    chosen = settings()
    home = chosen.home.resolve()
    own = {
        "XINFANG_HOME": str(home),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": chosen.api_url,
        "PREFECT_UI_API_URL": chosen.api_url,
        "PREFECT_SERVER_UI_API_URL": chosen.api_url,
        "PREFECT_SERVER_UI_V2_ENABLED": "false",  # the first version shows Resume on the run's own page
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",  # reads every waiting run every five seconds
        "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P30D",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",  # what happened stands in the case file, not in run logs
        "PREFECT_CLIENT_MAX_RETRIES": "30",  # SQLite answers 503 when two write at once
        "PREFECT_WORKER_QUERY_SECONDS": str(chosen.worker_poll.total_seconds()),
        "PREFECT_WORKER_PREFETCH_SECONDS": "0",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "100",
    }
    if chosen.prefect_database_url:
        own["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = chosen.prefect_database_url
    return {**os.environ, **own}


class Stack(Supervisor):
    """Starts everything, waits until each part is healthy, restarts what crashes, stops all."""

    def __init__(self, say: Say) -> None:
        """Take where to speak to; nothing is started yet."""
        super().__init__(say, logs=settings().home / "logs", environment=engine_environment)

    def start(self, *, roster: Path | None = None) -> None:
        """Bring the database up to date and start the engine's server, the worker and the deployments."""
        chosen = settings()
        _check_port(chosen.prefect_host, chosen.prefect_port)
        (chosen.home / "logs").mkdir(parents=True, exist_ok=True)
        vault()
        _check_rules()
        self._say("业务数据库……")
        migrate(database())
        self._catch_up()
        if roster is not None:
            with database().write() as session:
                load_roster(session, roster)
        self._say("流程引擎……")
        host, port = chosen.prefect_host, str(chosen.prefect_port)
        server = self._run("server", ["server", "start", "--host", host, "--port", port])
        self.wait_for(server, _server_is_healthy)
        self._say("流程登记……")
        for arguments in enrolment():
            self._do_once(arguments)
        apply_automations_here()
        self._say("工作进程……")
        pool = ["--pool", chosen.work_pool, "--type", "casework", "--name", "casework-1"]
        worker = self._run("worker", ["worker", "start", *pool])
        self.wait_for(worker, _worker_is_online)

    def _catch_up(self) -> None:
        """Give old cases the limits that this version knows; say that dates may be counted by a calendar that has arrived."""
        with database().write() as session:
            if started := complete_limits(session, as_of=now()):
                self._say(f"为在办件补建期限 {started} 个")
        with database().read() as session:
            if waiting := open_provisional(session):
                self._say(f"有 {waiting} 个暂定期限已可按新日历重算：xinfang calendar recount")

    def tell_addresses(self) -> None:
        """Print where people go."""
        self._say(f"流程页面：{settings().ui_url}")
        self._say(f"登记信访：{settings().ui_url}/deployments → intake → Run → Custom run")
        self._say(f"案卷列表：XINFANG_HOME={settings().home} xinfang list")
        self._say("全部就绪，Ctrl-C 停止")

    def _run(self, name: str, arguments: list[str]) -> Child:
        return self.run(name, [sys.executable, "-m", self.module_of(name), *arguments])

    def module_of(self, name: str) -> str:
        """The module that a child runs; the tests of faults put one of their own in the worker's place."""
        return "flows.runtime.server" if name == "server" else "prefect"

    def _do_once(self, arguments: list[str]) -> None:
        self.do_once([sys.executable, "-m", "prefect", *arguments])


def _check_rules() -> None:
    """Refuse to start on a pack, a calendar or office hours that would make dates doubtful; says file, row and reason."""
    packs().pack_for(settings().pack, now().date())
    office_hours()
    load_calendar(settings().calendar_overlay)


def enrolment() -> list[list[str]]:
    """What the engine has to be told once it runs, in the words of its command line: the pool, the deployments."""
    pool = ["work-pool", "create", settings().work_pool, "--type", "casework", "--overwrite"]
    return [pool, ["--no-prompt", "deploy", "--all"]]


def apply_automations_here() -> None:
    """Put the automations into the engine of the settings."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from desk.automations import apply_automations

    with temporary_settings({PREFECT_API_URL: settings().api_url}), get_client(sync_client=True) as client:
        apply_automations(client)


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StackError(f"端口 {port} 已被占用：请停止占用它的程序，或设置 XINFANG_PREFECT_PORT 换一个端口") from error


def _ask(path: str, body: dict[str, Any] | None = None) -> Any:
    import httpx

    try:
        url = f"{settings().api_url}{path}"
        answer = httpx.get(url, timeout=5) if body is None else httpx.post(url, json=body, timeout=5)
        return answer.json() if answer.is_success else None
    except (httpx.HTTPError, ValueError):
        return None


def _server_is_healthy() -> bool:
    return _ask("/health") is True


def _worker_is_online() -> bool:
    workers = _ask(f"/work_pools/{settings().work_pool}/workers/filter", {})
    return any(worker.get("status") == "ONLINE" for worker in workers or [])
