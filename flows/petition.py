"""One petition's whole life: while it is open, run its stage."""

from collections.abc import Callable

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.closure import closure_stage
from flows.feedback import feedback_stage
from flows.intake import intake_stage
from flows.joint_handling import joint_handling_stage
from flows.routing import routing_stage
from flows.runtime.repair.runs import note_end, show_case
from flows.runtime.waiting.waiting import DuplicateRunError, take_answer
from flows.stages import stage_of
from models.vocabulary.case import Stage
from tasks.keeping.database import database
from tasks.record.cases import find_petition

STAGES: dict[Stage, Callable[[str], None]] = {
    Stage.INTAKE: intake_stage,
    Stage.ROUTING: routing_stage,
    Stage.JOINT_HANDLING: joint_handling_stage,
    Stage.FEEDBACK: feedback_stage,
    Stage.CLOSURE: closure_stage,
}


@flow(name="petition", persist_result=False, log_prints=False)
def petition(petition_no: str) -> State[None]:
    """一件信访的全过程：登记受理、拟办审批、办理、答复、结案归档。由系统启动，请勿手工运行。

    Args:
        petition_no: 信访件编号
    """
    try:
        take_answer(petition_no)
    except DuplicateRunError:
        return Cancelled(name="重复流程")
    while (stage := stage_of(petition_no)) is not Stage.CLOSED:
        STAGES[stage](petition_no)
    show_case(petition_no)
    note_end(petition_no)
    with database().read() as session:
        return Completed(name=find_petition(session, petition_no).state.label)
