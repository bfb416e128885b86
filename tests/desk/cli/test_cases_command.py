"""The commands for looking at petitions and deciding them, as a clerk types them."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from desk.cli import main as cli
from rules.zone import SHANGHAI
from trials.harness.office import Office


@pytest.fixture
def xinfang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Typist":
    return Typist(monkeypatch, capsys)


class Typist:
    """Types a command and reads what comes back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.argv", ["xinfang", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = self._capsys.readouterr()
        return code, said.out, said.err


SCREENED = ("--set", "经办人工号=Z01", "--set", "信访事项类别=申诉求决", "--set", "内容分类=城乡建设/物业服务")


def test_list_shows_stage_and_dues_as_json(office: Office, xinfang: Typist) -> None:
    number = office.register()
    code, out, _ = xinfang("list", "--json")
    row = json.loads(out)[0]
    assert (code, row["number"], row["state"], row["waiting_for"]) == (0, number, "registered", "待甄别")
    assert row["office_due_on"] == "2026-03-17"


def test_show_masks_the_people(office: Office, xinfang: Typist) -> None:
    number = office.register()
    code, out, _ = xinfang("show", number)
    assert code == 0
    assert "测" in out
    assert "测试人1" not in out


def test_decide_takes_the_fields_by_their_chinese_titles(office: Office, xinfang: Typist) -> None:
    number = office.register()
    code, out, err = xinfang("decide", number, "待甄别", *SCREENED)
    assert (code, err) == (0, "")
    assert "当前状态：拟办" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("decide", "XF-2026-0001", "--set", "经办人工号=L-SZJ"), 1, "须由接访员", id="the wrong role"),
        pytest.param(
            ("decide", "XF-2026-0001", "待结案", "--set", "经办人工号=D01"), 1, "不能办理“待结案”", id="a step not reached"
        ),
        pytest.param(("decide", "XF-2026-0001", "--set", "颜色=红"), 2, "没有字段“颜色”", id="an unknown field"),
        pytest.param(("decide", "XF-2026-0099"), 1, "没有编号为“XF-2026-0099”", id="an unknown petition"),
        pytest.param(("show", "不是编号"), 1, "没有编号为", id="not a number at all"),
        pytest.param(("list", "--stage", "没有的阶段"), 2, "可选", id="an unknown stage"),
        pytest.param(("list", "--unit", "没有的局"), 1, "没有名为“没有的局”的单位", id="an unknown unit"),
        pytest.param(("fly",), 2, "命令用法不对", id="an unknown command"),
    ],
)
def test_a_mistake_gets_one_sentence_and_an_exit_code(
    office: Office, xinfang: Typist, words: tuple[str, ...], code: int, said: str
) -> None:
    office.register()
    got, out, err = xinfang(*words)
    assert (got, out) == (code, "")
    assert said in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_verify_names_what_was_changed(office: Office, xinfang: Typist) -> None:
    number = office.register()
    assert xinfang("verify")[0] == 0
    with office.database.write() as session:
        session.execute(text("UPDATE petition SET state = 'archived'"))
    code, out, _ = xinfang("verify")
    assert code == 1
    assert number in out


def test_a_missing_database_is_said_in_one_sentence(home: Path, xinfang: Typist) -> None:
    assert home.exists()
    code, _, err = xinfang("list")
    assert code == 1
    assert "xinfang up" in err


def test_attach_keeps_a_paper_sealed(office: Office, xinfang: Typist, tmp_path: Path) -> None:
    number = office.register()
    paper = tmp_path / "原信.txt"
    paper.write_text("原信内容", encoding="utf-8")
    code, out, _ = xinfang("attach", number, str(paper), "--officer", "Z01", "--kind", "原信")
    assert code == 0
    assert "SHA-256" in out
    stored = [path.read_bytes() for path in (tmp_path / "papers").rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert "原信内容".encode() not in stored[0]


def test_letters_lists_what_has_not_left(office: Office, xinfang: Typist) -> None:
    number = office.register()
    _, out, _ = xinfang("letters")
    assert "收件回执" in out
    assert number in out
    assert office.letters(number)[0].next_try_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") in out
    office.send_letters()
    assert "无" in xinfang("letters")[1]
