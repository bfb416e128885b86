"""What every stage does: look at which step the case waits, show it, and wait there."""

from flows.runtime.repair.runs import show_case
from flows.runtime.waiting.waiting import wait_for_staff
from models.vocabulary.case import Stage
from rules.lifecycle.stages import STAGES
from tasks.decide import find_place
from tasks.keeping.database import database
from tasks.record.cases import find_petition


def stage_of(petition_no: str) -> Stage:
    """Look up the stage that a petition is in now."""
    with database().read() as session:
        return STAGES[find_petition(session, petition_no).state]


def wait_at_step(petition_no: str) -> None:
    """Publish the case and wait at the step where it stands; nothing when it needs no person."""
    with database().read() as session:
        step = find_place(session, petition_no).step
    if step is not None:
        show_case(petition_no)
        wait_for_staff(petition_no, step)
