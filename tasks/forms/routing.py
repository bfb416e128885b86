"""The forms of routing: the proposal and its approval."""

from models.vocabulary.case import Event, Way
from rules.grounds import REJECTION_GROUNDS
from tasks.casework import proposals
from tasks.forms.base import Coded, Form, StepForm, asked, read_date, read_list
from tasks.forms.choices import ApproveChoice
from tasks.record.act import Act
from tasks.record.cases import Case

GROUNDS_HINT = "不予受理的必填，可填：" + "；".join(ground.wording for ground in REJECTION_GROUNDS)


class ProposeForm(Form):
    """What the drafter proposes (拟办单)."""

    way: Coded[Way] = asked("办理方式", 1, default=Way.REFERRAL)
    lead: str = asked("主办单位", 2, "名称或代码；转送、交办必填")
    co_handling: str = asked("协办单位", 3, "多个用顿号隔开")
    opinion: str = asked("拟办意见", 4)
    limit_on: str = asked("办结期限", 5, "领导批示或来函另定期限的才填，例如 2026-03-02")
    ground: str = asked("不予受理理由", 6, GROUNDS_HINT)


def apply_proposal(case: Case, answer: ProposeForm, act: Act) -> None:
    """Put the proposal before the approver."""
    proposal = proposals.Proposal(
        way=answer.way,
        opinion=answer.opinion,
        lead=answer.lead,
        co_handling=read_list(answer.co_handling),
        limit_on=read_date(answer.limit_on, "办结期限"),
        ground=answer.ground,
    )
    proposals.propose(case, act=act, proposal=proposal)


class ApproveForm(Form):
    """What the approver decides; the opinion is kept word for word (批示)."""

    choice: Coded[ApproveChoice] = asked("审批", 1, default=...)
    opinion: str = asked("审批意见（批示原文）", 2, "退回修改的必填理由")


def apply_approval(case: Case, answer: ApproveForm, act: Act) -> None:
    """Approve and issue, or send back."""
    if answer.choice is ApproveChoice.APPROVE:
        proposals.approve(case, act=act, opinion=answer.opinion)
    else:
        proposals.send_back(case, act=act, reason=answer.opinion)


PROPOSE = StepForm(ProposeForm, apply_proposal)
APPROVE = StepForm(
    ApproveForm, apply_approval, lambda answer: Event.APPROVE if answer.choice is ApproveChoice.APPROVE else Event.SEND_BACK
)
