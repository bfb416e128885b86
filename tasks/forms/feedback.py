"""The form of feedback: how the answer reached the petitioner."""

from models.vocabulary.case import Settlement
from models.vocabulary.papers import DeliveryWay
from tasks.casework import feedback
from tasks.forms.base import Coded, Form, StepForm, asked, read_date
from tasks.record.act import Act
from tasks.record.cases import Case


class DeliverForm(Form):
    """How the answer reached the petitioner (送达回证)."""

    way: Coded[DeliveryWay] = asked("送达方式", 1, default=DeliveryWay.IN_PERSON)
    delivered_on: str = asked("送达日期", 2, "例如 2026-03-02；无法送达的留空")
    summary: str = asked("答复要点", 3, "将写入给信访人的告知，请勿写内部情况")
    settlement: Coded[Settlement] = asked("化解情况", 4, default=Settlement.UNKNOWN)
    reason: str = asked("无法送达的理由", 5)


def apply_delivery(case: Case, answer: DeliverForm, act: Act) -> None:
    """Put the delivery on file."""
    delivery = feedback.Delivery(
        way=answer.way,
        delivered_on=read_date(answer.delivered_on, "送达日期"),
        reason=answer.reason,
        settlement=answer.settlement,
        summary=answer.summary,
    )
    feedback.deliver(case, act=act, delivery=delivery)


DELIVER = StepForm(DeliverForm, apply_delivery)
