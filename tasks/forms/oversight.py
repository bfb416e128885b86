"""The form by which the office oversees units at work: urging, supervising, convening, escalating, limits."""

import re
from collections.abc import Callable
from datetime import date

from models.dispatch import Dispatch
from models.vocabulary.case import Event
from models.vocabulary.limits import PauseGround, UrgingWay
from rules.errors import AnswerRefusedError
from rules.grounds import SUPERVISION_GROUNDS
from tasks.casework import closure, meetings, oversight, suspending
from tasks.forms import choices as c
from tasks.forms.base import Coded, Form, StepForm, asked, read_date, read_number
from tasks.record.act import Act
from tasks.record.cases import Case, dispatches_of
from tasks.record.organs import organ_by_id

TASK = re.compile(r"[:：]")


class OverseeForm(Form):
    """Urging, supervising, convening, escalating and noting while units are at work."""

    choice: Coded[c.OverseeChoice] = asked("动作", 1, default=c.OverseeChoice.URGE_BY_PHONE)
    unit: str = asked("对哪个单位", 2, "单位名称或派件序号；催办、督办、报告必填（只有一个单位时可不填）")
    text: str = asked("内容", 3, "催办所说、督办要求、会议情况、反馈内容、办理情况，或报告、中止、撤回的理由")
    promised_on: str = asked("承诺日期", 4, "对方答应的日期，例如 2026-03-02；到期自动提醒")
    ground: str = asked("督办依据", 5, "可填：" + "；".join(ground.wording for ground in SUPERVISION_GROUNDS))
    deputies: str = asked("到会人大代表（人）", 6, "召开协调会填写")
    representatives: str = asked("到会群众代表（人）", 7, "召开协调会填写，不超过 5 人")
    tasks: str = asked("会议任务", 8, "召开协调会填写，一行一项：单位：任务：日期，例如 市住建局：核查合同：2026-03-20")
    clock_no: str = asked("期限序号", 9, "登记反馈、中止、恢复计时必填，见案卷“期限”一栏")
    basis: str = asked("中止的法律依据", 10, "写到条；复核听证时间填“听证”即可")


def apply_oversight(case: Case, answer: OverseeForm, act: Act) -> None:
    """Do what the office chose; none of it changes the state, and only a withdrawal ends the petition."""
    ACTIONS[answer.choice](case, answer, act)


def _urge(case: Case, answer: OverseeForm, act: Act) -> None:
    way = UrgingWay.PHONE if answer.choice is c.OverseeChoice.URGE_BY_PHONE else UrgingWay.LETTER
    promised = read_date(answer.promised_on, "承诺日期")
    oversight.urge(case.of(_share_of(case, answer.unit)), act=act, way=way, said=answer.text, promised_on=promised)


def _supervise(case: Case, answer: OverseeForm, act: Act) -> None:
    oversight.supervise(case.of(_share_of(case, answer.unit)), act=act, ground=answer.ground, demand=answer.text)


def _convene(case: Case, answer: OverseeForm, act: Act) -> None:
    deputies, people = read_number(answer.deputies, "到会人大代表"), read_number(answer.representatives, "到会群众代表")
    tasks = tuple(_task(case, line) for line in answer.tasks.splitlines() if line.strip())
    meetings.convene(case, act=act, meeting=answer.text, deputies=deputies, representatives=people, tasks=tasks)


def _task(case: Case, line: str) -> meetings.MeetingTask:
    parts = [part.strip() for part in TASK.split(line, maxsplit=1)]
    task, _, day = parts[-1].replace(":", "：").rpartition("：")
    due_on: date | None = read_date(day, "会议任务的日期") if len(parts) == 2 and task.strip() and day else None
    if due_on is None:
        raise AnswerRefusedError(f"会议任务“{line.strip()}”看不懂，请一行一项写成 单位：任务：2026-03-20")
    return meetings.MeetingTask(position=_share_of(case, parts[0]).position, due_on=due_on, task=task.strip())


def _escalate(case: Case, answer: OverseeForm, act: Act) -> None:
    oversight.escalate(case.of(_share_of(case, answer.unit)), act=act, rung=answer.choice.value, reason=answer.text)


def _record_reply(case: Case, answer: OverseeForm, act: Act) -> None:
    oversight.record_reply(case, _clock_no(answer), act=act, said=answer.text)


def _suspend(case: Case, answer: OverseeForm, act: Act) -> None:
    ground = PauseGround.HEARING if answer.basis == "听证" else PauseGround.OTHER
    suspending.suspend_clock(case, _clock_no(answer), act=act, reason=answer.text, basis=answer.basis, ground=ground)


def _resume(case: Case, answer: OverseeForm, act: Act) -> None:
    suspending.resume_clock(case, _clock_no(answer), act=act, reason=answer.text)


def _annotate(case: Case, answer: OverseeForm, act: Act) -> None:
    oversight.annotate(case, act=act, note=answer.text)


def _withdraw(case: Case, answer: OverseeForm, act: Act) -> None:
    closure.withdraw(case, act=act, reason=answer.text)


def _clock_no(answer: OverseeForm) -> int:
    if found := read_number(answer.clock_no, "期限序号"):
        return found
    raise AnswerRefusedError("请填写期限序号（见案卷“期限”一栏）")


def _share_of(case: Case, unit: str) -> Dispatch:
    shares = dispatches_of(case.session, case.petition)
    names = [organ_by_id(case.session, share.organ_id).name for share in shares]
    if not unit and len(shares) == 1:
        return shares[0]
    for share, name in zip(shares, names, strict=True):
        if unit in (name, str(share.position)):
            return share
    raise AnswerRefusedError(f"请填写对哪个单位，可填：{'、'.join(names)}")


C = c.OverseeChoice
ACTIONS: dict[c.OverseeChoice, Callable[[Case, OverseeForm, Act], None]] = {
    C.URGE_BY_PHONE: _urge,
    C.URGE_BY_LETTER: _urge,
    C.SUPERVISE: _supervise,
    C.CONVENE: _convene,
    C.REPORT_TO_LEADER: _escalate,
    C.REPORT_TO_CHAIRS: _escalate,
    C.RECORD_REPLY: _record_reply,
    C.SUSPEND: _suspend,
    C.RESUME: _resume,
    C.ANNOTATE: _annotate,
    C.WITHDRAW: _withdraw,
}
EVENTS = {C.SUPERVISE: Event.SUPERVISE, C.SUSPEND: Event.SUSPEND_CLOCK}
OVERSEE = StepForm(OverseeForm, apply_oversight, lambda answer: EVENTS.get(answer.choice))
