"""The stack on one machine: the engine's server and a casework worker, started, watched and stopped together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any

from desk.clock import now
from rules.errors import CaseworkError
from rules.working_days import load_calendar
from tasks.calendar_import import open_provisional
from tasks.completing import complete_limits
from tasks.database import database
from tasks.restore import refuse_unfinished
from tasks.roster import load_roster
from tasks.rulebook import office_hours, packs
from tasks.schema import ROOT, migrate
from tasks.settings import settings
from tasks.vault import vault

Say = Callable[[str], None]
HEALTHY_WITHIN = 90.0
STOP_WITHIN = 20.0
LONGEST_RESTART_PAUSE = 30.0


class StackError(CaseworkError):
    """A part of the stack does not start."""


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


@dataclass
class Child:
    """One process of the stack."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    log: IO[bytes] | None = None
    restarts: int = 0
    restart_at: float = 0.0
    started_at: float = field(default=0.0)


class Stack:
    """Starts everything, waits until each part is healthy, restarts what crashes, stops all."""

    def __init__(self, say: Say) -> None:
        """Take where to speak to; nothing is started yet."""
        self._say = say
        self._children: list[Child] = []
        self._ending = threading.Event()

    def __enter__(self) -> "Stack":
        """Catch the signals that ask for an end."""
        self._before = {number: signal.signal(number, self._end) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_exc: object) -> None:
        """Stop whatever runs."""
        self.stop()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if self._ending.is_set():
            return
        self._ending.set()
        raise KeyboardInterrupt

    def start(self, *, roster: Path | None = None) -> None:
        """Bring the database up to date and start the engine's server, the worker and the deployments."""
        chosen = settings()
        refuse_unfinished(chosen)
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
        self._wait_for(server, _server_is_healthy)
        self._say("流程登记……")
        self._do_once(["work-pool", "create", chosen.work_pool, "--type", "casework", "--overwrite"])
        self._do_once(["--no-prompt", "deploy", "--all"])
        _apply_automations()
        self._say("工作进程……")
        pool = ["--pool", chosen.work_pool, "--type", "casework", "--name", "casework-1"]
        worker = self._run("worker", ["worker", "start", *pool])
        self._wait_for(worker, _worker_is_online)

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

    def watch(self) -> None:
        """Restart what crashes, until an end is asked for."""
        while not self._ending.wait(0.5):
            for child in self._children:
                self._revive(child)

    def stop(self) -> None:
        """Stop the worker first, so that it can still tell the server where its runs stand."""
        for child in reversed(self._children):
            if child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        for child in self._children:
            if child.log:
                child.log.close()
        self._children.clear()

    def _run(self, name: str, arguments: list[str]) -> Child:
        module = "flows.runtime.server" if name == "server" else "prefect"
        child = Child(name=name, command=[sys.executable, "-m", module, *arguments])
        self._children.append(child)
        self._spawn(child)
        return child

    def _spawn(self, child: Child) -> None:
        child.log = child.log or (settings().home / "logs" / f"{child.name}.log").open("ab")
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(
            child.command, cwd=ROOT, env=engine_environment(), stdout=child.log, stderr=child.log, start_new_session=True
        )

    def _revive(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        if child.restart_at == 0.0:
            stable = time.monotonic() - child.started_at > LONGEST_RESTART_PAUSE
            child.restarts = 0 if stable else child.restarts + 1
            pause = min(2.0**child.restarts / 2, LONGEST_RESTART_PAUSE)
            child.restart_at = time.monotonic() + pause
            self._say(f"{child.name} 意外退出（代码 {child.process.returncode}），{pause:.0f} 秒后重新启动")
        elif time.monotonic() >= child.restart_at:
            child.restart_at = 0.0
            self._spawn(child)
            self._say(f"{child.name} 已重新启动")

    def _wait_for(self, child: Child, healthy: Callable[[], bool]) -> None:
        until = time.monotonic() + HEALTHY_WITHIN
        while time.monotonic() < until:
            if child.process is not None and child.process.poll() is not None:
                raise StackError(f"{child.name} 启动失败，请看 {settings().home / 'logs' / child.name}.log")
            if healthy():
                return
            time.sleep(0.25)
        raise StackError(f"{child.name} 在 {HEALTHY_WITHIN:.0f} 秒内没有就绪，请看 {settings().home / 'logs' / child.name}.log")

    def _do_once(self, arguments: list[str]) -> None:
        command = [sys.executable, "-m", "prefect", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=engine_environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            (settings().home / "logs" / "setup.log").write_text(done.stdout + done.stderr)
            raise StackError(f"登记流程失败，请看 {settings().home / 'logs' / 'setup.log'}")


def _check_rules() -> None:
    """Refuse to start on a pack, a calendar or office hours that would make dates doubtful; says file, row and reason."""
    packs().pack_for(settings().pack, now().date())
    office_hours()
    load_calendar(settings().calendar_overlay)


def _apply_automations() -> None:
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
