"""Joint handling: the units work, each in a run of its own; the petition follows them."""

from flows.stages import wait_at_step
from flows.wall_time import now
from tasks.keeping.database import database
from tasks.record.act import SYSTEM, Act
from tasks.record.cases import lock_case
from tasks.transitions import follow_units


def joint_handling_stage(petition_no: str) -> None:
    """Let the petition follow its units, and wait for them; the office may urge, supervise and convene meanwhile."""
    with database().write() as session:
        follow_units(lock_case(session, petition_no), Act(actor=SYSTEM, as_of=now()))
    wait_at_step(petition_no)
