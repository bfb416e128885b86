"""Feedback: only a proved delivery starts the petitioner's thirty days."""

from typing import Any

import pytest

from models.vocabulary.case import State
from models.vocabulary.limits import ClockState
from rules.errors import CaseworkError
from trials.harness.office import Office, at, day


def reported(office: Office, drafter: str = "Z01", **screening: Any) -> str:
    """A petition whose only unit's report was accepted on 23 March."""
    number = office.register()
    office.decide(number, "screen", "Z01", **({"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"} | screening))
    office.decide(number, "propose", drafter, way="交办", lead="市住建局", opinion="建议交办")
    office.decide(number, "approve", "F01")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(20), outcome="诉求支持", text="已修复电梯。")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(23))
    return number


def delivered(office: Office, on: str = "2026-03-24", **more: str) -> str:
    number = reported(office, **more)
    office.decide(number, "deliver", "Z01", as_of=at(25), delivered_on=on, summary="电梯已修复")
    return number


def test_the_thirty_days_start_on_the_day_of_delivery(office: Office) -> None:
    clock = office.clocks(delivered(office))["review_request"]
    assert (clock.starts_on, clock.due_on, clock.owner.value) == (day("2026-03-24"), day("2026-04-23"), "petitioner")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param({"delivered_on": ""}, "送达日期", id="no day"),
        pytest.param({"delivered_on": "2026-03-26"}, "晚于今天", id="tomorrow"),
        pytest.param({"delivered_on": "上周"}, "不是有效日期", id="unreadable"),
        pytest.param({"delivered_on": "2026-02-30"}, "不是有效日期", id="no such day"),
        pytest.param({"delivered_on": "2026-03-01"}, "早于", id="before the receipt"),
        pytest.param({"way": "无法送达", "delivered_on": ""}, "写明理由", id="impossible without reason"),
        pytest.param({"way": "飞鸽传书"}, "没有“飞鸽传书”", id="unknown way"),
    ],
)
def test_an_unproved_delivery_is_refused(office: Office, answer: dict[str, str], said: str) -> None:
    number = reported(office)
    with pytest.raises(CaseworkError, match=said):
        office.decide(number, "deliver", "Z01", as_of=at(25), **answer)
    assert office.petition(number).state is State.DELIVERING


def test_an_impossible_delivery_starts_no_thirty_days(office: Office) -> None:
    number = reported(office)
    office.decide(number, "deliver", "Z01", as_of=at(25), way="无法送达", reason="地址不详，邮件退回")
    assert office.petition(number).delivered_on is None
    assert "review_request" not in office.clocks(number)


def test_a_delivery_that_was_sent_back_counts_anew(office: Office) -> None:
    number = delivered(office)
    office.decide(number, "close", "D01", as_of=at(26), choice="退回补充答复", opinion="请附送达回证")
    assert office.clocks(number)["review_request"].state is ClockState.STOPPED
    office.decide(number, "deliver", "Z01", as_of=at(27), delivered_on="2026-03-27")
    assert office.clocks(number)["review_request"].due_on == day("2026-04-27")
