"""Meetings: convening the units, and the tasks that a meeting sets."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.case_event import CaseEvent
from models.vocabulary.case import Event
from rules.errors import AnswerRefusedError, TransitionRefusedError
from rules.lifecycle.share import FINISHED_UNITS
from tasks.limits.clocks import Special, start_clock
from tasks.record.act import Act
from tasks.record.cases import Case, find_dispatch
from tasks.transitions import Change, advance


@dataclass(frozen=True, kw_only=True)
class MeetingTask:
    """What a meeting asked of one unit, and until when (day in Asia/Shanghai)."""

    position: int
    due_on: date
    task: str


def convene(
    case: Case, *, act: Act, meeting: str, deputies: int = 0, representatives: int = 0, tasks: tuple[MeetingTask, ...] = ()
) -> CaseEvent:
    """Convene the units (联席会、协调会、碰头会), with deputies and the petitioners' representatives if they come.

    Every task that the meeting sets gets a clock of its own (当场明确办理期限).
    """
    if late := [task for task in tasks if task.due_on < act.happened_on]:
        raise AnswerRefusedError(f"会议任务的期限 {late[0].due_on} 早于会议日期 {act.happened_on}")
    shares = [find_dispatch(case.session, case.petition, task.position) for task in tasks]
    if over := [share.position for share in shares if share.state in FINISHED_UNITS]:
        raise TransitionRefusedError(f"第 {over[0]} 号派件已经办结或者退回，不能再派任务")
    record: dict[str, Any] = {"deputies": deputies, "representatives": representatives}
    if tasks:
        record["tasks"] = [{"position": task.position, "due_on": task.due_on.isoformat()} for task in tasks]
    note = "\n".join([meeting, *(f"任务（派件 {task.position}，{task.due_on}）：{task.task}" for task in tasks)])
    asked = {"reason": meeting, "representatives": representatives}
    change = Change(Event.CONVENE, asked=asked, record=record, note=note, words={"meeting": meeting})
    event = advance(case.whole, change, act)
    for task, share in zip(tasks, shares, strict=True):
        start_clock(case.session, case.petition, "meeting_task", act=act, dispatch=share, special=Special(on=task.due_on))
    return event
