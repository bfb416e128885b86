"""A wrong command line is answered in Chinese, whatever the parser says of it."""

import re
import sys

import pytest

from desk.cli import main as cli


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setattr(sys, "argv", ["xinfang", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    return capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param("fly", "没有命令 fly", id="a command that there is not"),
        pytest.param("calendar imprt", "没有命令 imprt（是否要用 import？）", id="a command that was nearly right"),
        pytest.param("list --jsno", "没有选项 --jsno（是否要用 --json？）", id="an option that was nearly right"),
        pytest.param("due --fly", "没有选项 --fly", id="an option that there is not"),
        pytest.param("show", "缺少编号", id="a missing argument"),
        pytest.param("simulate --seed", "选项 --seed 后面要写明内容", id="an option without its value"),
        pytest.param("list --json=yes", "选项 --json 后面不写内容", id="a switch with a value"),
        pytest.param("show a b", "多写了“b”", id="an argument too many"),
        pytest.param("simulate --seed x", "--seed 应为整数", id="words where a number belongs"),
        pytest.param("simulate --petitions 0", "--petitions 不得小于 1", id="a number that is too small"),
    ],
)
def test_what_is_wrong_with_a_command_line(
    words: str, sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = said(capsys, monkeypatch, *words.split())
    assert re.fullmatch(rf"命令用法不对：{re.escape(sentence)}。用 .+ --help 查看用法", found)


def test_a_group_without_a_command_shows_its_help_and_no_reproach(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = said(capsys, monkeypatch, "clock")
    assert "suspend" in found
    assert "命令用法不对" not in found
