"""The command ``xinfang import``: what it prints, where, and how it ends."""

import json
import re
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from desk.cli.main import main
from models.petition import Petition
from tasks.keeping.database import Database
from tasks.ledger.takeover import ImportProgress
from tests.data import make_ledger
from trials.harness.office import Office


@pytest.fixture
def xinfang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], casework: Database) -> "Command":
    return Command(monkeypatch, capsys)


class Command:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: object) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["xinfang", *map(str, words)])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return int(str(code)), out, err


def small(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(("收信日期,信访形式,信访人,标题", *rows)), encoding="gb18030")
    return path


GOOD = "2020-01-06,来信,甲测一,反映物业服务问题"
BAD = "2020-01-07,托人,乙测二,反映别的问题"


def test_ends_with_the_figures_and_says_where_the_bad_rows_are(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    xinfang = Command(monkeypatch, capsys)  # in a home without a database
    rejects = tmp_path / "退回.csv"
    code, out, err = xinfang("import", make_ledger.FILE, "--rejects", rejects)
    assert (code, out.splitlines()[-1]) == (1, "登记 480 件，退回 20 行，已登记过 0 行")
    assert str(rejects) in out
    assert "500/500" in err
    code, out, _ = xinfang("import", make_ledger.FILE, "--rejects", rejects)
    assert (code, out.splitlines()[-1]) == (1, "登记 0 件，退回 20 行，已登记过 480 行")


def test_ends_well_when_every_row_is_good_or_known(xinfang: Command, tmp_path: Path) -> None:
    path = small(tmp_path, GOOD)
    sums = "台账共 1 行 = 登记 1 + 退回 0 + 已登记过 0\n"
    assert xinfang("import", path)[:2] == (0, f"{sums}登记 1 件，退回 0 行，已登记过 0 行\n")
    code, out, _ = xinfang("import", path)
    known, sums, last = out.splitlines()
    assert (code, last) == (0, "登记 0 件，退回 0 行，已登记过 1 行")
    assert re.fullmatch(r"第 2 行：以前已登记为 XF-\d{4}-0001，未再登记", known)
    assert sums == "台账共 1 行 = 登记 0 + 退回 0 + 已登记过 1"


def test_prints_json_without_personal_data(xinfang: Command, tmp_path: Path) -> None:
    code, out, _ = xinfang("import", small(tmp_path, GOOD, BAD), "--json")
    found = json.loads(out)
    assert (code, found["registered"], found["rejected"], found["known"]) == (1, 1, 1, 0)
    assert found["rejects"] == [{"row": 3, "reason": "“信访形式”的“托人”不认识，请改为来信、来访、来电、网上之一"}]
    assert "测" not in out


def test_on_trial_registers_nothing(xinfang: Command, tmp_path: Path) -> None:
    path = small(tmp_path, GOOD)
    assert "试运行，未登记：可登记 1 件" in xinfang("import", path, "--dry-run")[1]
    assert xinfang("import", path)[1].splitlines()[-1] == "登记 1 件，退回 0 行，已登记过 0 行"


def test_names_the_officer_who_imports(xinfang: Command, office: Office, tmp_path: Path) -> None:
    path = small(tmp_path, GOOD)
    assert xinfang("import", path, "--officer", "X99")[0] == 1
    assert xinfang("import", path, "--officer", "Z01")[0] == 0
    with office.database.read() as session:
        assert session.exec(select(Petition.registrar_code)).all() == ["Z01"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("没有.csv", None, "找不到文件"),
        ("旧.xls", b"x", "另存为 .xlsx"),
        ("坏.xlsx", b"x", "不是有效的 XLSX"),
        ("无表头.csv", "甲,乙\n1,2\n".encode(), "看不出哪一列是收信日期"),
    ],
)
def test_refuses_a_file_it_cannot_use_in_one_sentence(
    xinfang: Command, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, out, err = xinfang("import", tmp_path / name)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_an_interruption_is_no_fault(xinfang: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, progress: ImportProgress, **__: object) -> None:
        progress(1, 2)
        raise KeyboardInterrupt

    monkeypatch.setattr("tasks.ledger.takeover.import_ledger", interrupted)
    code, _, err = xinfang("import", small(tmp_path, GOOD))
    assert code == 130
    assert "再运行一次同一文件即可接着办" in err
