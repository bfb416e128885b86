"""What the office edits in its pack changes both: the day on which a limit ends, and the sentences that explain it."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from desk.cli.due import due
from desk.cli.limits import clocks_command
from models.clock import Clock
from models.vocabulary.limits import ClockState
from rules.packs import PackError
from tasks.keeping.settings import settings
from tasks.limits.clocks import stop_what_no_longer_counts
from tasks.record.act import SYSTEM, Act
from tasks.record.cases import clocks_of, find_petition
from trials.harness.office import Office, at, day

DEFAULT = (files("rules") / "packs" / "npc_city.toml").read_text(encoding="utf-8")
HEAD = 'key = "city"\nlabel = "某市"\neffective_on = 2022-05-01\nextends = "npc_city"\n\n'
Pack = Callable[..., None]
CAME_IN = day("2026-02-24")
"""A letter that lay for a week: came in on 24 February, registered on 2 March."""

EDITED = [
    pytest.param("divert", [], "2026-03-11", "收到信访事项之日（取收信日期）", "收信日期", id="as shipped, from the receipt"),
    pytest.param(
        "divert",
        [("收到信访事项之日", "登记之日"), ('"receipt"', '"act"')],
        "2026-03-17",
        "登记之日",
        "登记之日",
        id="from the registration instead",
    ),
    pytest.param(
        "divert",
        [("收到信访事项之日", "提交登记之日"), ('"receipt"', '"submission"')],
        "2026-03-17",
        "提交登记之日",
        "提交登记之日",
        id="from the submission instead",
    ),
    pytest.param(
        "divert",
        [("length = 15", "length = 20")],
        "2026-03-16",
        "收到信访事项之日（取收信日期）",
        "收信日期",
        id="twenty days instead",
    ),
]


def row(key: str, changes: list[tuple[str, str]]) -> str:
    begin = DEFAULT.index(f'[[rule]]\nkey = "{key}"')
    text = DEFAULT[begin : DEFAULT.index("[[", begin + 2)]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return HEAD + text


@pytest.fixture
def pack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pack:
    """Let the office work by a pack of its own."""

    def write(key: str, changes: list[tuple[str, str]]) -> None:
        folder = tmp_path / f"own{len(list(tmp_path.glob('own*')))}"
        folder.mkdir()
        (folder / "city.toml").write_text(row(key, changes), encoding="utf-8")
        monkeypatch.setenv("XINFANG_PACK", "city")
        monkeypatch.setenv("XINFANG_PACK_FOLDER", str(folder))
        settings.cache_clear()

    return write


def said(command: Callable[..., Any], *words: str) -> str:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command("command")(command)
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "300"})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(("key", "changes", "due_on", "words", "reason"), EDITED)
def test_an_edited_row_changes_the_day_and_the_words_that_explain_it(
    office: Office, pack: Pack, key: str, changes: list[tuple[str, str]], due_on: str, words: str, reason: str
) -> None:
    pack(key, changes)
    number = office.register(receipt_on=CAME_IN)
    clock = office.clocks(number)[key]
    assert (clock.due_on, clock.pack_version, clock.start_reason) == (day(due_on), "city@2022-05-01", reason)
    start = clock.starts_on.isoformat()
    for explained in ("\n".join(clock.why), said(due, key, start, "--explain"), said(clocks_command, number, "--explain")):
        assert f"，{words}；" in explained
        assert due_on in explained


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(('"receipt"', '"act"'), id="the day without the words"),
        pytest.param(("收到信访事项之日", "登记之日"), id="the words without the day"),
    ],
)
def test_one_alone_is_refused_before_anything_is_counted(office: Office, pack: Pack, change: tuple[str, str]) -> None:
    pack("divert", [change])
    with pytest.raises(PackError, match=r"^city\.toml：\[\[rule\]\] 第 1 行（divert）：starts_on“.*须一致"):
        office.register(receipt_on=CAME_IN)


class TestWhoHasNoSuchLimit:
    def test_is_a_column_too(self, office: Office, pack: Pack) -> None:
        pack("notify", [])
        assert "notify" not in office.clocks(office.register(persons=()))
        assert "例外：匿名件、涉法涉诉件没有此项期限" in said(due, "notify", "2026-03-02", "--explain")

    def test_may_be_edited(self, office: Office, pack: Pack) -> None:
        pack("notify", [('not_for = ["anonymous", "litigation"]\n', 'not_for = ["litigation"]\n')])
        assert "notify" in office.clocks(office.register(persons=()))
        assert "例外：涉法涉诉件没有此项期限" in said(due, "notify", "2026-03-02", "--explain")

    def test_a_running_limit_stops_in_the_packs_words(self, office: Office, pack: Pack) -> None:
        pack("notify", [("依第二十三条第四款另行规定", "检举控告另按规定告知（办公室设定）")])
        number = office.register()
        office.decide(number, "screen", "Z01", petition_class="检举控告", content_code="城乡建设/物业服务")
        clock = office.clocks(number)["notify"]
        assert (clock.state, clock.stop_reason) == (ClockState.STOPPED, "检举控告另按规定告知（办公室设定）")

    @pytest.mark.parametrize("key", ["sign_in", "promise"])
    def test_a_limit_of_a_share_is_asked_with_its_own_share_and_its_given_day(self, office: Office, pack: Pack, key: str) -> None:
        pack(
            key,
            [('whose = "share"\n', 'whose = "share"\nnot_for = ["litigation"]\notherwise = "涉诉的依诉讼程序（办公室设定）"\n')],
        )
        number = office.assigned("市住建局")
        if key == "promise":
            office.decide(number, "oversee", "Z01", choice="电话催办", text="答应下周办", promised_on="2026-03-20")
        with office.database.write() as session:
            stop_what_no_longer_counts(session, find_petition(session, number), act=Act(actor=SYSTEM, as_of=at(4)))
        assert [clock.state for clock in limits_of(office, number, key)] == [ClockState.RUNNING]


def limits_of(office: Office, number: str, key: str) -> list[Clock]:
    with office.database.read() as session:
        return [clock for clock in clocks_of(session, find_petition(session, number)) if clock.rule_key == key]


def test_a_letters_own_day_is_one_limit_however_often_the_unit_objects(office: Office) -> None:
    number = office.register()
    office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="城乡建设/物业服务")
    office.decide(number, "propose", "Z01", way="交办", lead="市住建局", opinion="建议交办", limit_on="2026-04-30")
    office.decide(number, "approve", "F01")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(4), choice="提出异议（退回）", text="不属于本单位职责")
    assert [clock.due_on for clock in limits_of(office, number, "assign")] == [day("2026-04-30")]
