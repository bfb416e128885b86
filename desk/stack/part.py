"""One part of the stack by itself, for machines on which something else supervises: ``python -m desk.stack.part PART …``.

``prepare`` and ``enrol`` come to an end: the databases brought up to date, and (once the server runs) pool,
deployments and automations. ``server …`` and ``worker …`` take the words of the engine's own command line.
"""

import os
import subprocess
import sys

from desk.stack.whole import apply_automations_here, engine_environment, enrolment
from tasks.keeping.database import database
from tasks.keeping.private_home import UMASK
from tasks.keeping.schema import ROOT, migrate
from tasks.keeping.settings import settings

ENGINE = [sys.executable, "-m", "engine.server"]
CLIENT = [sys.executable, "-m", "prefect"]


def part_environment() -> dict[str, str]:
    """The stack's environment, in which every setting of the engine that was made outside stands."""
    return engine_environment() | {name: value for name, value in os.environ.items() if name.startswith("PREFECT_")}


def command_of(arguments: list[str]) -> list[str]:
    """The command of a part that stays: a server through our own wrapper, a worker as it is.

    A worker without arguments of its own serves the pool of the settings.
    """
    if arguments[:1] == ["server"]:
        return [*ENGINE, *arguments]
    more = arguments[1:] or ["start", "--pool", settings().work_pool, "--type", "casework"]
    return [*CLIENT, "worker", *more]


def prepare() -> None:
    """Bring both databases up to date."""
    migrate(database())
    subprocess.run([*ENGINE, "server", "database", "upgrade", "-y"], cwd=ROOT, env=part_environment(), check=True)


def enrol() -> None:
    """Tell the running engine of the pool, the deployments and the automations."""
    for arguments in enrolment():
        subprocess.run([*CLIENT, *arguments], cwd=ROOT, env=part_environment(), check=True)
    apply_automations_here()


def main() -> None:
    """Do what comes to an end, or become the part that stays."""
    os.umask(UMASK)
    arguments = sys.argv[1:]
    if arguments == ["prepare"]:
        prepare()
    elif arguments == ["enrol"]:
        enrol()
    elif arguments[:1] in (["server"], ["worker"]):
        command = command_of(arguments)
        os.execve(command[0], command, part_environment())
    else:
        raise SystemExit("用法：python -m desk.stack.part prepare | enrol | server … | worker")


if __name__ == "__main__":
    main()
