"""The forms of handling: what the office does while units work, and what the units themselves fill in."""

from sqlmodel import Session

from models.vocabulary import Event, Outcome, UrgingWay
from rules.errors import AnswerRefusedError
from rules.grounds import SUPERVISION_GROUNDS
from tasks import closing, handling, overlays
from tasks.act import Act
from tasks.cases import dispatches_of, find_petition, organ_by_id
from tasks.steps import choices as c
from tasks.steps.base import Coded, Form, StepForm, asked, read_date, read_list, read_number


class OverseeForm(Form):
    """Urging, supervising, convening and noting while units are at work."""

    choice: Coded[c.OverseeChoice] = asked("动作", 1, default=c.OverseeChoice.URGE_BY_PHONE)
    unit: str = asked("对哪个单位", 2, "单位名称或派件序号；催办、督办必填（只有一个单位时可不填）")
    text: str = asked("内容", 3, "催办所说、督办要求、会议情况、办理情况或撤回理由")
    promised_on: str = asked("承诺日期", 4, "对方答应的日期，例如 2026-03-02")
    ground: str = asked("督办依据", 5, "可填：" + "；".join(ground.wording for ground in SUPERVISION_GROUNDS))
    deputies: str = asked("到会人大代表（人）", 6, "召开协调会填写")
    representatives: str = asked("到会群众代表（人）", 7, "召开协调会填写，不超过 5 人")


def apply_oversight(session: Session, number: str, _position: int | None, answer: OverseeForm, act: Act) -> None:
    """Do what the office chose; none of it moves a clock, and only a withdrawal ends the petition."""
    choice = answer.choice
    if choice is c.OverseeChoice.WITHDRAW:
        closing.withdraw(session, number, act=act, reason=answer.text)
    elif choice is c.OverseeChoice.ANNOTATE:
        overlays.annotate(session, number, act=act, note=answer.text)
    elif choice is c.OverseeChoice.CONVENE:
        deputies, people = read_number(answer.deputies, "到会人大代表"), read_number(answer.representatives, "到会群众代表")
        overlays.convene(session, number, act=act, meeting=answer.text, deputies=deputies, representatives=people)
    elif choice is c.OverseeChoice.SUPERVISE:
        position = _position_of(session, number, answer.unit)
        overlays.supervise(session, number, position, act=act, ground=answer.ground, demand=answer.text)
    else:
        way = UrgingWay.PHONE if choice is c.OverseeChoice.URGE_BY_PHONE else UrgingWay.LETTER
        position = _position_of(session, number, answer.unit)
        promised = read_date(answer.promised_on, "承诺日期")
        overlays.urge(session, number, position, act=act, way=way, said=answer.text, promised_on=promised)


def _position_of(session: Session, number: str, unit: str) -> int:
    shares = dispatches_of(session, find_petition(session, number))
    names = {share.position: organ_by_id(session, share.organ_id).name for share in shares}
    if not unit and len(shares) == 1:
        return shares[0].position
    for position, name in names.items():
        if unit in (name, str(position)):
            return position
    raise AnswerRefusedError(f"请填写对哪个单位，可填：{'、'.join(names.values())}")


class AnswerForm(Form):
    """The office's own answer to a matter of the congress itself."""

    answer: str = asked("答复意见", 1)
    outcome: Coded[Outcome] = asked("结论", 2, default=Outcome.ANSWERED)


def apply_answer(session: Session, number: str, _position: int | None, answer: AnswerForm, act: Act) -> None:
    """Put the answer on file; it is delivered in the next step."""
    handling.answer_direct(session, number, act=act, answer=answer.answer, outcome=answer.outcome)


class SignInForm(Form):
    """A unit signs for its papers, or objects within five working days."""

    choice: Coded[c.SignInChoice] = asked("签收", 1, default=c.SignInChoice.SIGN_IN)
    reason: str = asked("异议理由", 2, "提出异议的必填，须详细说明（信访工作条例第二十三条）")
    suggested: str = asked("建议转往单位", 3)


def apply_sign_in(session: Session, number: str, position: int | None, answer: SignInForm, act: Act) -> None:
    """Sign in or object."""
    if answer.choice is c.SignInChoice.SIGN_IN:
        handling.sign_in(session, number, position or 0, act=act)
    else:
        handling.object_to(session, number, position or 0, act=act, reason=answer.reason, suggested=answer.suggested)


class ReportForm(Form):
    """A unit reports, asks for more time, or objects."""

    choice: Coded[c.ReportChoice] = asked("事项", 1, default=c.ReportChoice.REPORT)
    outcome: Coded[Outcome] = asked("处理结论", 2, default=Outcome.EXPLAINED)
    text: str = asked("办结报告（或申请、异议的理由）", 3, "办理过程、认定事实、依据和结果")
    told: str = asked("告知信访人情况", 4, "何时、以何种方式告知，信访人意见")
    days: str = asked("申请延长天数", 5, "申请延期的填写，最多 30 日")
    approver: str = asked("批准延期的本单位负责人", 6, "申请延期的填写")


def apply_report(session: Session, number: str, position: int | None, answer: ReportForm, act: Act) -> None:
    """Report, request an extension, or object."""
    share = position or 0
    if answer.choice is c.ReportChoice.REPORT:
        findings = handling.HandlingReport(text=answer.text, outcome=answer.outcome, told=answer.told)
        handling.report(session, number, share, act=act, findings=findings)
    elif answer.choice is c.ReportChoice.EXTEND:
        days = read_number(answer.days, "申请延长天数")
        handling.request_extension(session, number, share, act=act, days=days, approver=answer.approver, reason=answer.text)
    else:
        handling.object_to(session, number, share, act=act, reason=answer.text)


class ExamineForm(Form):
    """The examination sheet of a report (办结审查表)."""

    choice: Coded[c.ExamineChoice] = asked("审查结论", 1, default=c.ExamineChoice.ACCEPT)
    failed: str = asked("未通过的项目", 2, "多个用顿号隔开：" + "、".join(handling.EXAMINATION_CHECKS))
    reason: str = asked("审查意见", 3, "退回重办的必填")


def apply_examination(session: Session, number: str, position: int | None, answer: ExamineForm, act: Act) -> None:
    """Accept the report or send it back."""
    failed = read_list(answer.failed)
    if unknown := [check for check in failed if check not in handling.EXAMINATION_CHECKS]:
        raise AnswerRefusedError(f"没有审查项目“{'、'.join(unknown)}”，可填：{'、'.join(handling.EXAMINATION_CHECKS)}")
    accepted = answer.choice is c.ExamineChoice.ACCEPT
    handling.examine(session, number, position or 0, act=act, accepted=accepted, failed=failed, reason=answer.reason)


class DecideForm(Form):
    """The office's yes or no to an objection or an extension."""

    choice: Coded[c.YesNo] = asked("意见", 1, default=c.YesNo.YES)
    reason: str = asked("理由", 2)


def apply_objection(session: Session, number: str, position: int | None, answer: DecideForm, act: Act) -> None:
    """Uphold or overrule an objection."""
    upheld = answer.choice is c.YesNo.YES
    handling.decide_objection(session, number, position or 0, act=act, upheld=upheld, reason=answer.reason)


def apply_extension(session: Session, number: str, position: int | None, answer: DecideForm, act: Act) -> None:
    """Grant or refuse an extension."""
    granted = answer.choice is c.YesNo.YES
    handling.decide_extension(session, number, position or 0, act=act, granted=granted, reason=answer.reason)


SUPERVISING = {c.OverseeChoice.SUPERVISE: Event.SUPERVISE}
OVERSEE = StepForm(OverseeForm, apply_oversight, lambda answer: SUPERVISING.get(answer.choice))
ANSWER = StepForm(AnswerForm, apply_answer)
SIGN_IN = StepForm(SignInForm, apply_sign_in)
REPORT = StepForm(ReportForm, apply_report)
EXAMINE = StepForm(ExamineForm, apply_examination)
DECIDE_OBJECTION = StepForm(DecideForm, apply_objection)
DECIDE_EXTENSION = StepForm(DecideForm, apply_extension)
