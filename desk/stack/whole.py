"""The stack on one machine: the engine's server and a casework worker, started, watched and stopped together."""

import os
import socket
import sys
from pathlib import Path

from desk.stack.automations import apply_automations
from desk.stack.engine import engine_client
from desk.stack.supervisor import Child, Say, StackError, Supervisor
from desk.wall_time import now
from rules.working_days import load_calendar
from tasks.backup.restore import refuse_unfinished
from tasks.keeping.database import database
from tasks.keeping.engine_access import USER, auth_string, password_file
from tasks.keeping.private_home import keep_private
from tasks.keeping.schema import migrate
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.limits.rulebook import office_hours, packs
from tasks.record.roster import load_roster
from tasks.sweeping.backfilled_limits import complete_limits
from tasks.sweeping.calendar_import import open_provisional

LOOPBACK = ("127.0.0.1", "localhost")


def engine_environment() -> dict[str, str]:
    """The environment in which the engine's parts run: everything local, nothing sent out."""
    chosen = settings()
    home = chosen.home.resolve()
    own = {
        "XINFANG_HOME": str(home),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": chosen.api_url,
        "PREFECT_UI_API_URL": f"{chosen.ui_url}/api",
        "PREFECT_SERVER_UI_API_URL": f"{chosen.ui_url}/api",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",  # the first version shows Resume on the run's own page
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        **_guarded(),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",  # reads every waiting run every five seconds
        **_unhurried(),
        "PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P30D",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",  # what happened stands in the case file, not in run logs
        "PREFECT_CLIENT_MAX_RETRIES": "4",  # after 2, 4, 8, 16 s; more, and who waits for a server waits as long again when it is back
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


def _guarded() -> dict[str, str]:
    """Settings that keep strangers out of the engine: an account, a token for every change, our own pages only."""
    account = auth_string(make=True)
    return {
        "PREFECT_SERVER_API_AUTH_STRING": account,
        "PREFECT_API_AUTH_STRING": account,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{settings().ui_url},http://localhost:{settings().prefect_port}",
    }


def _unhurried() -> dict[str, str]:
    """Settings for what the engine looks for every few seconds and hardly ever finds here: a third of what an idle server does."""
    return {
        "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "15",  # a run is called late after 15 seconds
        "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "15",  # ours change when the stack starts
        "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "60",  # slots of a killed run, free again after minutes anyway
        "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_LOOP_SECONDS": "60",  # orders to kill processes: our worker takes none
    }


class Stack(Supervisor):
    """Starts everything, waits until each part is healthy, restarts what crashes, stops all."""

    def __init__(self, say: Say, *, worker_type: str = "casework") -> None:
        """Take where to speak to; nothing is started yet. The engine's stock ``process`` worker can drive the same flows."""
        super().__init__(say, logs=settings().home / "logs", environment=engine_environment)
        self._worker_type = worker_type

    def start(self, *, roster: Path | None = None) -> None:
        """Bring the database up to date and start the engine's server, the worker and the deployments."""
        chosen = settings()
        refuse_unfinished(chosen)
        _check_host()
        _check_port(chosen.prefect_host, chosen.prefect_port)
        keep_private(chosen.home)
        (chosen.home / "logs").mkdir(mode=0o700, exist_ok=True)
        vault()
        _check_rules()
        self._say("业务数据库……")
        migrate(database())
        keep_private(chosen.home)  # the database, when this process was not told to keep to itself what it makes
        self._catch_up()
        if roster is not None:
            with database().write() as session:
                load_roster(session, roster)
        self._say("流程引擎……")
        host, port = chosen.prefect_host, str(chosen.prefect_port)
        server = self._run("server", ["server", "start", "--host", host, "--port", port])
        server.is_well = _server_is_healthy
        self.wait_for(server, _server_is_healthy)
        self._say("流程登记……")
        for arguments in enrolment(self._worker_type):
            self._do_once(arguments)
        apply_automations_here()
        self._say("工作进程……")
        pool = ["--pool", chosen.work_pool, "--type", self._worker_type, "--name", f"{self._worker_type}-1"]
        worker = self._run("worker", ["worker", "start", *pool], XINFANG_SOLE_WORKER="true")
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
        self._say(f"登录口令：{_where_the_password_is()}")
        self._say(f"登记信访：{settings().ui_url}/deployments → intake → Run → Custom run")
        self._say(f"案卷列表：XINFANG_HOME={settings().home} xinfang list")
        self._say("全部就绪，Ctrl-C 停止")

    def _run(self, name: str, arguments: list[str], **extra: str) -> Child:
        return self.run(name, [sys.executable, "-m", self.module_of(name), *arguments], **extra)

    def module_of(self, name: str) -> str:
        """The module that a child runs; the tests of faults put one of their own in the worker's place."""
        return "engine.server" if name == "server" else "prefect"

    def _do_once(self, arguments: list[str]) -> None:
        self.do_once([sys.executable, "-m", "prefect", *arguments])


def _where_the_password_is() -> str:
    if settings().engine_password.get_secret_value():
        return f"{USER}:（XINFANG_ENGINE_PASSWORD 中设置的密码）"
    return f"文件 {password_file()} 中的一整行（{USER}:密码），首次打开页面时粘贴"


def _check_rules() -> None:
    """Refuse to start on a pack, a calendar or office hours that would make dates doubtful; says file, row and reason."""
    packs().pack_for(settings().pack, now().date())
    office_hours()
    load_calendar(settings().calendar_overlay)


def enrolment(worker_type: str = "casework") -> list[list[str]]:
    """What the engine has to be told once it runs, in the words of its command line: the pool, the deployments."""
    pool = ["work-pool", "create", settings().work_pool, "--type", worker_type, "--overwrite"]
    return [pool, ["--no-prompt", "deploy", "--all"]]


def apply_automations_here() -> None:
    """Put the automations into the engine of the settings."""
    with engine_client() as client:
        apply_automations(client)


def _check_host() -> None:
    """Refuse an address that other machines reach: the engine knows one account for all, and speaks no TLS."""
    host = settings().prefect_host
    if host not in LOOPBACK and not settings().allow_remote:
        raise StackError(
            f"XINFANG_PREFECT_HOST={host} 会让其他机器直接访问流程引擎：请改回 127.0.0.1；"
            "确有加密代理（TLS）在前面时，再设置 XINFANG_ALLOW_REMOTE=true"
        )


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StackError(f"端口 {port} 已被占用：请停止占用它的程序，或设置 XINFANG_PREFECT_PORT 换一个端口") from error


def _server_is_healthy() -> bool:
    import httpx

    try:
        return httpx.get(f"{settings().api_url}/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _worker_is_online() -> bool:
    import httpx

    with engine_client() as client:
        try:
            workers = client.read_workers_for_work_pool(settings().work_pool)
        except httpx.HTTPError:
            return False
    return any(worker.status == "ONLINE" for worker in workers)
