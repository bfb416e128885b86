"""PostgreSQL killed and restarted under both databases, the casework's and the engine's, while answers are applied."""

from collections.abc import Iterator
from contextlib import contextmanager

from desk.stack.supervisor import Say
from trials.faults.disturbed_life import tour
from trials.faults.disturbed_stack import Standing, addresses, on_server, standing
from trials.faults.postgres import Cluster, cluster
from trials.faults.result import Result
from trials.faults.scenarios.killed_server import every_turn

NOWHERE = Result(fault="PostgreSQL killed", where="", skipped=True, note="PostgreSQL's programs are not on this machine")


@contextmanager
def on_a_cluster(say: Say) -> Iterator[tuple[Cluster, Standing] | None]:
    """Start a stack on a cluster that may be killed; yields nothing where PostgreSQL's programs are missing."""
    with cluster() as there:
        if there is None:
            yield None
            return
        on_server(there.address, ['CREATE DATABASE "casework"', 'CREATE DATABASE "prefect"'])
        own = addresses(there.address.rsplit("/", 1)[0], "casework", "prefect")
        with standing("PostgreSQL of our own", say, **own) as stack:
            yield there, stack


def killed_database(say: Say) -> Iterator[Result]:
    """Kill the postmaster in every turn of one life, restart the server in every turn of another one."""
    with on_a_cluster(say) as started:
        if started is None:
            yield NOWHERE
            return
        there, stack = started
        yield from tour(stack, "PostgreSQL killed", every_turn(stack, there.crash, "PostgreSQL killed"))
        yield from tour(stack, "PostgreSQL restarted", every_turn(stack, there.restart, "PostgreSQL restarted"))
