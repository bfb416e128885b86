"""PostgreSQL killed and restarted under both databases, the casework's and the engine's, while answers are applied."""

from collections.abc import Iterator

from desk.supervisor import Say
from faults.postgres import cluster
from faults.result import Result
from faults.scenarios.killed_server import disturbed_life
from faults.standing import addresses, on_server, standing

FEW = 1


def killed_database(say: Say, *, few: bool) -> Iterator[Result]:
    """Kill the postmaster in every turn of one life, restart the server in every turn of another one."""
    with cluster() as there:
        if there is None:
            yield Result(fault="PostgreSQL killed", where="", skipped=True, note="PostgreSQL's programs are not on this machine")
            return
        on_server(there.address, ['CREATE DATABASE "casework"', 'CREATE DATABASE "prefect"'])
        own = addresses(there.address.rsplit("/", 1)[0], "casework", "prefect")
        with standing("own cluster", say, **own) as stack:
            count = FEW if few else 99
            yield from disturbed_life(stack, "PostgreSQL killed", "own cluster", there.crash, few=count)
            yield from disturbed_life(stack, "PostgreSQL restarted", "own cluster", there.restart, few=count)
