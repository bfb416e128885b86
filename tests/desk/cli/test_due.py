"""``xinfang due`` as a clerk types it: one date, a reason, a list, a file of many, and every mistake in a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from desk.cli.due import due
from tasks.keeping.settings import settings

APP = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
APP.command("due")(due)
KEYS = {
    "divert",
    "notify",
    "objection",
    "handle",
    "handle_extended",
    "assign",
    "review_request",
    "review",
    "re_review_request",
    "re_review",
    "simple_accept",
    "simple_reply",
    "suggestion_feedback",
}


@pytest.fixture(autouse=True)
def _plain_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("PACK", "CALENDAR_OVERLAY", "ROLL_LAST_DAY"):
        monkeypatch.delenv(f"XINFANG_{name}", raising=False)
    settings.cache_clear()


def run(*words: str) -> Result:
    return CliRunner().invoke(APP, list(words))


def answer(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


class TestOneDate:
    def test_a_rule_and_a_day(self) -> None:
        found = answer("handle", "2026-03-02")
        assert found | {"calendar": "-"} == {
            "rule": "handle",
            "start": "2026-03-02",
            "raw": "2026-05-01",
            "effective": "2026-05-06",
            "provisional": False,
            "basis": "信访工作条例 第三十四条",
            "pack": "npc_city@2022-05-01",
            "calendar": "-",
        }

    @pytest.mark.parametrize(
        ("words", "effective"),
        [
            pytest.param(["15d", "2025-12-17"], "2026-01-04", id="fifteen days given directly"),
            pytest.param(["5wd", "2026-02-12"], "2026-02-26", id="five working days given directly"),
            pytest.param(["handle", "2026/3/2"], "2026-05-06", id="a date as a table writes it"),
            pytest.param(["handle", "2026-03-02", "--no-roll"], "2026-05-01", id="without rolling"),
            pytest.param(["handle", "2026-03-02", "--pack", "zhejiang"], "2026-04-01", id="by a province's pack"),
        ],
    )
    def test_ends_on(self, words: list[str], effective: str) -> None:
        assert answer(*words)["effective"] == effective

    def test_the_version_day_may_differ_from_the_start(self) -> None:
        assert answer("handle", "2022-06-01", "--on", "2022-04-01")["pack"] == "npc_city@2005-05-01"

    def test_a_date_in_an_unpublished_year_is_marked(self) -> None:
        assert answer("objection", "2026-12-30")["provisional"] is True
        assert "（暂定）" in run("objection", "2026-12-30").stdout

    def test_explains_itself_in_lines_and_in_json(self) -> None:
        said = run("handle", "2026-03-02", "--explain").stdout
        assert "劳动节休息日；顺延至休息日后第一个工作日 2026-05-06（周三）" in said
        assert answer("handle", "2026-03-02", "--explain")["steps"][0].startswith("起算：2026-03-02（周一）")

    def test_the_office_settings_choose_pack_roll_and_overlay(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        city = tmp_path / "city.toml"
        city.write_text('scope = "local"\n[[rest]]\nholiday = "市庆"\nfrom = 2026-04-01\n', encoding="utf-8")
        monkeypatch.setenv("XINFANG_PACK", "zhejiang")
        monkeypatch.setenv("XINFANG_CALENDAR_OVERLAY", str(city))
        assert answer("handle", "2026-03-02")["effective"] == "2026-04-02"
        settings.cache_clear()
        monkeypatch.setenv("XINFANG_ROLL_LAST_DAY", "false")
        assert answer("handle", "2026-03-02")["effective"] == "2026-04-01"


class TestList:
    def test_names_every_rule(self) -> None:
        rows = {row["key"]: row for row in answer("--list")}
        assert set(rows) >= KEYS
        assert (rows["objection"]["length"], rows["objection"]["unit"]) == (5, "working_day")

    def test_is_a_table_for_people(self) -> None:
        said = run("--list").stdout
        for part in ("objection", "5 个工作日", "信访工作条例 第三十四条", "npc_city@2022-05-01"):
            assert part in said


class TestBatch:
    def file(self, folder: Path, text: str, *, encoding: str = "utf-8-sig") -> str:
        path = folder / "many.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_answers_every_row_in_one_go(self, tmp_path: Path, encoding: str) -> None:
        text = "编号,rule,start\n一,handle,2026-03-02\n二,5wd,2026-02-12\n"
        rows = answer("--batch", self.file(tmp_path, text, encoding=encoding))
        assert [(row["row"], row["effective"]) for row in rows] == [(2, "2026-05-06"), (3, "2026-02-26")]

    def test_bad_rows_are_named_and_the_others_are_kept(self, tmp_path: Path) -> None:
        text = "rule,start\nhandle,2026-02-30\nmars,2026-03-02\n,\nhandle\ndivert,2025-12-17\n"
        result = run("--batch", self.file(tmp_path, text), "--json")
        rows = json.loads(result.stdout)
        assert [row.get("error", row.get("effective")) for row in rows] == [
            "第 2 行：起算日“2026-02-30”不是日期，请写成 2026-03-02",
            "第 3 行：规则包 npc_city@2022-05-01 中没有规则“mars”",
            "第 4 行：rule 或 start 为空",
            "第 5 行：rule 或 start 为空",
            "2026-01-04",
        ]
        assert (result.exit_code, result.stderr) == (1, "many.csv 共 5 行，其中 4 行有误，其余已算出\n")

    def test_is_a_table_for_people(self, tmp_path: Path) -> None:
        result = run("--batch", self.file(tmp_path, "rule,start\nhandle,2026-03-02\n"))
        assert result.exit_code == 0
        assert "2026-05-06" in result.stdout


MISTAKES = [
    pytest.param([], "请写明规则和起算日", id="nothing asked"),
    pytest.param(["handle"], "请写明规则和起算日", id="no day"),
    pytest.param(["handel", "2026-03-02"], "没有规则“handel”，相近的有：handle", id="a misspelt rule"),
    pytest.param(["handle", "2026-02-30"], "起算日“2026-02-30”不是日期", id="a day that does not exist"),
    pytest.param(["handle", "tomorrow"], "起算日“tomorrow”不是日期", id="a word for a day"),
    pytest.param(["15x", "2026-03-02"], "看不懂期限“15x”", id="a length without a unit"),
    pytest.param(["handle", "2026-03-02", "--pack", "mars"], "没有名为“mars”的规则包", id="an unknown pack"),
    pytest.param(["handle", "1999-01-01"], "自 2005-05-01 起才有", id="before any rule"),
    pytest.param(["handle", "9999-12-30"], "超出了可以计算的日期范围", id="beyond the last date"),
    pytest.param(["handle", "2026-03-02", "--on", "x"], "--on“x”不是日期", id="a version day that is none"),
    pytest.param(["--batch", "missing.csv"], "无法读取 missing.csv", id="a file that is not there"),
    pytest.param(["--batch", "."], "无法读取", id="a folder for a file"),
]


class TestMistakes:
    @pytest.mark.parametrize(("words", "reason"), MISTAKES)
    def test_is_one_sentence_and_exit_code_two(self, words: list[str], reason: str) -> None:
        result = run(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert reason in result.stderr
        assert result.stderr.count("\n") == 1

    def test_a_file_without_the_columns_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "many.csv").write_text("规则,起算\nhandle,2026-03-02\n", encoding="utf-8")
        result = run("--batch", "many.csv")
        assert (result.exit_code, result.stderr) == (2, "many.csv 缺少列：rule、start（应有 rule,start）\n")
