"""Routing: a proposal is drafted and approved; what was approved is carried out."""

from flows.stages import wait_at_step
from flows.wall_time import now
from tasks.casework.proposals import carry_out
from tasks.keeping.database import database
from tasks.record.act import SYSTEM, Act
from tasks.record.cases import lock_case


def routing_stage(petition_no: str) -> None:
    """Carry out what was approved, if that is still to do, or wait for the drafter or the approver."""
    with database().write() as session:
        carry_out(lock_case(session, petition_no), act=Act(actor=SYSTEM, as_of=now()))
    wait_at_step(petition_no)
