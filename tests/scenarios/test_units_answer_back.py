"""Units that object, ask for more time, report badly; petitioners who take their petition back."""

import pytest

from rules.errors import TransitionRefusedError
from tests.scenarios.beginnings import is_assigned, is_at_work, is_closed
from trials.harness.journey import Journey

OBJECTS = "提出异议（退回）"


def test_all_units_give_it_back_and_a_second_proposal_finds_the_right_one(story: Journey) -> None:
    xf = is_assigned(story, "市住建局", "某街道办事处")
    story.on("2026-03-04 09:00").acts(
        "L-SZJ", f"{xf}/1", "待签收", 签收=OBJECTS, 异议理由="不属于我局职责", 建议转往单位="市民政局"
    )
    assert story.sees(xf) == [
        "退回申请，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待核退回：信访办主任",
        "2 某街道办事处（协办）待签收：承办单位联络员",
        "签收转送、交办〔派件2〕 2026-03-06",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
        "答复承办单位的异议〔派件1〕 2026-03-11",
        "函：退回申请提醒→市人大常委会信访办公室",
    ]
    story.on("2026-03-05 09:00").acts("D01", f"{xf}/1", "待核退回", 理由="确非其职责")
    assert story.sees(xf) == [
        "已交办，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（协办）已退回",
        "2 某街道办事处（主办）待签收：承办单位联络员",
        "签收转送、交办〔派件2〕 2026-03-06",
        "函：同意退回函→市住建局",
    ]
    story.on("2026-03-06 09:00").acts("L-JDB", f"{xf}/2", "待签收", 签收=OBJECTS, 异议理由="也不属于本街道")
    story.on("2026-03-09 09:00").acts("D01", f"{xf}/2", "待核退回", 理由="确非其职责")
    assert story.sees(xf) == [
        "拟办，待拟办：接访员、信访办主任",
        "1 市住建局（协办）已退回",
        "2 某街道办事处（主办）已退回",
        "退回后重新分流 2026-03-16",
        "函：退回申请提醒→市人大常委会信访办公室",
        "函：同意退回函→某街道办事处",
    ]
    story.acts("Z01", xf, "待拟办", 办理方式="交办", 主办单位="市民政局", 拟办意见="改交市民政局")
    story.on("2026-03-10 09:00").acts("F01", xf, "待审批")
    assert story.sees(xf) == [
        "已交办，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（协办）已退回",
        "2 某街道办事处（主办）已退回",
        "3 市民政局（主办）待签收：承办单位联络员",
        "签收转送、交办〔派件3〕 2026-03-13",
        "函：交办函→市民政局",
        "函：转送（交办）告知单→信访人",
    ]
    story.on("2026-03-11 09:00").acts("L-SMZ", f"{xf}/3", "待签收")
    is_closed(story, xf, reported="2026-03-16", liaison="L-SMZ", share=3)
    story.lives("2026-03-20 09:00").acts("A01", xf, "待归档")
    assert story.left_undone() == []


def test_an_objection_is_overruled_and_the_first_day_still_counts(story: Journey) -> None:
    xf = is_at_work(story)
    story.on("2026-03-10 09:00").acts("L-SZJ", f"{xf}/1", "待报结", 事项=OBJECTS, 办结报告="不属于我局职责")
    assert story.sees(xf) == [
        "退回申请，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待核退回：信访办主任",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
        "答复承办单位的异议〔派件1〕 2026-03-17",
        "函：退回申请提醒→市人大常委会信访办公室",
    ]
    story.on("2026-03-12 09:00").acts("D01", f"{xf}/1", "待核退回", 意见="不同意", 理由="物业由贵局主管")
    assert story.sees(xf) == [
        "已交办，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待签收：承办单位联络员",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
        "签收转送、交办〔派件1〕 2026-03-17",
        "函：不同意退回函→市住建局",
    ]
    story.on("2026-03-13 09:00").acts("L-SZJ", f"{xf}/1", "待签收")
    assert story.sees(xf) == [
        "办理中，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待报结：承办单位联络员",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
    ]
    is_closed(story, xf, reported="2026-03-20")
    story.lives("2026-03-24 09:00").acts("A01", xf, "待归档")
    assert story.left_undone() == []


def test_more_time_is_granted_once_and_the_petitioner_is_told(story: Journey) -> None:
    xf = is_at_work(story)
    asks = {"事项": "申请延期", "办结报告": "需要鉴定", "申请延长天数": "20", "批准延期的本单位负责人": "局长"}
    story.on("2026-04-20 09:00").acts("L-SZJ", f"{xf}/1", "待报结", **asks)
    assert story.sees(xf) == [
        "延期申请，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待批延期：信访办主任",
        "对转送、交办提出异议〔派件1〕 2026-03-11，已过（权利）",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
        "答复承办单位的延期申请〔派件1〕 2026-04-27",
    ]
    story.on("2026-04-22 09:00").acts("D01", f"{xf}/1", "待批延期", 理由="确需鉴定")
    assert story.sees(xf) == [
        "办理中，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待报结：承办单位联络员",
        "对转送、交办提出异议〔派件1〕 2026-03-11，已过（权利）",
        "交办件办结并书面报告〔派件1〕 2026-05-25（顺延前 2026-05-23）",
        "函：延长办理期限告知书→信访人",
    ]
    assert "2026年5月25日" in story.written_to(xf, "petitioner")[-1]
    with pytest.raises(TransitionRefusedError, match="已延期一次"):
        story.acts("L-SZJ", f"{xf}/1", "待报结", **asks)
    is_closed(story, xf, reported="2026-05-22")
    story.lives("2026-05-26 09:00").acts("A01", xf, "待归档")
    assert story.left_undone() == []


def test_more_time_is_refused_and_the_old_day_stays(story: Journey) -> None:
    xf = is_at_work(story)
    asks = {"事项": "申请延期", "办结报告": "人手不足", "申请延长天数": "30", "批准延期的本单位负责人": "局长"}
    story.on("2026-04-29 09:00").acts("L-SZJ", f"{xf}/1", "待报结", **asks)
    assert story.sees(xf)[-1] == "答复承办单位的延期申请〔派件1〕 2026-05-09"
    story.on("2026-04-30 09:00").acts("D01", f"{xf}/1", "待批延期", 意见="不同意", 理由="人手不足不是理由")
    assert story.sees(xf) == [
        "办理中，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待报结：承办单位联络员",
        "对转送、交办提出异议〔派件1〕 2026-03-11，已过（权利）",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
        "函：不同意延期函→市住建局",
    ]
    is_closed(story, xf, reported="2026-05-06")
    story.lives("2026-05-08 09:00").acts("A01", xf, "待归档")
    assert story.left_undone() == []


def test_a_report_goes_back_twice_before_it_passes(story: Journey) -> None:
    xf = is_at_work(story)
    for reported, examined, said in (("2026-03-20", "2026-03-23", "事实不清"), ("2026-04-07", "2026-04-08", "未逐项回应")):
        story.on(f"{reported} 09:00").acts("L-SZJ", f"{xf}/1", "待报结", 办结报告="已办。")
        assert story.sees(xf)[1] == "1 市住建局（主办）待审核：接访员、信访办主任"
        with pytest.raises(TransitionRefusedError, match="审查未通过的项目：事实清楚"):
            story.acts("Z02", f"{xf}/1", "待审核", 未通过的项目="事实清楚")
        story.on(f"{examined} 09:00").acts(
            "Z02", f"{xf}/1", "待审核", 审查结论="退回重办", 未通过的项目="事实清楚", 审查意见=said
        )
        assert story.sees(xf) == [
            "办理中，待承办单位反馈：接访员、信访办主任、分管副主任",
            "1 市住建局（主办）待报结：承办单位联络员",
            "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
            "函：退回重办函→市住建局",
        ]
        assert said in story.written_to(xf, "unit")[-1]
    is_closed(story, xf, reported="2026-04-20")
    assert [share.redos for share in story.office.shares(xf)] == [2]
    assert story.passed(xf).count("退回重办") == 2
    story.lives("2026-04-24 09:00").acts("A01", xf, "待归档")
    assert story.left_undone() == []


def test_the_petitioner_takes_it_back_and_every_open_share_is_recalled(story: Journey) -> None:
    xf = is_assigned(story, "市住建局", "某街道办事处")
    story.on("2026-03-04 09:00").acts("L-SZJ", f"{xf}/1", "待签收")
    story.acts("L-SZJ", f"{xf}/1", "待报结", 办结报告="已办。")
    story.acts("Z02", f"{xf}/1", "待审核")
    story.sees(xf)
    story.on("2026-03-05 09:00").acts("Z01", xf, "待承办单位反馈", 动作="信访人书面撤回", 内容="信访人来信要求撤回")
    assert story.sees(xf) == [
        "撤回，待归档：档案员、信访办主任、接访员",
        "1 市住建局（主办）审核通过",
        "2 某街道办事处（协办）撤回",
        "立卷归档 2026-09-07（顺延前 2026-09-05）",
        "函：撤回函→某街道办事处",
    ]
    with pytest.raises(TransitionRefusedError, match="当前为“撤回”，不能办理“待签收”"):
        story.acts("L-JDB", f"{xf}/2", "待签收")
    story.lives("2026-03-09 09:00").acts("A01", xf, "待归档")
    assert story.sees(xf)[0] == "归档"
    assert story.left_undone() == []
