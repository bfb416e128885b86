"""The forms of handling: what the office does while units work, and what the units themselves fill in."""

from models.vocabulary.case import Outcome
from rules.errors import AnswerRefusedError
from rules.grounds import EXAMINATION_CHECKS
from tasks.casework import shares
from tasks.forms import choices as c
from tasks.forms.base import Coded, Form, StepForm, asked, read_list, read_number
from tasks.record.act import Act
from tasks.record.cases import Case


class AnswerForm(Form):
    """The office's own answer to a matter of the congress itself."""

    answer: str = asked("答复意见", 1)
    outcome: Coded[Outcome] = asked("结论", 2, default=Outcome.ANSWERED)


def apply_answer(case: Case, answer: AnswerForm, act: Act) -> None:
    """Put the answer on file; it is delivered in the next step."""
    shares.answer_direct(case, act=act, answer=answer.answer, outcome=answer.outcome)


class SignInForm(Form):
    """A unit signs for its papers, or objects within five working days."""

    choice: Coded[c.SignInChoice] = asked("签收", 1, default=c.SignInChoice.SIGN_IN)
    reason: str = asked("异议理由", 2, "提出异议的必填，须详细说明（信访工作条例第二十三条）")
    suggested: str = asked("建议转往单位", 3)


def apply_sign_in(case: Case, answer: SignInForm, act: Act) -> None:
    """Sign in or object."""
    if answer.choice is c.SignInChoice.SIGN_IN:
        shares.sign_in(case, act=act)
    else:
        shares.object_to(case, act=act, reason=answer.reason, suggested=answer.suggested)


class ReportForm(Form):
    """A unit reports, asks for more time, or objects."""

    choice: Coded[c.ReportChoice] = asked("事项", 1, default=c.ReportChoice.REPORT)
    outcome: Coded[Outcome] = asked("处理结论", 2, default=Outcome.EXPLAINED)
    text: str = asked("办结报告（或申请、异议的理由）", 3, "办理过程、认定事实、依据和结果")
    told: str = asked("告知信访人情况", 4, "何时、以何种方式告知，信访人意见")
    days: str = asked("申请延长天数", 5, "申请延期的填写，最多 30 日")
    approver: str = asked("批准延期的本单位负责人", 6, "申请延期的填写")


def apply_report(case: Case, answer: ReportForm, act: Act) -> None:
    """Report, request an extension, or object."""
    if answer.choice is c.ReportChoice.REPORT:
        findings = shares.HandlingReport(text=answer.text, outcome=answer.outcome, told=answer.told)
        shares.report(case, act=act, findings=findings)
    elif answer.choice is c.ReportChoice.EXTEND:
        days = read_number(answer.days, "申请延长天数")
        shares.request_extension(case, act=act, days=days, approver=answer.approver, reason=answer.text)
    else:
        shares.object_to(case, act=act, reason=answer.text)


class ExamineForm(Form):
    """The examination sheet of a report (办结审查表)."""

    choice: Coded[c.ExamineChoice] = asked("审查结论", 1, default=...)
    failed: str = asked("未通过的项目", 2, "多个用顿号隔开：" + "、".join(EXAMINATION_CHECKS))
    reason: str = asked("审查意见", 3, "退回重办的必填")


def apply_examination(case: Case, answer: ExamineForm, act: Act) -> None:
    """Accept the report or send it back."""
    failed = read_list(answer.failed)
    if unknown := [check for check in failed if check not in EXAMINATION_CHECKS]:
        raise AnswerRefusedError(f"没有审查项目“{'、'.join(unknown)}”，可填：{'、'.join(EXAMINATION_CHECKS)}")
    accepted = answer.choice is c.ExamineChoice.ACCEPT
    shares.examine(case, act=act, accepted=accepted, failed=failed, reason=answer.reason)


class DecideForm(Form):
    """The office's yes or no to an objection or an extension."""

    choice: Coded[c.YesNo] = asked("意见", 1, default=...)
    reason: str = asked("理由", 2)


def apply_objection(case: Case, answer: DecideForm, act: Act) -> None:
    """Uphold or overrule an objection."""
    upheld = answer.choice is c.YesNo.YES
    shares.decide_objection(case, act=act, upheld=upheld, reason=answer.reason)


def apply_extension(case: Case, answer: DecideForm, act: Act) -> None:
    """Grant or refuse an extension."""
    granted = answer.choice is c.YesNo.YES
    shares.decide_extension(case, act=act, granted=granted, reason=answer.reason)


ANSWER = StepForm(AnswerForm, apply_answer)
SIGN_IN = StepForm(SignInForm, apply_sign_in)
REPORT = StepForm(ReportForm, apply_report)
EXAMINE = StepForm(ExamineForm, apply_examination)
DECIDE_OBJECTION = StepForm(DecideForm, apply_objection)
DECIDE_EXTENSION = StepForm(DecideForm, apply_extension)
