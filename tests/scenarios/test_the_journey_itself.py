"""What journeys rely on: that an unfinished story is called unfinished, a record that was touched is found, and time goes on."""

import pytest
from sqlalchemy import text

from tests.scenarios.beginnings import is_assigned
from trials.harness.journey import Journey, short


def test_a_story_in_its_middle_says_all_that_is_left_undone(story: Journey) -> None:
    xf = is_assigned(story, "市住建局")
    assert story.left_undone() == [
        f"{xf}：已交办",
        "期限 sign_in",
        "函 收件回执：待发",
        "函 交办函：待发",
        "函 转送（交办）告知单：待发",
        f"流程 {xf}",
        f"流程 {xf}/1",
    ]


def test_a_record_that_was_touched_is_found(story: Journey) -> None:
    xf = is_assigned(story, "市住建局")
    with story.office.database.write() as session:
        session.execute(text("UPDATE dispatch SET state = 'accepted'"))
    assert story.left_undone()[-1] == f"核验 {xf} 第 1 号派件的状态被绕过系统改动"


def test_a_letter_is_shown_once(story: Journey) -> None:
    xf = is_assigned(story, "市住建局")
    assert not [line for line in story.sees(xf) if line.startswith("函")]


def test_a_story_never_goes_back(story: Journey) -> None:
    story.on("2026-03-02 09:00")
    with pytest.raises(ValueError, match="lies before"):
        story.on("2026-03-01 09:00")


def test_a_field_that_no_form_has_is_no_answer(story: Journey) -> None:
    xf = is_assigned(story, "市住建局")
    with pytest.raises(KeyError, match="签字"):
        story.acts("L-SZJ", f"{xf}/1", "待签收", 签字="签收")


@pytest.mark.parametrize(
    ("label", "said"),
    [("分流（转送、交办、自办或告知）", "分流"), ("原信访件（关联件）编号", "原信访件编号"), ("签收", "签收")],
    ids=["at the end", "in the middle", "none"],
)
def test_what_stands_in_brackets_is_not_said(label: str, said: str) -> None:
    assert short(label) == said
