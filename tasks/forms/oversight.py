"""The form by which the office oversees units at work: urging, supervising, convening, escalating, limits."""

import re
from collections.abc import Callable
from datetime import date

from sqlmodel import Session

from models.vocabulary.case import Event
from models.vocabulary.limits import PauseGround, UrgingWay
from rules.errors import AnswerRefusedError
from rules.grounds import SUPERVISION_GROUNDS
from tasks.casework import closure, oversight, suspending
from tasks.forms import choices as c
from tasks.forms.base import Coded, Form, StepForm, asked, read_date, read_number
from tasks.record.act import Act
from tasks.record.cases import dispatches_of, find_petition, organ_by_id

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


def apply_oversight(session: Session, number: str, _position: int | None, answer: OverseeForm, act: Act) -> None:
    """Do what the office chose; none of it changes the state, and only a withdrawal ends the petition."""
    ACTIONS[answer.choice](session, number, answer, act)


def _urge(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    way = UrgingWay.PHONE if answer.choice is c.OverseeChoice.URGE_BY_PHONE else UrgingWay.LETTER
    position = _position_of(session, number, answer.unit)
    promised = read_date(answer.promised_on, "承诺日期")
    oversight.urge(session, number, position, act=act, way=way, said=answer.text, promised_on=promised)


def _supervise(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    position = _position_of(session, number, answer.unit)
    oversight.supervise(session, number, position, act=act, ground=answer.ground, demand=answer.text)


def _convene(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    deputies, people = read_number(answer.deputies, "到会人大代表"), read_number(answer.representatives, "到会群众代表")
    tasks = tuple(_task(session, number, line) for line in answer.tasks.splitlines() if line.strip())
    oversight.convene(session, number, act=act, meeting=answer.text, deputies=deputies, representatives=people, tasks=tasks)


def _task(session: Session, number: str, line: str) -> oversight.MeetingTask:
    parts = [part.strip() for part in TASK.split(line, maxsplit=1)]
    task, _, day = parts[-1].replace(":", "：").rpartition("：")
    due_on: date | None = read_date(day, "会议任务的日期") if len(parts) == 2 and task.strip() and day else None
    if due_on is None:
        raise AnswerRefusedError(f"会议任务“{line.strip()}”看不懂，请一行一项写成 单位：任务：2026-03-20")
    return oversight.MeetingTask(position=_position_of(session, number, parts[0]), due_on=due_on, task=task.strip())


def _escalate(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    position = _position_of(session, number, answer.unit)
    oversight.escalate(session, number, act=act, step=answer.choice.value, reason=answer.text, position=position)


def _record_reply(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    oversight.record_reply(session, number, _clock_no(answer), act=act, said=answer.text)


def _suspend(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    ground = PauseGround.HEARING if answer.basis == "听证" else PauseGround.OTHER
    suspending.suspend_clock(session, number, _clock_no(answer), act=act, reason=answer.text, basis=answer.basis, ground=ground)


def _resume(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    suspending.resume_clock(session, number, _clock_no(answer), act=act, reason=answer.text)


def _annotate(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    oversight.annotate(session, number, act=act, note=answer.text)


def _withdraw(session: Session, number: str, answer: OverseeForm, act: Act) -> None:
    closure.withdraw(session, number, act=act, reason=answer.text)


def _clock_no(answer: OverseeForm) -> int:
    if found := read_number(answer.clock_no, "期限序号"):
        return found
    raise AnswerRefusedError("请填写期限序号（见案卷“期限”一栏）")


def _position_of(session: Session, number: str, unit: str) -> int:
    shares = dispatches_of(session, find_petition(session, number))
    names = {share.position: organ_by_id(session, share.organ_id).name for share in shares}
    if not unit and len(shares) == 1:
        return shares[0].position
    for position, name in names.items():
        if unit in (name, str(position)):
            return position
    raise AnswerRefusedError(f"请填写对哪个单位，可填：{'、'.join(names.values())}")


C = c.OverseeChoice
ACTIONS: dict[c.OverseeChoice, Callable[[Session, str, OverseeForm, Act], None]] = {
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
