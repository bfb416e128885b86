"""A limit that a unit misses climbs its ladder, letter by letter, to the meeting of the chairs; and is answered in the end."""

from rules.lifecycle.stages import UNITS_AT_WORK
from tests.scenarios.beginnings import is_at_work, is_closed
from trials.harness.journey import Journey

OFFICE, UNIT = "市人大常委会信访办公室", "市住建局"
LIMIT = "交办件办结并书面报告〔派件1〕 2026-05-06（顺延前 2026-05-03）"


def test_it_climbs_to_the_chairs_and_is_answered_in_the_end(story: Journey) -> None:
    xf = is_at_work(story)
    for until, left, letters in (
        ("2026-04-02", "", []),
        ("2026-04-03", "", [f"到期提醒函→{UNIT}"]),
        ("2026-04-17", "", []),
        ("2026-04-18", "", [f"到期提醒函→{UNIT}"]),
        ("2026-05-06", "", [f"到期提醒函→{UNIT}", f"到期提醒函→{UNIT}"]),
        ("2026-05-07", "，超 1 日", [f"催办函→{UNIT}"]),
        ("2026-05-12", "，超 6 日", []),
        ("2026-05-13", "，超 7 日", [f"督办函→{UNIT}"]),
        ("2026-05-20", "，超 14 日", [f"到期提醒函→{UNIT}"]),
        ("2026-05-21", "，超 15 日", [f"逾期情况报告（分管副主任）→{OFFICE}", f"催办函→{UNIT}"]),
        ("2026-06-04", "，超 29 日", [f"逾期情况报告（分管副主任）→{OFFICE}"]),
        ("2026-06-05", "，超 30 日", [f"提请主任会议研究→{OFFICE}"]),
        ("2026-06-12", "，超 37 日", []),
    ):
        seen = story.lives(f"{until} 12:00").sees(xf)
        assert seen[:2] == ["办理中，待承办单位反馈：接访员、信访办主任、分管副主任", "1 市住建局（主办）待报结：承办单位联络员"]
        assert [line for line in seen if line.startswith("交办件")] == [LIMIT + left], until
        assert sorted(line.removeprefix("函：") for line in seen if line.startswith("函：")) == sorted(letters), until
    assert "2026年5月7日催办；2026年5月13日督办；2026年5月21日报告分管副主任" in story.written_to(xf, "office")[-1]
    assert story.office.petition(xf).state in UNITS_AT_WORK, "a ladder never changes a state"
    is_closed(story, xf, reported="2026-06-15")
    story.lives("2026-06-17 09:00").acts("A01", xf, "待归档")
    assert story.sees(xf) == ["归档", "1 市住建局（主办）审核通过"]
    assert story.left_undone() == []


def test_what_people_do_in_time_is_not_done_again_by_the_ladder(story: Journey) -> None:
    xf = is_at_work(story)
    story.lives("2026-05-07 00:03")
    story.sees(xf)
    story.acts("Z01", xf, "待承办单位反馈", 动作="书面催办", 内容="期限已过，请报结", 承诺日期="2026-05-11")
    seen = story.lives("2026-05-11 12:00").sees(xf)
    assert [line for line in seen if line.startswith("函：")] == [f"函：催办函→{UNIT}", f"函：到期提醒→{OFFICE}"]
    assert "催办时承诺的日期〔派件1〕 2026-05-11" in seen
    story.acts("Z01", xf, "待承办单位反馈", 动作="登记反馈（督办、承诺、会议任务）", 期限序号="6", 内容="再等一周")
    seen = story.lives("2026-05-13 12:00").sees(xf)
    assert seen[-1] == f"函：督办函→{UNIT}"
    assert [said for said in story.passed(xf) if said.startswith(("催办", "督办", "逾期"))] == [
        "催办", "逾期（期限 5）", "督办（期限 5）",
    ]  # fmt: skip
    is_closed(story, xf, reported="2026-05-14")
    story.lives("2026-05-18 09:00").acts("A01", xf, "待归档")
    assert story.left_undone() == []


def test_the_office_is_reminded_of_its_own_limits_as_well(story: Journey) -> None:
    story.on("2026-03-02 09:00")
    xf = story.registers("Z01", 信访形式="来信", 收信日期="2026-03-02", 标题="反映噪音", 投诉内容="噪音。", 信访人姓名="甲")
    story.sees(xf)
    seen = story.lives("2026-04-17 12:00").sees(xf)
    assert seen[:3] == ["已登记，待甄别：接访员、信访办主任", "分流 2026-03-17，超 31 日", "书面告知信访人 2026-03-17，超 31 日"]
    assert [line.removeprefix("函：").removesuffix(f"→{OFFICE}") for line in seen[3:]] == [
        "到期提醒",
        f"到期提醒→{OFFICE}，已取消（不再需要）",  # of Saturday 14 March: on Monday morning the next one took its place
        "到期提醒",
        *["到期提醒"] * 2,
        *["逾期提醒"] * 2,
        *["逾期情况报告（分管副主任）"] * 2,
        "提请主任会议研究",  # that the petitioner was not told stops at the vice-chair
    ]
