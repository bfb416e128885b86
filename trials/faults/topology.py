"""The services of ``deploy/compose.yaml`` as processes of this machine: same commands, same settings, other addresses."""

import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import yaml

from desk.demo.driver import _free_port as free_port
from desk.stack.supervisor import Child, Say, StackError
from desk.stack.whole import engine_environment
from tasks.keeping.schema import ROOT
from trials.faults.absent_child import Holding
from trials.faults.death_orders import FOLDER, Orders

COMPOSE = Path(ROOT) / "deploy" / "compose.yaml"
HAPROXY = Path(ROOT) / "deploy" / "haproxy.cfg"
APIS = ("api-1", "api-2")
HERE = "127.0.0.1"
TAIL = 1500


def compose_services() -> dict[str, dict[str, Any]]:
    """Read the services of compose.yaml, with merged anchors; ``${…}`` stands as it is written."""
    services: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
    return services


def filled(text: str, known: dict[str, str]) -> str:
    """Fill in ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?complaint}`` as compose does."""

    def value(found: re.Match[str]) -> str:
        name, kind, more = found["name"], found["kind"], found["more"] or ""
        if known.get(name):
            return known[name]
        if kind == ":?":
            raise StackError(f"compose.yaml 需要 {name}：{more}")
        return more

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<more>[^}]*))?\}", value, text)


class Topology(Holding):
    """Two API servers without services, one services process, a balancer, N workers; each restarted when it dies."""

    def __init__(self, say: Say, *, home: Path, redis: str, redis_db: int, balancer_port: int) -> None:
        """Take where things live; ``redis`` is host and port, of which two numbered databases are used."""
        super().__init__(say, logs=home / "logs", environment=lambda: dict(os.environ))
        self._home = home
        self._redis = (redis, redis_db)
        self._port = balancer_port
        self._ports = {name: free_port() for name in APIS}
        self._services = compose_services()

    def start(self, *, workers: int, own_redis: bool = False) -> None:
        """Start everything in the order of compose.yaml's dependencies; ``own_redis`` starts Redis, too, where it may be killed."""
        if own_redis:
            self._start_redis()
        self._to_an_end("prepare")
        for name, port in self._ports.items():
            api = self._service(name, PREFECT_SERVER_API_HOST=HERE, PREFECT_SERVER_API_PORT=str(port))
            self.wait_for(api, partial(self.healthy, port))
        self._service("services")
        self._balancer()
        self._to_an_end("enrol")
        for number in range(1, workers + 1):
            self._worker(f"worker-{number}")

    def tails(self) -> str:
        """The last lines of every log, for when something does not start."""
        files = sorted(self._logs.glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-TAIL:]}" for file in files)

    def healthy(self, port: int) -> bool:
        """Ask what the balancer asks."""
        try:
            return httpx.get(f"http://{HERE}:{port}/api/health", timeout=3).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def counted(self, name: str) -> int:
        """How many runs a worker has driven."""
        return Orders(self._home / name).counted("running")

    def environment_of(self, name: str) -> dict[str, str]:
        """A service's settings of compose.yaml, with the addresses of this machine."""
        server, number = self._redis
        given = {key: str(value) for key, value in self._services[name].get("environment", {}).items()}
        own: dict[str, str] = {}
        for key, value in given.items():
            if key.startswith("XINFANG_"):
                continue  # this machine's: settings of the harness's own environment
            moved = re.sub(r"^redis://redis:6379/(\d+)$", lambda at: f"redis://{server}/{number + int(at[1])}", value)
            own[key] = filled(moved, {"XINFANG_PUBLIC_URL": f"http://{HERE}:{self._port}"})
        return own

    def _command(self, name: str) -> list[str]:
        command = [str(word) for word in self._services[name]["command"]]
        return [sys.executable, *command[1:]] if command[0] == "python" else command

    def _service(self, name: str, **more: str) -> Child:
        return self.run(name, self._command(name), **self.environment_of(name) | more)

    def _to_an_end(self, name: str) -> None:
        environment = dict(os.environ) | self.environment_of(name)
        done = subprocess.run(self._command(name), cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        self._logs.mkdir(parents=True, exist_ok=True)
        (self._logs / f"{name}.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise StackError(f"{name} 失败，请看 {self._logs / name}.log")

    def _balancer(self) -> None:
        haproxy = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if haproxy is None:
            raise StackError("本机没有 haproxy，无法在两个 API 服务之间分配请求；Debian 上请安装 haproxy")
        text = HAPROXY.read_text().replace("bind :4200", f"bind {HERE}:{self._port}")
        for name, port in self._ports.items():
            text = text.replace(f"{name}:4200", f"{HERE}:{port}")
        config = self._home / "haproxy.cfg"
        config.write_text(text)
        child = self.run("balancer", [haproxy, "-db", "-f", str(config)])
        self.wait_for(child, lambda: self.healthy(self._port))

    def _start_redis(self) -> None:
        host, port = self._redis[0].split(":")
        folder = self._home / "redis"
        folder.mkdir()
        child = self.run("redis", [*self._command("redis"), "--bind", host, "--port", port, "--dir", str(folder)])
        self.wait_for(child, partial(listens, host, int(port)))

    def _worker(self, name: str) -> Child:
        """A worker of the harness, which counts the runs that it drives."""
        words = ["start", "--pool", "casework", "--type", "casework", "--name", name]
        command = [sys.executable, "-m", "trials.faults.worker", "worker", *words]
        extra = engine_environment() | self.environment_of("worker") | {FOLDER: str(self._home / name)}
        return self.run(name, command, **extra)


def listens(host: str, port: int) -> bool:
    """Say whether something listens at an address."""
    with closing(socket.socket()) as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0
