"""How most journeys begin and end: a letter of 2 March comes in, is screened, goes to its units; and the archive."""

import pytest

from rules.errors import TransitionRefusedError
from trials.harness.journey import Journey

LETTER = {
    "信访形式": "来信",
    "标题": "反映物业服务问题",
    "投诉内容": "电梯长期停用。",
    "信访人姓名": "测试人甲",
    "联系电话": "13800000001",
}
APPEAL = {"信访事项类别": "申诉求决", "内容分类": "城乡建设/物业服务"}


def comes_in(story: Journey, **more: str) -> str:
    """A letter of 2 March is registered on the same morning; the office has until 17 March to pass it on."""
    story.on("2026-03-02 09:00")
    xf = story.registers("Z01", **({"收信日期": "2026-03-02"} | LETTER | more))
    assert story.sees(xf) == [
        "已登记，待甄别：接访员、信访办主任",
        "分流 2026-03-17",
        "书面告知信访人 2026-03-17",
        "函：收件回执→信访人",
    ]
    return xf


def is_screened(story: Journey, xf: str, **more: str) -> None:
    """The clerk says what it is about; the limits of the receipt go on."""
    story.on("2026-03-02 10:00").acts("Z01", xf, "待甄别", **(APPEAL | more))
    assert story.sees(xf)[0] == "拟办，待拟办：接访员、信访办主任"


def is_archived(story: Journey, xf: str) -> None:
    """The archivist locks the file away once the last letter has left; nothing is left anywhere."""
    with pytest.raises(TransitionRefusedError, match=r"还有 \d 份函件未发出，暂不能归档"):
        story.acts("A01", xf, "待归档")
    story.lives("2026-03-31 09:00").acts("A01", xf, "待归档")
    assert story.sees(xf) == ["归档"]
    assert story.left_undone() == []


def is_assigned(story: Journey, *units: str, **proposal: str) -> str:
    """The units are given the matter on 3 March, the first of them in the lead; they have to sign by 6 March."""
    xf = comes_in(story)
    is_screened(story, xf)
    lead, *others = units
    opinion = {"办理方式": "交办", "拟办意见": "建议交办"} | proposal
    story.acts("Z01", xf, "待拟办", 主办单位=lead, 协办单位="、".join(others), **opinion)
    story.on("2026-03-03 09:00").acts("F01", xf, "待审批")
    assert story.sees(xf) == [
        "已交办，待承办单位反馈：接访员、信访办主任、分管副主任",
        *(f"{n} {unit}（{'协办' if n > 1 else '主办'}）待签收：承办单位联络员" for n, unit in enumerate(units, start=1)),
        *(f"签收转送、交办〔派件{n}〕 2026-03-06" for n in range(1, len(units) + 1)),
        *(f"函：交办函→{unit}" for unit in units),
        "函：转送（交办）告知单→信访人",
    ]
    return xf


def is_at_work(story: Journey) -> str:
    """One unit signs on 4 March: five working days to object, sixty days to report, the last of them a day of rest."""
    xf = is_assigned(story, "市住建局")
    story.on("2026-03-04 09:00").acts("L-SZJ", f"{xf}/1", "待签收")
    assert story.sees(xf) == [
        "办理中，待承办单位反馈：接访员、信访办主任、分管副主任",
        "1 市住建局（主办）待报结：承办单位联络员",
        "对转送、交办提出异议〔派件1〕 2026-03-11",
        "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）",
        "函：受理告知书→信访人",
    ]
    return xf


def is_closed(story: Journey, xf: str, *, reported: str, liaison: str = "L-SZJ", share: int = 1) -> None:
    """The unit reports, and within the week the report is accepted, the answer delivered, the petition closed."""
    story.on(f"{reported} 09:00").acts(liaison, f"{xf}/{share}", "待报结", 处理结论="诉求支持", 办结报告="电梯已修复。")
    story.on(f"{reported} 10:00").acts("Z02", f"{xf}/{share}", "待审核")
    story.on(f"{reported} 11:00").acts("Z01", xf, "待答复送达", 送达日期=reported, 答复要点="电梯已修复")
    story.on(f"{reported} 15:00").acts("D01", xf, "待结案")
    assert story.sees(xf)[0] == "办结，待归档：档案员、信访办主任、接访员"
