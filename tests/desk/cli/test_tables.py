"""Tables hold their columns, whatever stands in them, and lose nothing."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from desk.cli.tables import drawn, wide

LISTED = [["XF-2026-0001", "反映物业服务问题", "-257"], ["XF-2026-0002", "", "3"]]
SENTENCES = [["1 分流", "起算：2026-03-02（周一），收到信访事项之日；当日不计入"], ["", "届满 2026-03-17 无须顺延"]]


def by_rich(heads: list[str], rows: list[list[str]], width: int) -> list[str]:
    """Draw the same table with a library."""
    table = Table()
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    page = io.StringIO()
    Console(file=page, width=width, markup=False, highlight=False, emoji=False, color_system=None).print(table, markup=False)
    return [line.rstrip() for line in page.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("heads", "rows"),
    [
        pytest.param(["编号", "标题", "余（日）"], LISTED, id="a list"),
        pytest.param(["期限", "说明"], SENTENCES, id="sentences"),
        pytest.param(["一"], [["甲\n乙丙"]], id="a cell of two lines"),
        pytest.param(["wide head"], [["x"]], id="a head wider than its column"),
    ],
)
def test_a_table_with_room_looks_as_a_library_draws_it(heads: list[str], rows: list[list[str]]) -> None:
    assert list(drawn(heads, rows, width=160)) == by_rich(heads, rows, 160)


@pytest.mark.parametrize("width", [24, 33, 48])
@pytest.mark.parametrize("rows", [LISTED, [[*row, "第三栏"] for row in SENTENCES]], ids=["a list", "sentences"])
def test_a_table_without_room_goes_on_below(rows: list[list[str]], width: int) -> None:
    lines = list(drawn(["编号", "标题", "余"], rows, width=width))
    assert {wide(line) for line in lines} == {min(width, wide(lines[0]))}
    for column, texts in enumerate(zip(*rows, strict=True)):
        shown = "".join(line.split("│")[column + 1].strip() for line in lines if line.startswith("│"))
        assert shown.replace(" ", "") == "".join(texts).replace(" ", "")


def test_square_brackets_are_text() -> None:
    assert "│ [red]急[/red] │" in list(drawn(["标记"], [["[red]急[/red]"]], width=80))


words = st.text("ab12 -\n信访件（。)é\u0301😀", max_size=30)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=4), st.integers(min_value=15, max_value=60))
def test_no_line_is_wider_than_the_terminal_or_than_another(rows: list[tuple[str, str]], width: int) -> None:
    lines = list(drawn(["甲", "乙"], rows, width=width))
    assert len({wide(line) for line in lines}) == 1
    assert wide(lines[0]) <= width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("XF-2026", 7, id="ASCII"),
        pytest.param("信访件", 6, id="Chinese"),
        pytest.param("（暂定）", 8, id="full-width brackets"),
        pytest.param(unicodedata.normalize("NFD", "é"), 1, id="a letter and its accent"),
    ],
)
def test_the_width_of_a_text(text: str, columns: int) -> None:
    assert wide(text) == columns


@pytest.mark.parametrize("typed", ["\x1b[31m甲", "甲\r乙", "\a甲", "甲\u202e乙", "甲\t乙"], ids=ascii)
def test_what_a_cell_orders_the_terminal_to_do_is_shown_and_counted(typed: str) -> None:
    lines = list(drawn(["标题"], [[typed]], width=40))
    assert len({wide(line) for line in lines}) == 1
    assert all(line.isprintable() for line in lines)
