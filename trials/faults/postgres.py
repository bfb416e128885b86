"""A PostgreSQL cluster of the harness's own, which may be killed: the machine's is never touched."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from desk.demo.driver import _free_port as free_port

STARTED_WITHIN = 60.0


def binaries() -> Path | None:
    """The folder of PostgreSQL's own programs, if they are on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Cluster:
    """One cluster in a temporary folder, run by the user postgres where we are root (it refuses to run as root)."""

    def __init__(self, folder: Path, programs: Path) -> None:
        """Make the cluster; it is not started yet."""
        self._data, self._programs, self.port = folder / "data", programs, free_port()
        self._folder = folder
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")

    @property
    def address(self) -> str:
        """The address of its maintenance database, in SQLAlchemy's words."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it; after a kill its former children may need a moment to leave."""
        until = time.monotonic() + STARTED_WITHIN
        while not self._started():
            if time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL does not start: {(self._folder / 'log').read_text()[-500:]}")
            time.sleep(0.3)

    def kill(self) -> None:
        """Kill the postmaster with SIGKILL: as a crash of the machine would, but for the disk."""
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def crash(self) -> None:
        """Kill it and start it again, as the machine's supervisor would."""
        self.kill()
        time.sleep(1.0)
        self.start()

    def restart(self) -> None:
        """Restart it in an orderly way that ends every connection."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")
        self.start()

    def stop(self) -> None:
        """Stop it for good."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop", check=False)

    def _started(self) -> bool:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200"
        done = self._run(
            "pg_ctl", "-D", str(self._data), "-l", str(self._folder / "log"), "-o", options, "-w", "start", check=False
        )
        return done.returncode == 0

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        # As root the program runs as the user postgres, who may not enter the folder that we stand in.
        before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*before, str(self._programs / program), *arguments]
        return subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=check
        )


@contextmanager
def cluster() -> Iterator[Cluster | None]:
    """Run a cluster; yields nothing where PostgreSQL's programs are missing."""
    programs = binaries()
    if programs is None:
        yield None
        return
    with TemporaryDirectory(prefix="xinfang-postgres-", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder), programs)
        made.start()
        try:
            yield made
        finally:
            made.stop()
