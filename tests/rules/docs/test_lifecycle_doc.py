"""The page of the lifecycle: it shows every row, and it is the committed one."""

from pathlib import Path

import pytest

from models.vocabulary.case import DispatchState, State
from rules.docs.lifecycle_doc import diagram, document, overlays, table
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.row import Transition
from rules.lifecycle.share import DISPATCH_ROWS

BOTH = pytest.mark.parametrize("rows", [PETITION_ROWS, DISPATCH_ROWS], ids=["petition", "dispatch"])
PAGE = Path(__file__).parents[3] / "docs" / "lifecycle.md"


class TestThePage:
    def test_equals_the_generated_one(self) -> None:
        assert PAGE.read_text(encoding="utf-8") == document(), "run: python -m rules.docs.lifecycle_doc > docs/lifecycle.md"


class TestTheDiagram:
    @BOTH
    def test_draws_every_row_that_changes_the_state(self, rows: tuple[Transition, ...]) -> None:
        arrows = [line for line in diagram(rows).splitlines() if " : " in line]
        for row in rows:
            ends = [line for line in arrows if row.event.label in line.split(" : ")[1].split("、")]
            expected = {row.target.value} if row.target else set()
            assert {line.split(" : ")[0].split(" --> ")[1] for line in ends} == expected, row.event

    @pytest.mark.parametrize(
        ("rows", "states"), [(PETITION_ROWS, State), (DISPATCH_ROWS, DispatchState)], ids=["petition", "dispatch"]
    )
    def test_names_every_state_once(self, rows: tuple[Transition, ...], states: type[State] | type[DispatchState]) -> None:
        drawn = diagram(rows)
        assert [state.value for state in states if drawn.count(f'state "{state.label}" as {state.value}\n') != 1] == []

    def test_groups_the_petition_by_the_five_stages(self) -> None:
        boxes = [line.split('"')[1] for line in diagram(PETITION_ROWS).splitlines() if line.endswith("{")]
        assert sorted(boxes) == sorted(["登记受理", "拟办审批", "办理", "答复", "结案归档"])

    @BOTH
    def test_starts_every_arrow_at_a_box(self, rows: tuple[Transition, ...]) -> None:
        drawn = diagram(rows)
        boxes = {line.split()[-1] for line in drawn.splitlines() if " as " in line and not line.endswith("{")} | {"[*]"}
        ends = {end for line in drawn.splitlines() if "-->" in line for end in line.split(" : ")[0].strip().split(" --> ")}
        assert ends <= boxes


class TestTheOverlays:
    def test_are_listed_by_their_labels(self) -> None:
        listed = [line[2:].split("（")[0] for line in overlays(PETITION_ROWS).splitlines()]
        assert listed == [
            "催办",
            "督办",
            "召开协调会",
            "办理记录",
            "更正登记",
            "登记反馈",
            "期限提醒",
            "逾期",
            "逾期升级",
            "中止计时",
            "恢复计时",
            "期限重算",
            "查阅个人信息",
            "查阅案卷",
            "查阅未获准",
        ]


class TestTheTable:
    @BOTH
    def test_has_a_line_of_eight_cells_for_every_row(self, rows: tuple[Transition, ...]) -> None:
        lines = table(rows).splitlines()
        assert len(lines) == len(rows) + 2
        assert {line.count("|") for line in lines} == {9}

    def test_tells_clocks_letters_and_article(self) -> None:
        [line] = [line for line in table(DISPATCH_ROWS).splitlines() if line.startswith("| 提出异议 |")]
        assert "| +assign +objection_decision −objection −sign_in | 退回申请提醒 | 信访工作条例 第二十三条 |" in line
