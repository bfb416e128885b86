"""From the paper to the archive by each way of dealing with a petition: what everybody sees after every turn.

A picture is exact: the state, where it waits and for whom, each unit's share, each limit that runs with its day, and
the letters that were written since the last look.
"""

import pytest

from rules.errors import TransitionRefusedError
from tests.scenarios.beginnings import APPEAL, comes_in, is_archived, is_screened
from trials.harness.journey import Journey


def test_answered_on_the_spot(story: Journey) -> None:
    xf = comes_in(story, 信访形式="来电")
    story.on("2026-03-02 09:20").acts("Z01", xf, "待甄别", 处理="当场答复（即接即办）", 答复内容="已告知办理地点", **APPEAL)
    assert story.sees(xf) == ["待结案，待结案：信访办主任", "结案 2026-03-17"]
    with pytest.raises(TransitionRefusedError, match="须由信访办主任办理"):
        story.acts("Z01", xf, "待结案")
    story.acts("D01", xf, "待结案", 意见="同意")
    assert story.sees(xf) == ["办结，待归档：档案员、信访办主任、接访员", "立卷归档 2026-09-02", "函：办结告知→信访人"]
    is_archived(story, xf)


def test_answered_by_the_office_itself(story: Journey) -> None:
    xf = comes_in(story)
    is_screened(story, xf)
    story.acts("Z01", xf, "待拟办", 办理方式="直接办理", 拟办意见="属人大职权，建议直接办理")
    assert story.sees(xf)[0] == "审批，待审批：信访办主任"
    with pytest.raises(TransitionRefusedError, match="直接办理须由信访办主任批准"):
        story.acts("F01", xf, "待审批")
    story.on("2026-03-03 09:00").acts("D01", xf, "待审批")
    assert story.sees(xf) == [
        "直接办理，待直接答复：接访员、信访办主任",
        "书面告知信访人 2026-03-17",
        "直接办理并答复 2026-04-02",
    ]
    story.on("2026-03-10 09:00").acts("Z01", xf, "待直接答复", 答复意见="经研究，答复如下。")
    assert story.sees(xf) == ["待答复送达，待答复送达：接访员、信访办主任", "答复送达信访人 2026-03-25"]
    story.on("2026-03-12 09:00").acts("Z01", xf, "待答复送达", 送达日期="2026-03-12", 答复要点="已答复")
    assert story.sees(xf) == ["待结案，待结案：信访办主任", "结案 2026-03-27", "函：答复意见告知→信访人"]
    story.on("2026-03-13 09:00").acts("D01", xf, "待结案")
    assert story.sees(xf) == [
        "办结，待归档：档案员、信访办主任、接访员",
        "立卷归档 2026-09-14（顺延前 2026-09-13）",
        "函：办结告知→信访人",
    ]
    is_archived(story, xf)


def test_referred_to_two_units(story: Journey) -> None:
    xf = comes_in(story)
    is_screened(story, xf)
    story.acts("Z01", xf, "待拟办", 办理方式="转送", 主办单位="市住建局", 协办单位="市民政局", 拟办意见="建议转送")
    story.on("2026-03-03 09:00").acts("D01", xf, "待审批")
    assert story.sees(xf) == [
        "已转送，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待签收：承办单位联络员",
        "2 市民政局（协办）待签收：承办单位联络员",
        "签收转送、交办〔派件1〕 2026-03-06",
        "签收转送、交办〔派件2〕 2026-03-06",
        "函：转送函→市住建局",
        "函：转送函→市民政局",
        "函：转送（交办）告知单→信访人",
    ]
    story.on("2026-03-04 09:00").acts("L-SZJ", f"{xf}/1", "待签收")
    assert story.sees(xf) == [
        "已转送，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）已签收（转送）",
        "2 市民政局（协办）待签收：承办单位联络员",
        "签收转送、交办〔派件2〕 2026-03-06",
    ]
    story.on("2026-03-05 09:00").acts("L-SMZ", f"{xf}/2", "待签收")
    assert story.sees(xf) == [
        "待结案，待结案：信访办主任",
        "1 市住建局（主办）已签收（转送）",
        "2 市民政局（协办）已签收（转送）",
        "结案 2026-03-20",
    ]
    story.on("2026-03-06 09:00").acts("D01", xf, "待结案")
    assert story.sees(xf)[-2:] == ["立卷归档 2026-09-07（顺延前 2026-09-06）", "函：办结告知→信访人"]
    story.lives("2026-03-09 09:00").acts("A01", xf, "待归档")
    assert story.sees(xf) == ["归档", "1 市住建局（主办）已签收（转送）", "2 市民政局（协办）已签收（转送）"]
    assert story.left_undone() == []


def test_assigned_to_one_unit(story: Journey) -> None:
    xf = comes_in(story)
    is_screened(story, xf)
    story.acts("Z01", xf, "待拟办", 办理方式="交办", 主办单位="市住建局", 拟办意见="建议交办")
    with pytest.raises(TransitionRefusedError, match="交办须由分管副主任批准"):
        story.acts("D01", xf, "待审批")
    story.on("2026-03-03 09:00").acts("F01", xf, "待审批", 审批意见="请抓紧办理")
    assert story.sees(xf) == [
        "已交办，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待签收：承办单位联络员",
        "签收转送、交办〔派件1〕 2026-03-06",
        "函：交办函→市住建局",
        "函：转送（交办）告知单→信访人",
    ]
    with pytest.raises(TransitionRefusedError, match="不是本承办单位的联络员"):
        story.acts("L-SMZ", f"{xf}/1", "待签收")
    story.on("2026-03-04 09:00").acts("L-SZJ", f"{xf}/1", "待签收")
    assert story.sees(xf) == [
        "办理中，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待报结：承办单位联络员",
        "对转送、交办提出异议〔派件1〕 2026-03-11",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
        "函：受理告知书→信访人",
    ]
    story.on("2026-03-20 09:00").acts("L-SZJ", f"{xf}/1", "待报结", 处理结论="诉求支持", 办结报告="电梯已修复。")
    assert story.sees(xf) == [
        "报结待审，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待审核：接访员、信访办主任",
        "审查办结报告〔派件1〕 2026-03-27",
        "函：报结待审提醒→市人大常委会信访办公室",
    ]
    story.on("2026-03-23 09:00").acts("Z02", f"{xf}/1", "待审核")
    assert story.sees(xf) == [
        "待答复送达，待答复送达：接访员、信访办主任",
        "1 市住建局（主办）审核通过",
        "答复送达信访人 2026-04-07",
    ]
    story.on("2026-03-25 09:00").acts("Z01", xf, "待答复送达", 送达日期="2026-03-24", 答复要点="电梯已修复")
    assert story.sees(xf) == [
        "待结案，待结案：信访办主任",
        "1 市住建局（主办）审核通过",
        "信访人请求复查 2026-04-23",
        "结案 2026-04-09",
        "函：答复意见告知→信访人",
    ]
    story.on("2026-03-26 09:00").acts("D01", xf, "待结案", 化解情况="化解息访")
    assert story.sees(xf) == [
        "办结，待归档：档案员、信访办主任、接访员",
        "1 市住建局（主办）审核通过",
        "信访人请求复查 2026-04-23",
        "立卷归档 2026-09-28（顺延前 2026-09-26）",
        "函：办结告知→信访人",
    ]
    story.lives("2026-05-06 09:00")
    assert story.sees(xf)[2] == "信访人请求复查 2026-04-23，已过（权利）"
    story.acts("A01", xf, "待归档")
    assert story.sees(xf) == ["归档", "1 市住建局（主办）审核通过"]
    assert story.left_undone() == []


def test_assigned_to_three_units_of_which_the_last_one_decides_when_it_goes_on(story: Journey) -> None:
    xf = comes_in(story)
    is_screened(story, xf)
    units = {"主办单位": "市住建局", "协办单位": "市民政局、某街道办事处"}
    story.acts("Z01", xf, "待拟办", 办理方式="交办", 拟办意见="建议会同办理", 办结期限="2026-04-10", **units)
    with pytest.raises(TransitionRefusedError, match="交办须由主任会议（记录人）批准"):
        story.acts("F01", xf, "待审批")
    story.on("2026-03-03 09:00").acts("H01", xf, "待审批", 审批意见="同意")
    assert story.sees(xf) == [
        "已交办，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待签收：承办单位联络员",
        "2 市民政局（协办）待签收：承办单位联络员",
        "3 某街道办事处（协办）待签收：承办单位联络员",
        "签收转送、交办〔派件1〕 2026-03-06",
        "签收转送、交办〔派件2〕 2026-03-06",
        "签收转送、交办〔派件3〕 2026-03-06",
        "函：交办函→市住建局",
        "函：交办函→市民政局",
        "函：交办函→某街道办事处",
        "函：转送（交办）告知单→信访人",
    ]
    for share, liaison in enumerate(("L-SZJ", "L-SMZ", "L-JDB"), start=1):
        story.on(f"2026-03-0{share + 3} 09:00").acts(liaison, f"{xf}/{share}", "待签收")
    assert story.sees(xf) == [
        "联合办理，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待报结：承办单位联络员",
        "2 市民政局（协办）待报结：承办单位联络员",
        "3 某街道办事处（协办）待报结：承办单位联络员",
        "对转送、交办提出异议〔派件1〕 2026-03-11",
        "交办件办结并书面报告〔派件1〕 2026-04-10",
        "对转送、交办提出异议〔派件2〕 2026-03-12",
        "交办件办结并书面报告〔派件2〕 2026-04-10",
        "对转送、交办提出异议〔派件3〕 2026-03-13",
        "交办件办结并书面报告〔派件3〕 2026-04-10",
        "函：受理告知书→信访人",
    ]
    for share, liaison in ((2, "L-SMZ"), (1, "L-SZJ")):
        story.on("2026-03-16 09:00").acts(liaison, f"{xf}/{share}", "待报结", 处理结论="部分支持", 办结报告="已办。")
        story.on("2026-03-16 09:00").acts("Z02", f"{xf}/{share}", "待审核")
    assert story.sees(xf) == [
        "联合办理，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）审核通过",
        "2 市民政局（协办）审核通过",
        "3 某街道办事处（协办）待报结：承办单位联络员",
        "对转送、交办提出异议〔派件3〕 2026-03-13，已过（权利）",
        "交办件办结并书面报告〔派件3〕 2026-04-10",
        "函：报结待审提醒→市人大常委会信访办公室",
        "函：报结待审提醒→市人大常委会信访办公室",
    ]
    story.on("2026-03-18 09:00").acts("L-JDB", f"{xf}/3", "待报结", 办结报告="已办。")
    story.on("2026-03-19 09:00").acts("Z02", f"{xf}/3", "待审核")
    story.on("2026-03-20 09:00").acts("Z01", xf, "待答复送达", 送达方式="邮寄送达", 送达日期="2026-03-20", 答复要点="已办")
    story.on("2026-03-23 09:00").acts("D01", xf, "待结案")
    assert story.reads(xf, "结论") == "部分支持", "the lead unit's conclusion is the petition's"
    story.lives("2026-03-25 09:00").acts("A01", xf, "待归档")
    assert story.sees(xf)[0] == "归档"
    assert story.left_undone() == []


@pytest.mark.parametrize(
    ("way", "ground", "state", "letter", "outcome"),
    [
        pytest.param("不予受理", "不属于本机关职权范围", "不予受理", "不予受理告知书", "不予受理", id="not accepted"),
        pytest.param(
            "不再受理",
            "复核意见已经作出，仍以同一事实和理由提出",
            "不再受理",
            "不再受理告知书",
            "不再受理",
            id="not accepted again",
        ),
    ],
)
def test_turned_away_in_writing(story: Journey, way: str, ground: str, state: str, letter: str, outcome: str) -> None:
    xf = comes_in(story)
    is_screened(story, xf)
    story.acts("Z01", xf, "待拟办", 办理方式=way, 拟办意见=f"建议{way}", 不予受理理由=ground)
    story.on("2026-03-03 09:00").acts("D01", xf, "待审批")
    assert story.sees(xf) == ["待答复送达，待答复送达：接访员、信访办主任", "答复送达信访人 2026-03-18", f"函：{letter}→信访人"]
    assert ground in story.written_to(xf, "petitioner")[-1]
    with pytest.raises(TransitionRefusedError, match="当前为“待答复送达”，不能办理“待结案”"):
        story.acts("D01", xf, "待结案")
    story.on("2026-03-06 09:00").acts("Z01", xf, "待答复送达", 送达方式="邮寄送达", 送达日期="2026-03-05", 答复要点="另寻途径")
    assert story.sees(xf) == ["待结案，待结案：信访办主任", "结案 2026-03-23（顺延前 2026-03-21）", "函：答复意见告知→信访人"]
    story.acts("D01", xf, "待结案")
    assert story.reads(xf, "结论") == outcome
    assert story.sees(xf)[1:] == ["立卷归档 2026-09-07（顺延前 2026-09-06）", "函：办结告知→信访人"]
    is_archived(story, xf)


def test_filed_without_an_answer(story: Journey) -> None:
    xf = comes_in(story)
    is_screened(story, xf, 信访事项类别="建议意见")
    story.acts("Z01", xf, "待拟办", 办理方式="存查", 拟办意见="内容不需处理，建议存查")
    story.on("2026-03-03 09:00").acts("D01", xf, "待审批")
    assert story.sees(xf) == ["待结案，待结案：信访办主任", "结案 2026-03-18"]
    story.acts("D01", xf, "待结案")
    assert story.sees(xf)[1:] == ["立卷归档 2026-09-03", "函：办结告知→信访人"]
    assert story.passed(xf) == ["登记", "甄别", "拟办", "批准", "存查", "结案"]
    is_archived(story, xf)
    assert story.reads(xf, "保管期限") == "10年"
