"""What every test run passes: two lives with another fault in nearly every turn, each on a database of its own kind."""

from collections.abc import Iterator
from functools import partial

from desk.stack.supervisor import Say
from trials.faults.disturbed_life import Visit, tour
from trials.faults.disturbed_stack import Standing, standing
from trials.faults.result import Result
from trials.faults.scenarios.crowd import ten_at_once
from trials.faults.scenarios.full_disk import NOWHERE as NO_DISK
from trials.faults.scenarios.full_disk import filled_up, on_a_small_disk
from trials.faults.scenarios.killed_database import NOWHERE as NO_CLUSTER
from trials.faults.scenarios.killed_database import on_a_cluster
from trials.faults.scenarios.killed_server import disturbed, kill_server
from trials.faults.scenarios.killed_worker import killed_in
from trials.faults.scenarios.photo_finish import through_the_engine
from trials.faults.scenarios.wrong_time import jumped, jumped_in_the_middle

ON_POSTGRESQL = {
    "screen": "event:after",
    "propose": "round:after",
    "sign_in/1": "paused:before",
    "report/1": "event:before",
    "examine/1": "end:after",
    "report/2": "running:after",
    "deliver": "event:after",
    "archive": "completed:after",
}
"""The few kill points of the worker: one moment of each kind, spread over a life."""

ON_SQLITE = {"screen": "event:after", "close": "paused:before"}


def kill_at(moments: dict[str, str]) -> dict[str, Visit]:
    """Plan a kill of the worker in some turns."""

    def at(seam: str) -> Visit:
        return lambda there, number, turn: killed_in(there, number, turn, seam)

    return {name: at(seam) for name, seam in moments.items()}


def on_postgresql(say: Say) -> Iterator[Result]:
    """The worker, the server and PostgreSQL are killed in the life of one petition, PostgreSQL is restarted."""
    with on_a_cluster(say) as started:
        if started is None:
            yield NO_CLUSTER
            return
        cluster, there = started
        plan = kill_at(ON_POSTGRESQL) | {
            "approve": disturbed("PostgreSQL killed", cluster.crash, 0.1),
            "sign_in/2": disturbed("PostgreSQL restarted", cluster.restart, 0.05),
            "close": disturbed("server killed", partial(kill_server, there), 0.05),
        }
        yield from tour(there, "bounded, PostgreSQL", plan)


def on_sqlite(say: Say) -> Iterator[Result]:
    """The disk fills up, the clock jumps, a crowd presses, the server is killed in the life of one petition."""
    with on_a_small_disk(say) as started:
        if started is not None:
            folder, there = started
            disk: dict[str, Visit] = {"propose": filled_up(folder)}
            yield from tour(there, "bounded, SQLite", _plan(there) | disk)
            yield from through_the_engine(there, count=1)
            return
    yield NO_DISK
    with standing("sqlite", say) as there:
        yield from tour(there, "bounded, SQLite", _plan(there))
        yield from through_the_engine(there, count=1)


def _plan(there: Standing) -> dict[str, Visit]:
    return kill_at(ON_SQLITE) | {
        "approve": jumped_in_the_middle,
        "sign_in/1": jumped(1),
        "report/1": jumped(-1),
        "report/2": ten_at_once,
        "examine/2": disturbed("server killed", partial(kill_server, there), 0.1),
    }
