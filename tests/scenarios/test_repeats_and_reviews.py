"""Petitioners who write again, and petitioners who are not content with the answer."""

import pytest

from rules.errors import AnswerRefusedError, TransitionRefusedError
from tests.scenarios.beginnings import APPEAL, LETTER, is_at_work, is_closed
from trials.harness.journey import Journey

ATTACH = {"处理": "并入原信访件（重件）", "初重件": "重件"}


def comes_again(story: Journey, first: str, day: str) -> str:
    """The same person writes again: the office is asked whether it is the same matter."""
    story.on(f"{day} 09:00")
    again = story.registers("Z01", **LETTER, 收信日期=day)
    assert story.sees(again)[0] == "判重中，待甄别：接访员、信访办主任"
    with pytest.raises(AnswerRefusedError, match="并入原信访件"):
        story.acts("Z01", again, "待甄别", 初重件="重件", 原信访件编号=first, **APPEAL)
    story.acts("Z01", again, "待甄别", 原信访件编号=first, **APPEAL, **ATTACH)
    assert story.sees(again) == ["已并案，已并案：信访办主任、档案员", "函：重复来件提醒→市住建局"]
    assert story.passed(first)[-1] == "办理记录"
    return again


def test_a_repeat_goes_into_the_archive_with_its_first_petition(story: Journey) -> None:
    first = is_at_work(story)
    again = comes_again(story, first, "2026-03-10")
    is_closed(story, first, reported="2026-03-16")
    story.lives("2026-03-20 09:00").acts("A01", first, "待归档")
    story.acts("A01", again, "已并案")
    assert story.sees(again) == ["归档"]
    assert story.passed(again) == ["登记", "疑似重件", "并案", "归档"]
    assert [story.reads(number, "保管期限") for number in (first, again)] == ["30年", "不归档"]
    assert story.left_undone() == []


def test_a_repeat_that_was_none_after_all_goes_its_own_way_from_its_own_day(story: Journey) -> None:
    first = is_at_work(story)
    other = comes_again(story, first, "2026-03-10")
    with pytest.raises(TransitionRefusedError, match="撤销并案须由信访办主任办理"):
        story.acts("A01", other, "已并案", 处理="撤销并案", 撤销并案的理由="另有新事")
    story.on("2026-03-12 09:00").acts("D01", other, "已并案", 处理="撤销并案", 撤销并案的理由="所反映的是另一小区")
    assert story.sees(other) == ["拟办，待拟办：接访员、信访办主任", "分流 2026-03-25", "书面告知信访人 2026-03-25"]
    assert story.reads(other, "初重件") == "关联件"
    story.acts("Z01", other, "待拟办", 办理方式="转送", 主办单位="市民政局", 拟办意见="建议转送")
    story.on("2026-03-13 09:00").acts("D01", other, "待审批")
    story.acts("L-SMZ", f"{other}/1", "待签收")
    story.acts("D01", other, "待结案")
    is_closed(story, first, reported="2026-03-16")
    story.lives("2026-03-20 09:00").acts("A01", first, "待归档")
    story.acts("A01", other, "待归档")
    assert story.left_undone() == []


def test_a_repeat_of_what_is_closed_cannot_be_attached(story: Journey) -> None:
    first = is_at_work(story)
    is_closed(story, first, reported="2026-03-16")
    story.lives("2026-03-20 09:00")
    again = story.registers("Z01", **LETTER, 收信日期="2026-03-20")
    with pytest.raises(TransitionRefusedError, match=f"原信访件 {first} 已办结，请登记为关联件"):
        story.acts("Z01", again, "待甄别", 原信访件编号=first, **APPEAL, **ATTACH)
    story.acts("Z01", again, "待甄别", 初重件="关联件", 原信访件编号=first, **APPEAL)
    story.acts("Z01", again, "待拟办", 办理方式="不再受理", 拟办意见="同一事项已答复", 不予受理理由="review_missed")
    story.on("2026-03-23 09:00").acts("D01", again, "待审批")
    story.acts("Z01", again, "待答复送达", 送达日期="2026-03-23")
    story.acts("D01", again, "待结案")
    story.lives("2026-03-24 09:00").acts("A01", first, "待归档")
    story.acts("A01", again, "待归档")
    assert story.left_undone() == []


def test_review_and_re_review_until_nothing_more_can_be_asked(story: Journey) -> None:
    xf = is_at_work(story)
    is_closed(story, xf, reported="2026-03-16")
    assert story.sees(xf) == [
        "办结，待归档：档案员、信访办主任、接访员",
        "1 市住建局（主办）审核通过",
        "信访人请求复查 2026-04-15",
        "立卷归档 2026-09-16",
    ]
    with pytest.raises(TransitionRefusedError, match="已超过 30 日的申请期限"):
        story.acts("Z01", xf, "待归档", 处理="信访人申请复核")
    story.lives("2026-04-10 09:00").acts("Z01", xf, "待归档", 处理="信访人申请复查")
    assert story.sees(xf) == [
        "复查中，待复查结果：接访员、信访办主任",
        "1 市住建局（主办）审核通过",
        "立卷归档 2026-09-16",
        "复查 2026-05-11（顺延前 2026-05-10）",
    ]
    with pytest.raises(TransitionRefusedError, match="没有扣除听证时间的规定"):
        story.acts("D01", xf, "待复查结果", 事项="听证：中止计时", 复查意见="定于五月听证")
    story.lives("2026-05-08 09:00").acts("Z01", xf, "待复查结果", 复查意见="维持原处理意见")
    assert story.sees(xf) == [
        "办结，待归档：档案员、信访办主任、接访员",
        "1 市住建局（主办）审核通过",
        "立卷归档 2026-09-16",
        "信访人请求复核 2026-06-08（顺延前 2026-06-07）",
        *["函：到期提醒→市人大常委会信访办公室"] * 3,
    ]
    story.lives("2026-06-08 09:00").acts("Z01", xf, "待归档", 处理="信访人申请复核")
    assert story.sees(xf)[2:] == ["立卷归档 2026-09-16", "复核 2026-07-08"]
    story.on("2026-06-10 09:00").acts("D01", xf, "待复查结果", 事项="听证：中止计时", 复查意见="定于六月十五日听证")
    assert story.sees(xf)[2:] == ["立卷归档 2026-09-16", "复核 2026-07-08，已中止", "核查应否恢复计时 2026-07-10"]
    story.on("2026-06-15 18:00").acts("Z01", xf, "待复查结果", 事项="听证结束：恢复计时", 复查意见="听证已毕")
    assert story.sees(xf) == [
        "复核中，待复查结果：接访员、信访办主任",
        "1 市住建局（主办）审核通过",
        "立卷归档 2026-09-16",
        "复核 2026-07-13",
    ]
    story.on("2026-06-18 09:00").acts("Z01", xf, "待复查结果", 复查意见="维持复查意见")
    assert story.sees(xf)[0] == "终结，待归档：档案员、信访办主任、接访员"
    with pytest.raises(TransitionRefusedError, match="当前状态为“终结”，不能申请复查"):
        story.acts("Z01", xf, "待归档", 处理="信访人申请复查")
    story.acts("A01", xf, "待归档")
    told = [said for said in story.passed(xf) if not said.startswith("期限提醒")]
    assert told[told.index("结案") :] == [
        "结案", "申请复查", "复查办结", "申请复核", "中止计时（期限 13）", "恢复计时（期限 13）", "复核办结", "归档",
    ]  # fmt: skip
    assert story.left_undone() == []
