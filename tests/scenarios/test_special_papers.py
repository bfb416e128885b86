"""Papers that come late, papers without a name, many people at the door, and accusers whose name nobody may learn."""

import pytest

from rules.errors import AnswerRefusedError, TransitionRefusedError
from tests.scenarios.beginnings import APPEAL, LETTER, is_closed
from trials.harness.journey import Journey

ACCUSER, PHONE = "赵检举", "13911112222"


def test_back_dated_entries_count_from_the_real_day(story: Journey) -> None:
    story.on("2026-01-05 09:00")
    late = {"收信日期": "2025-12-30", "邮戳日期": "2025-12-28"}
    xf = story.registers("Z01", **LETTER, **late, 实际办理时间="2025-12-31 10:00")
    assert xf == "XF-2025-0001", "the number is of the year in which it was registered"
    assert story.sees(xf)[1:3] == ["分流 2026-01-14", "书面告知信访人 2026-01-14"]
    story.acts("Z01", xf, "待甄别", 实际办理时间="2025-12-31 11:00", **APPEAL)
    with pytest.raises(AnswerRefusedError, match="实际办理日期 2025-12-30 早于上一环节"):
        story.acts("Z01", xf, "待拟办", 办理方式="交办", 主办单位="市住建局", 拟办意见="建议交办", 实际办理时间="2025-12-30")
    story.acts("Z01", xf, "待拟办", 办理方式="交办", 主办单位="市住建局", 拟办意见="建议交办", 实际办理时间="2025-12-31 15:00")
    with pytest.raises(AnswerRefusedError, match="实际办理时间晚于现在"):
        story.acts("F01", xf, "待审批", 实际办理时间="2026-01-05 09:30")
    story.acts("F01", xf, "待审批", 实际办理时间="2025-12-31 16:00")
    assert story.sees(xf)[2] == "签收转送、交办〔派件1〕 2026-01-06", (
        "of the five days since, 4 January is a Sunday on which offices worked"
    )
    story.on("2026-01-12 09:00").acts("L-SZJ", f"{xf}/1", "待签收", 实际办理时间="2026-01-06")
    assert story.sees(xf) == [
        "办理中，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待报结：承办单位联络员",
        "对转送、交办提出异议〔派件1〕 2026-01-13",
        "交办件办结并书面报告〔派件1〕 2026-03-09（顺延前 2026-03-07）",
        "函：受理告知书→信访人",
    ]
    story.lives("2026-01-26 09:00").acts("L-SZJ", f"{xf}/1", "待报结", 办结报告="已办。", 实际办理时间="2026-01-20 17:00")
    story.acts("Z02", f"{xf}/1", "待审核")
    story.acts("Z01", xf, "待答复送达", 送达日期="2026-01-22", 答复要点="已办")
    assert story.sees(xf)[2:4] == ["信访人请求复查 2026-02-24（顺延前 2026-02-21）", "结案 2026-02-10"]
    story.acts("D01", xf, "待结案")
    story.lives("2026-01-28 09:00").acts("A01", xf, "待归档")
    assert story.left_undone() == []


def test_eight_people_at_the_door_choose_five_to_speak_for_them(story: Journey) -> None:
    story.on("2026-03-02 09:00")
    visit = {"信访形式": "来访", "收信日期": "2026-03-02", "标题": "反映供暖问题", "投诉内容": "供暖不足。"}
    people = {"信访人姓名": "甲", "代表姓名": "乙、丙、丁、戊、己、庚", "联名人姓名": "辛", "信访人数": 8, "实际来访人数": 8}
    draft = story.registers("Z01", **visit, **people)
    assert story.sees(draft) == ["草稿，待更正：接访员、信访办主任", "登记 2026-03-02"]
    with pytest.raises(TransitionRefusedError, match="代表最多 5 人（信访工作条例第二十条），现填 6 人"):
        story.acts("Z01", draft, "待更正", 信访人数="8")
    story.on("2026-03-02 09:30").acts("Z01", draft, "待更正", 代表姓名="乙、丙、丁、戊、己")
    xf = "XF-2026-0001"
    assert story.sees(xf)[:3] == ["已登记，待甄别：接访员、信访办主任", "分流 2026-03-17", "书面告知信访人 2026-03-17"]
    assert story.office.petition(xf).flags == ["group"]
    story.acts("Z01", xf, "待甄别", **APPEAL)
    story.acts("Z01", xf, "待拟办", 办理方式="交办", 主办单位="市住建局", 拟办意见="建议交办")
    story.acts("F01", xf, "待审批")
    story.on("2026-03-03 09:00").acts("L-SZJ", f"{xf}/1", "待签收")
    meeting = {
        "动作": "召开协调会",
        "内容": "定于三月十日协调",
        "到会人大代表": "2",
        "会议任务": "市住建局：核查供热合同：2026-03-20",
    }
    with pytest.raises(TransitionRefusedError, match="到会群众代表最多 5 人"):
        story.acts("Z01", xf, "待承办单位反馈", **meeting, 到会群众代表="6")
    story.sees(xf)
    story.on("2026-03-10 15:00").acts("Z01", xf, "待承办单位反馈", **meeting, 到会群众代表="5")
    assert story.sees(xf) == [
        "办理中，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待报结：承办单位联络员",
        "对转送、交办提出异议〔派件1〕 2026-03-10",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-02）",
        "协调会议定任务〔派件1〕 2026-03-20",
        "函：会议通知→市住建局",
    ]
    is_closed(story, xf, reported="2026-03-19")
    story.lives("2026-03-23 09:00").acts("A01", xf, "待归档")
    assert story.left_undone() == []


def test_a_letter_without_a_name_is_dealt_with_and_nobody_is_written_to(story: Journey) -> None:
    story.on("2026-03-02 09:00")
    xf = story.registers("Z01", 信访形式="来信", 收信日期="2026-03-02", 标题="反映占道经营", 投诉内容="占道经营。")
    assert story.sees(xf) == ["已登记，待甄别：接访员、信访办主任", "分流 2026-03-17"]
    story.acts("Z01", xf, "待甄别", **APPEAL)
    story.acts("Z01", xf, "待拟办", 办理方式="转送", 主办单位="市公安局", 拟办意见="建议转送")
    story.on("2026-03-03 09:00").acts("D01", xf, "待审批")
    assert story.sees(xf)[-1] == "函：转送函→市公安局"
    story.acts("L-SGA", f"{xf}/1", "待签收")
    story.acts("D01", xf, "待结案")
    assert story.sees(xf)[2:] == ["立卷归档 2026-09-03"]
    story.lives("2026-03-04 09:00").acts("A01", xf, "待归档")
    assert story.written_to(xf, "petitioner") == []
    assert [letter.letter for letter in story.office.letters(xf)] == ["referral_letter_to_unit"]
    assert story.left_undone() == []


def test_no_letter_to_a_unit_names_the_accuser(story: Journey) -> None:
    story.on("2026-03-02 09:00")
    paper = {"信访形式": "来信", "收信日期": "2026-03-02", "标题": "检举违规审批", "投诉内容": "违规审批。", "被反映人": "某科长"}
    xf = story.registers("Z01", **paper, 信访人姓名=ACCUSER, 联系电话=PHONE, 被反映单位="市自然资源和规划局")
    assert story.sees(xf)[1:3] == ["分流 2026-03-17", "书面告知信访人 2026-03-17"]
    story.acts("Z01", xf, "待甄别", 信访事项类别="检举控告", 内容分类="纪检监察/违规审批")
    assert story.sees(xf) == ["拟办，待拟办：接访员、信访办主任", "分流 2026-03-17"], "who accuses is told by other rules"
    proposal = {"办理方式": "交办", "主办单位": "市政府办公室", "拟办意见": "建议交办"}
    with pytest.raises(TransitionRefusedError, match="“市自然资源和规划局”是被反映单位，不得承办，也不得抄送"):
        story.acts("Z01", xf, "待拟办", **proposal, 协办单位="市自然资源和规划局")
    story.acts("Z01", xf, "待拟办", **proposal)
    story.on("2026-03-03 09:00").acts("F01", xf, "待审批")
    story.on("2026-03-04 09:00").acts("L-SFB", f"{xf}/1", "待签收")
    assert story.sees(xf)[2:4] == ["对转送、交办提出异议〔派件1〕 2026-03-11", "了解办理进展〔派件1〕 2026-04-03"], (
        "no law limits how long an accusation is handled: the office reminds itself"
    )
    story.on("2026-03-10 09:00").acts("Z01", xf, "待承办单位反馈", 动作="书面催办", 内容="请抓紧")
    story.acts("D01", xf, "待承办单位反馈", 动作="督办", 内容="请说明", 督办依据="推诿、敷衍、拖延")
    story.acts("Z01", xf, "待承办单位反馈", 动作="召开协调会", 内容="碰头")
    story.acts("L-SFB", f"{xf}/1", "待报结", 办结报告="初稿。")
    story.acts("Z02", f"{xf}/1", "待审核", 审查结论="退回重办", 审查意见="请补充")
    is_closed(story, xf, reported="2026-03-16", liaison="L-SFB")
    letters = story.written_to(xf, "unit")
    assert [letter.splitlines()[0].removesuffix(f"（{xf}）") for letter in letters] == [
        "交办函", "催办函", "督办函", "会议通知", "退回重办函",
    ]  # fmt: skip
    for text in letters + story.written_to(xf, "office"):
        assert ACCUSER not in text
        assert PHONE not in text
    assert ACCUSER in "".join(story.written_to(xf, "petitioner")), "the accuser's own letters bear the name"
    story.lives("2026-03-20 09:00").acts("A01", xf, "待归档")
    assert story.reads(xf, "保管期限") == "永久"
    assert story.left_undone() == []
