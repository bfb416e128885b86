"""Supervision: child processes that are started, waited for, restarted when they crash, and stopped together."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Self

from desk.stack.logs import Tail, rotate
from rules.errors import CaseworkError
from tasks.keeping.private_home import UMASK
from tasks.keeping.schema import ROOT

Say = Callable[[str], None]
HEALTHY_WITHIN = 90.0
STOP_WITHIN = 20.0
LONGEST_RESTART_PAUSE = 30.0
ASK_EVERY = 10.0
SILENT_AT_MOST = 3
"""How many times in a row a child may leave the question whether it is well without an answer; then it hangs, and is ended."""


class StackError(CaseworkError):
    """A part of the stack does not start."""


@dataclass
class Child:
    """One process of the stack; ``extra`` is what its environment has beyond the others', ``is_well``, where it is set, asks whether it answers."""

    name: str
    command: list[str]
    extra: dict[str, str] = field(default_factory=dict)
    is_well: Callable[[], bool] | None = None
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    restart_at: float = 0.0
    started_at: float = field(default=0.0)
    silent: int = 0
    ask_at: float = 0.0

    @property
    def pid(self) -> int:
        """The id of its present process; 0 when it was never started."""
        return self.process.pid if self.process else 0


class Supervisor:
    """Keeps children alive: a crashed one is started again after a pause that doubles while it keeps crashing, one that hangs is ended first."""

    def __init__(self, say: Say, *, logs: Path, environment: Callable[[], dict[str, str]]) -> None:
        """Take where to speak to, where children log, and in which environment they run; nothing is started yet."""
        self._say = say
        self._logs = logs
        self._environment = environment
        self._children: list[Child] = []
        self._ending = threading.Event()

    def __enter__(self) -> Self:
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

    def child(self, name: str) -> Child:
        """Find a child by name."""
        return next(child for child in self._children if child.name == name)

    def run(self, name: str, command: list[str], **extra: str) -> Child:
        """Start a child and keep it; its output goes to ``<logs>/<name>.log``."""
        child = Child(name=name, command=command, extra=extra)
        self._children.append(child)
        self.spawn(child)
        return child

    def spawn(self, child: Child) -> None:
        """Start a child's process in a session of its own, so that a Ctrl-C reaches only the supervisor."""
        self._logs.mkdir(parents=True, exist_ok=True)
        child.started_at = time.monotonic()
        child.silent, child.ask_at = 0, child.started_at + HEALTHY_WITHIN
        environment = self._environment() | child.extra
        with _private(self._log_of(child)) as log:
            child.process = subprocess.Popen(
                child.command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True, umask=UMASK
            )

    def watch(self) -> None:
        """Restart what crashes or hangs, until an end is asked for."""
        alarms = Tail(self._logs / "alarms.log")
        while not self._ending.wait(0.5):
            for child in self._children:
                self.revive(child)
                self.ask(child)
                rotate(self._log_of(child))
            for alarm in alarms.new_lines():
                self._say(f"警报：{alarm}")

    def leave(self) -> None:
        """Ask ``watch`` to end, from another thread; what runs goes on until ``stop``."""
        self._ending.set()

    def revive(self, child: Child) -> None:
        """Look at a child once: note when a crashed one is to be started again, and start it when that has come."""
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
            self.spawn(child)
            self._say(f"{child.name} 已重新启动")

    def ask(self, child: Child) -> None:
        """Ask a running child now and then whether it is well; one that hangs is ended, so that it is started again."""
        if child.is_well is None or child.process is None or child.process.poll() is not None or time.monotonic() < child.ask_at:
            return
        child.silent = 0 if child.is_well() else child.silent + 1
        child.ask_at = time.monotonic() + ASK_EVERY
        if child.silent >= SILENT_AT_MOST:
            self._say(f"{child.name} 连续 {child.silent} 次没有应答，强制结束")
            child.process.kill()

    def wait_for(self, child: Child, healthy: Callable[[], bool]) -> None:
        """Wait until a child says that it is well; raises ``StackError`` when it ends or takes too long."""
        until = time.monotonic() + HEALTHY_WITHIN
        while time.monotonic() < until:
            if child.process is not None and child.process.poll() is not None:
                raise StackError(f"{child.name} 启动失败，请看 {self._log_of(child)}")
            if healthy():
                child.ask_at = time.monotonic() + ASK_EVERY
                return
            time.sleep(0.25)
        raise StackError(f"{child.name} 在 {HEALTHY_WITHIN:.0f} 秒内没有就绪，请看 {self._log_of(child)}")

    def do_once(self, command: list[str]) -> None:
        """Run a command to its end; raises ``StackError`` when it fails."""
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False, umask=UMASK
        )
        if done.returncode:
            with _private(self._logs / "setup.log") as log:
                log.write((done.stdout + done.stderr).encode())
            raise StackError(f"登记流程失败，请看 {self._logs / 'setup.log'}")

    def stop(self) -> None:
        """Stop all, the last started first: a worker can then still tell the server where its runs stand."""
        for child in reversed(self._children):
            if child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._children.clear()

    def _log_of(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
