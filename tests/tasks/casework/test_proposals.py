"""Routing: what a proposal needs, who approves which way, and what follows."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.organ import Organ
from models.vocabulary.case import Outcome, State, Step
from models.vocabulary.papers import Letter
from rules.errors import CaseworkError, TransitionRefusedError, UnknownCaseError
from trials.harness.office import Office, at


def ready(office: Office, **screening: Any) -> str:
    """A petition that waits for its proposal."""
    number = office.register()
    office.decide(number, "screen", "Z01", **({"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"} | screening))
    return number


def proposed(office: Office, officer: str = "Z01", **proposal: Any) -> str:
    """A petition that waits for approval."""
    number = ready(office)
    office.decide(number, "propose", officer, **({"way": "交办", "lead": "市住建局", "opinion": "建议交办"} | proposal))
    return number


def change_organ(office: Office, code: str, **values: object) -> None:
    with office.database.write() as session:
        organ = session.exec(select(Organ).where(Organ.code == code)).one()
        for name, value in values.items():
            setattr(organ, name, value)


def organ_id(office: Office, code: str) -> int:
    with office.database.read() as session:
        return session.exec(select(Organ).where(Organ.code == code)).one().id


@pytest.mark.parametrize(
    ("proposal", "said"),
    [
        pytest.param({"opinion": ""}, "拟办意见", id="no opinion"),
        pytest.param({"lead": ""}, "主办单位", id="no unit"),
        pytest.param({"lead": "", "co_handling": "某街道办事处"}, "主办单位", id="co-handling unit without a lead"),
        pytest.param({"lead": "住建"}, "相近的有：市住建局", id="unknown unit names near ones"),
        pytest.param({"co_handling": "火星办事处"}, "没有名为“火星办事处”的单位", id="unknown co-handling unit"),
        pytest.param({"limit_on": "2026-03-02"}, "晚于今天", id="limit today"),
        pytest.param({"limit_on": "月底"}, "办结期限", id="unreadable limit"),
        pytest.param({"way": "不予受理", "lead": ""}, "须选择理由", id="rejection without ground"),
        pytest.param({"way": "不予受理", "lead": "", "ground": "不想受理"}, "须选择理由", id="rejection with an unknown ground"),
        pytest.param({"way": "寄回"}, "没有“寄回”这个选项", id="unknown way"),
    ],
)
def test_an_incomplete_proposal_is_refused(office: Office, proposal: dict[str, Any], said: str) -> None:
    number = ready(office)
    with pytest.raises(CaseworkError, match=said):
        office.decide(number, "propose", "Z01", **({"way": "交办", "lead": "市住建局", "opinion": "建议交办"} | proposal))
    assert office.waits_at(number) is Step.PROPOSE


def test_sending_back_needs_a_reason_and_returns_to_the_drafter(office: Office) -> None:
    number = proposed(office)
    with pytest.raises(TransitionRefusedError, match="写明理由"):
        office.decide(number, "approve", "F01", choice="退回修改")
    office.decide(number, "approve", "F01", choice="退回修改", opinion="请补充协办单位")
    assert office.waits_at(number) is Step.PROPOSE


def test_the_drafter_cannot_approve(office: Office) -> None:
    number = proposed(office, "D01", way="转送")
    with pytest.raises(TransitionRefusedError, match="拟办人不得审批"):
        office.decide(number, "approve", "D01")


@pytest.mark.parametrize(
    ("proposal", "right", "wrong"),
    [
        pytest.param({"way": "转送"}, "D01", "F01", id="referral => director"),
        pytest.param({}, "F01", "D01", id="assignment => vice-chair"),
        pytest.param({"co_handling": "市公安局"}, "H01", "F01", id="two departments => chairs' meeting"),
        pytest.param({"lead": "某区公安局", "co_handling": "某县农业局"}, "H01", "F01", id="two districts => chairs' meeting"),
        pytest.param({"co_handling": "某街道办事处"}, "F01", "H01", id="one department and one district => vice-chair"),
        pytest.param({"way": "转送", "co_handling": "市公安局"}, "D01", "H01", id="referral to two departments => director"),
        pytest.param({"way": "直接办理", "lead": ""}, "D01", "F01", id="direct => director"),
        pytest.param({"way": "不予受理", "lead": "", "ground": "不属于本机关职权范围"}, "D01", "F01", id="rejection => director"),
    ],
)
def test_each_way_has_its_approver(office: Office, proposal: dict[str, str], right: str, wrong: str) -> None:
    number = proposed(office, **proposal)
    with pytest.raises(TransitionRefusedError, match="批准"):
        office.decide(number, "approve", wrong)
    office.decide(number, "approve", right)
    assert office.waits_at(number) not in (Step.APPROVE, Step.PROPOSE)


def test_a_clerk_cannot_approve(office: Office) -> None:
    with pytest.raises(TransitionRefusedError, match="没有此身份"):
        office.decide(proposed(office), "approve", "Z02")


def test_a_unit_that_succeeded_another_stands_in_for_it(office: Office) -> None:
    change_organ(office, "SNY", valid_until=date(2026, 1, 1), successor_id=organ_id(office, "SZG"))
    number = proposed(office, lead="市农业局")
    office.decide(number, "approve", "F01")
    assert [share.organ_id for share in office.shares(number)] == [organ_id(office, "SZG")]


def test_a_unit_that_was_dissolved_without_successor_is_refused(office: Office) -> None:
    change_organ(office, "SNY", valid_until=date(2026, 1, 1))
    with pytest.raises(TransitionRefusedError, match="已撤并"):
        proposed(office, lead="市农业局")


def test_a_unit_named_twice_gets_one_share(office: Office) -> None:
    number = proposed(office, co_handling="市住建局、SZJ、某街道办事处")
    office.decide(number, "approve", "F01")
    assert [share.position for share in office.shares(number)] == [1, 2]


@pytest.mark.parametrize(
    "units", [{"lead": "市住建局"}, {"lead": "市公安局", "co_handling": "市住建局"}], ids=["lead", "co-handling"]
)
def test_the_accused_unit_gets_nothing(office: Office, units: dict[str, Any]) -> None:
    number = ready(office, petition_class="检举控告", accused_unit="市住建局")
    with pytest.raises(TransitionRefusedError, match="是被反映单位"):
        office.decide(number, "propose", "Z01", way="转送", opinion="建议转送", **units)


@pytest.mark.parametrize("sort", ["申诉求决", "建议意见"])
def test_a_unit_that_an_appeal_complains_of_may_handle_it(office: Office, sort: str) -> None:
    number = ready(office, petition_class=sort, accused_unit="市住建局")
    office.decide(number, "propose", "Z01", way="转送", opinion="建议转送", lead="市住建局")
    office.decide(number, "approve", "D01")
    assert [share.role.value for share in office.shares(number)] == ["lead"]


def test_an_unknown_accused_unit_is_refused_with_near_names(office: Office) -> None:
    with pytest.raises(UnknownCaseError, match="市住建局"):
        ready(office, petition_class="检举控告", accused_unit="住建局")


def test_a_rejection_is_delivered_with_its_ground_and_closed(office: Office) -> None:
    number = proposed(office, way="不予受理", lead="", ground="not_our_power")
    office.decide(number, "approve", "D01")
    assert (office.petition(number).state, office.petition(number).outcome) == (State.DELIVERING, Outcome.REJECTED)
    assert Letter.REJECTION_NOTICE in [letter.letter for letter in office.letters(number)]
    office.decide(number, "deliver", "Z01", as_of=at(3), way="邮寄送达", delivered_on="2026-03-03")
    office.decide(number, "close", "D01", as_of=at(4))
    assert (office.petition(number).state, "review_request" in office.clocks(number)) == (State.DONE, False)


def test_filing_leads_straight_to_closing(office: Office) -> None:
    number = proposed(office, way="存查", lead="")
    office.decide(number, "approve", "D01")
    assert (office.waits_at(number), office.shares(number)) == (Step.CLOSE, [])
    office.decide(number, "close", "D01")
    assert office.petition(number).outcome is Outcome.FILED


def test_a_direct_matter_is_answered_by_the_office_itself(office: Office) -> None:
    number = proposed(office, way="直接办理", lead="")
    office.decide(number, "approve", "D01")
    office.decide(number, "answer", "Z01", answer="已研究答复。", outcome="采纳")
    assert (office.waits_at(number), office.petition(number).outcome) == (Step.DELIVER, Outcome.ADOPTED)


def test_an_approval_stops_the_office_clocks(office: Office) -> None:
    number = office.assigned(as_of=at(2))
    stopped = {key: clock.stopped_on for key, clock in office.clocks(number).items()}
    assert stopped == dict.fromkeys(("divert", "notify"), date(2026, 3, 2)) | {"sign_in": None}
