"""The commands about calendars and limits as a clerk types them: look, ask, apply, take back; and why a date is what it is."""

import json
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tasks.keeping.settings import settings
from tests.conftest import WANTED
from tests.desk.cli.test_cases_command import Typist
from tests.tasks.sweeping.test_calendar_import import (
    ARRIVES,
    CITY_DAY,
    EARLIER,
    LATER,
    NOTICE,
    ends,
    everything,
    on,
    received,
    signed,
)
from trials.harness.office import Office, day

# What is typed and printed is the same on every database; what is applied is tried on each.
once = pytest.mark.parametrize("casework", WANTED[:1], indirect=True)

BY = ("--officer", "D01")


@pytest.fixture
def xinfang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typist:
    it_is(monkeypatch, ARRIVES)
    return Typist(monkeypatch, capsys)


def it_is(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    """Set the desk's clock."""
    for module in ("calendars", "limits", "cases"):
        monkeypatch.setattr(f"desk.cli.{module}.now", lambda: instant)


@pytest.fixture
def notice(tmp_path: Path) -> str:
    path = tmp_path / "放假通知.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return str(path)


def typed(xinfang: Typist, *words: str) -> str:
    """What a command prints that must succeed."""
    code, out, err = xinfang(*words)
    assert (code, err) == (0, "")
    return out


def answer(xinfang: Typist, *words: str) -> Any:
    return json.loads(typed(xinfang, *words, "--json"))


class TestImport:
    @pytest.mark.parametrize(
        ("reply", "due", "said"),
        [
            pytest.param("n\n", ("01-04", True), "未作任何改动", id="no => nothing is changed"),
            pytest.param("\n", ("01-04", True), "未作任何改动", id="just return => nothing is changed"),
            pytest.param("y\n", ("01-05", False), "已逐件记入案卷", id="yes => applied"),
        ],
    )
    def test_shows_what_moves_and_asks(
        self,
        office: Office,
        xinfang: Typist,
        monkeypatch: pytest.MonkeyPatch,
        notice: str,
        reply: str,
        due: tuple[str, bool],
        said: str,
    ) -> None:
        number, before = received(office), everything(office)
        monkeypatch.setattr("sys.stdin", StringIO(reply))
        code, out, _ = xinfang("calendar", "import", notice, *BY)
        assert (code, ends(office, number)) == (0, due)
        for words in ("2027年日历", number, "2027-01-04（暂定）", "2027-01-05", "推后 1 日", "是否生效", said):
            assert words in out
        assert (everything(office) == before) is due[1]

    def test_shows_also_what_would_move_earlier(self, office: Office, xinfang: Typist, notice: str) -> None:
        received(office, EARLIER)
        out = typed(xinfang, "calendar", "import", notice, "--dry-run")
        assert "2027-01-11（暂定）" in out
        assert "新日历为 2027-01-10，不提前" in out

    @once
    def test_says_by_how_much_a_date_moves_earlier_where_the_setting_allows_it(
        self, office: Office, xinfang: Typist, monkeypatch: pytest.MonkeyPatch, notice: str
    ) -> None:
        received(office, EARLIER)
        monkeypatch.setenv("XINFANG_CALENDAR_MOVES_EARLIER", "true")
        settings.cache_clear()
        assert "提前 1 日" in typed(xinfang, "calendar", "import", notice, "--dry-run")

    @once
    def test_applies_at_once_with_yes(self, office: Office, xinfang: Typist, notice: str) -> None:
        numbers = [received(office), received(office, EARLIER)]
        out = typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        assert "已导入（第 1 号）：2 件信访、4 个期限；推后 2，提前 0，按设置不提前 2" in out
        assert [ends(office, number) for number in numbers] == [("01-05", False), ("01-11", False)]

    @once
    def test_changes_nothing_in_a_dry_run(self, office: Office, xinfang: Typist, notice: str) -> None:
        number = received(office)
        before = everything(office)
        assert "推后 1 日" in typed(xinfang, "calendar", "import", notice, "--dry-run")
        assert (everything(office), ends(office, number)) == (before, ("01-04", True))

    @once
    @pytest.mark.parametrize("how", ["--dry-run", "--yes"])
    def test_lists_every_move_as_json(self, office: Office, xinfang: Typist, notice: str, how: str) -> None:
        number = received(office)
        moves = answer(xinfang, "calendar", "import", notice, how, *BY)["moves"]
        assert [(move["number"], move["before"], move["after"], move["days"]) for move in moves] == [
            (number, "2027-01-04", "2027-01-05", 1)
        ] * 2

    @once
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            pytest.param("通知.txt", NOTICE.encode("gb18030"), id="in GBK"),
            pytest.param("通知.txt", NOTICE.encode("utf-8-sig"), id="with a byte order mark"),
            pytest.param("市庆.toml", CITY_DAY.replace("01-05", "01-04").encode(), id="as TOML"),
        ],
    )
    def test_reads_a_file(self, office: Office, xinfang: Typist, tmp_path: Path, name: str, content: bytes) -> None:
        number = received(office)
        (tmp_path / name).write_bytes(content)
        typed(xinfang, "calendar", "import", str(tmp_path / name), "--yes", *BY)
        assert ends(office, number)[0] == "01-05"

    @once
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            pytest.param("今天天气很好。".encode(), "没有读到“一、元旦：……”这样的条目", id="another text"),
            pytest.param(b"", "没有读到", id="nothing"),
            pytest.param(NOTICE.replace("周五）至4日", "周六）至4日").encode(), "2027-01-01 是周五", id="a wrong weekday"),
            pytest.param(b'scope = "local"\n[[rest]]\nholiday = "x"\nform = 2027-01-05\n', "缺少 from", id="a misspelt field"),
            pytest.param(b"\x89PNG\r\n\x1a\n\xff\xff\x00", "不是文本文件", id="a picture"),
            pytest.param(NOTICE.encode("utf-16"), "不是文本文件", id="a text in UTF-16"),
            pytest.param(None, "无法读取", id="no file at all"),
        ],
    )
    def test_refuses_in_one_sentence(
        self, office: Office, xinfang: Typist, tmp_path: Path, content: bytes | None, said: str
    ) -> None:
        path = tmp_path / "日历.txt"
        if content is not None:
            path.write_bytes(content)
        code, out, err = xinfang("calendar", "import", str(path), "--yes", *BY)
        assert (code != 0, out, err.count("\n"), "日历.txt" in err) == (True, "", 1, True)
        assert said in err

    @once
    @pytest.mark.parametrize(
        ("command", "officer", "said"),
        [
            pytest.param("import", "Z01", "须由信访办主任办理", id="importing by a clerk"),
            pytest.param("import", "X99", "没有工号“X99”", id="importing by nobody known"),
            pytest.param("recount", "F01", "须由信访办主任办理", id="counting anew by the vice-chair"),
            pytest.param("rollback", "A01", "须由信访办主任办理", id="taking back by the archivist"),
        ],
    )
    def test_and_the_other_changes_are_the_directors(
        self, office: Office, xinfang: Typist, monkeypatch: pytest.MonkeyPatch, notice: str, command: str, officer: str, said: str
    ) -> None:
        received(office)
        words = {"import": [notice, "--yes"], "recount": ["--yes"], "rollback": ["1"]}[command]
        if command == "rollback":
            typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        if command == "recount":
            monkeypatch.setenv("XINFANG_CALENDAR_OVERLAY", _city_file(Path(notice).parent))
            settings.cache_clear()
        before = everything(office)
        code, _, err = xinfang("calendar", command, *words, "--officer", officer)
        assert (code, err.count("\n"), everything(office)) == (1, 1, before)
        assert said in err

    @once
    def test_twice_is_refused(self, office: Office, xinfang: Typist, notice: str) -> None:
        typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        code, out, err = xinfang("calendar", "import", notice, "--yes", *BY)
        assert (code, out, err) == (1, "", "这份日历已经导入过（第 1 号），没有变化\n")


def _city_file(folder: Path) -> str:
    path = folder / "本地.toml"
    path.write_text(CITY_DAY.replace("01-05", "01-04"), encoding="utf-8")
    return str(path)


class TestListRollbackAndRecount:
    def test_list_names_every_import_and_whether_it_counts(self, office: Office, xinfang: Typist, notice: str) -> None:
        assert "导入记录：无" in typed(xinfang, "calendar", "list")
        typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        assert "国务院办公厅关于2027年部分节假日安排的通知" in typed(xinfang, "calendar", "list").replace("\n", "")
        found = answer(xinfang, "calendar", "list")
        assert (found["years"][-1], found["imports"][0]["状态"], found["imports"][0]["工号"]) == (2027, "有效", "D01")
        typed(xinfang, "calendar", "rollback", "1", *BY)
        found = answer(xinfang, "calendar", "list")
        assert (found["years"][-1], found["imports"][0]["状态"]) == (2026, "已撤销（D01）")

    def test_rollback_restores_the_dates_and_says_how_many(self, office: Office, xinfang: Typist, notice: str) -> None:
        number = received(office)
        typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        assert "已撤销第 1 号：1 件信访、2 个期限" in typed(xinfang, "calendar", "rollback", "1", *BY)
        assert ends(office, number) == ("01-04", True)
        assert typed(xinfang, "verify").endswith("未发现问题\n")

    @once
    @pytest.mark.parametrize(
        ("number", "said"),
        [
            pytest.param("9", "没有第 9 号日历导入", id="one that is not there"),
            pytest.param("1", "请先撤销其后导入的第 2 号日历", id="one under a newer one"),
        ],
    )
    def test_rollback_refuses(self, office: Office, xinfang: Typist, notice: str, number: str, said: str) -> None:
        typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        typed(xinfang, "calendar", "import", _city_file(Path(notice).parent), "--yes", *BY)
        code, out, err = xinfang("calendar", "rollback", number, *BY)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert said in err

    @once
    def test_recount_settles_what_a_file_of_the_office_brings(
        self, office: Office, xinfang: Typist, monkeypatch: pytest.MonkeyPatch, notice: str
    ) -> None:
        number = received(office)
        assert "受影响的期限 0 个：无" in typed(xinfang, "calendar", "recount")
        monkeypatch.setenv("XINFANG_CALENDAR_OVERLAY", _city_file(Path(notice).parent))
        settings.cache_clear()
        assert "推后 1 日" in typed(xinfang, "calendar", "recount", "--dry-run")
        assert ends(office, number) == ("01-04", True)
        assert "已重算" in typed(xinfang, "calendar", "recount", "--yes", *BY)
        assert ends(office, number) == ("01-05", True)


class TestWhyThisDate:
    def test_due_uses_an_imported_calendar(self, office: Office, xinfang: Typist, notice: str) -> None:
        assert answer(xinfang, "due", "divert", LATER)["provisional"] is True
        typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        found = answer(xinfang, "due", "divert", LATER)
        assert (found["effective"], found["provisional"]) == ("2027-01-05", False)

    def test_due_clocks_and_show_say_the_same_lines(self, office: Office, xinfang: Typist, notice: str) -> None:
        number = received(office)
        typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        by_due = answer(xinfang, "due", "divert", LATER, "--explain")["steps"]
        (by_clocks,) = [row["说明"] for row in answer(xinfang, "clocks", number) if row["期限"].startswith("分流")]
        shown = [row["说明"] for row in answer(xinfang, "show", number)["why"]]
        assert by_due == by_clocks == shown[: len(by_due)]

    @once
    def test_clocks_explains_line_by_line_only_when_asked(self, office: Office, xinfang: Typist) -> None:
        number = received(office)
        short, long = typed(xinfang, "clocks", number), typed(xinfang, "clocks", number, "--explain")
        assert ("起算：2026-12-20（周日）" in short, "起算：2026-12-20（周日）" in long) == (False, True)
        for line in office.clocks(number)["divert"].why:
            assert f"  {line}\n" in long

    @once
    @pytest.mark.parametrize("kept", [True, False], ids=["a date that was kept", "a limit that stood still"])
    def test_show_and_clocks_also_explain(self, office: Office, xinfang: Typist, notice: str, kept: bool) -> None:
        number = received(office, EARLIER) if kept else signed(office)
        if kept:
            typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        else:
            suspend(office, xinfang, number)
        lines = [line for row in answer(xinfang, "clocks", number) if row["状态"] != "已停止" for line in row["说明"]]
        assert [row["说明"] for row in answer(xinfang, "show", number)["why"]] == lines
        assert any(line.startswith("保留：" if kept else "中止：") for line in lines)

    @once
    @pytest.mark.parametrize("command", ["list", "show", "clocks"])
    def test_a_provisional_date_is_marked_in(self, office: Office, xinfang: Typist, notice: str, command: str) -> None:
        number = received(office)
        words = [command] if command == "list" else [command, number]
        assert "暂定" in typed(xinfang, *words)
        typed(xinfang, "calendar", "import", notice, "--yes", *BY)
        assert "暂定" not in typed(xinfang, *words)

    @once
    def test_the_list_marks_the_date_that_is_provisional_and_no_other(self, office: Office, xinfang: Typist) -> None:
        """The upstream letter's limit ends in December, the unit's sixty days in the year without a calendar."""
        number = office.assigned("市住建局", as_of=on("2026-12-28"), upstream_due_on=day("2027-01-06"))
        office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=on("2026-12-28", 10))
        (line,) = [line for line in typed(xinfang, "list").splitlines() if number in line]
        assert [cell.strip() for cell in line.split("│") if "暂定" in cell] == ["2027-02-26（暂定）"]


def suspend(office: Office, xinfang: Typist, number: str, *more: str) -> str:
    clock = str(office.clocks(number)["assign"].number)
    words = ("--officer", "D01", "--reason", "委托鉴定", "--basis", "某市信访条例 第一条")
    return typed(xinfang, "clock", "suspend", number, clock, *words, *more)


class TestLimits:
    def test_suspend_and_resume_move_the_date_by_the_days_between(
        self, office: Office, xinfang: Typist, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = signed(office)
        assert "起中止计时，依据：某市信访条例 第一条" in suspend(office, xinfang, number)
        it_is(monkeypatch, on("2027-01-10"))
        clock = str(office.clocks(number)["assign"].number)
        said = typed(xinfang, "clock", "resume", number, clock, "--officer", "Z01", "--reason", "已鉴定")
        assert "共中止 10 日，届满日 2027-02-18（暂定）" in said
        assert ends(office, number, "assign") == ("02-18", True)

    @once
    def test_reply_stops_a_promise(self, office: Office, xinfang: Typist) -> None:
        number = signed(office)
        office.decide(
            number, "oversee", "Z01", as_of=on("2026-12-30"), choice="电话催办", text="询问进度", promised_on="2027-01-08"
        )
        clock = str(office.clocks(number)["promise"].number)
        assert "停止计时" in typed(xinfang, "clock", "reply", number, clock, "--officer", "Z01", "--said", "已答复")
        assert office.clocks(number)["promise"].state.value == "stopped"

    @once
    def test_step_moves_a_ladder_on_that_is_late(self, office: Office, xinfang: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
        number = signed(office)
        it_is(monkeypatch, on("2027-02-20"))
        words = ("--officer", "F01", "--reason", "当面报告", "--dispatch", "1")
        assert "已登记：to_leader" in typed(xinfang, "clock", "step", number, "to_leader", *words)
        assert office.clocks(number)["assign"].next_rung == "missed"
        assert "报告分管副主任（2027-02-20，" in next(
            row["已过"] for row in answer(xinfang, "clocks", number) if row["派件"] and row["已过"]
        )

    @once
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            pytest.param(["suspend", "99", *BY, "--reason", "x", "--basis", "y"], "没有第 99 号期限", id="an unknown limit"),
            pytest.param(
                ["suspend", "1", "--officer", "Z01", "--reason", "x", "--basis", "y"], "须由信访办主任", id="a clerk suspending"
            ),
            pytest.param(["suspend", "1", *BY, "--reason", "x"], "须写明法律依据", id="suspending without a basis"),
            pytest.param(["resume", "1", *BY, "--reason", "x"], "没有中止", id="resuming what runs"),
            pytest.param(["reply", "1", *BY, "--said", "x"], "不是等待反馈的", id="an answer to a limit of the office"),
            pytest.param(["step", "to_mars", *BY, "--reason", "x"], "升级阶梯中没有“to_mars”，可填：", id="an unknown step"),
        ],
    )
    def test_refuse_in_one_sentence(self, office: Office, xinfang: Typist, words: list[str], said: str) -> None:
        number = received(office)
        code, out, err = xinfang("clock", words[0], number, *words[1:])
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert said in err


def test_the_end_of_input_at_a_question_cancels_and_is_no_fault(
    office: Office, xinfang: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.register()
    monkeypatch.setattr("sys.stdin", StringIO(""))
    code, _, err = xinfang("decide", number)
    assert (code, "已取消" in err, "系统故障" in err) == (130, True, False)
    assert len(office.events(number)) == 1
