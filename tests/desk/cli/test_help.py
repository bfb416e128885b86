"""Help is in Chinese on every page, in columns that hold with wide characters."""

import re
import sys
from collections.abc import Iterator

import pytest
import typer.main
from rich.cells import cell_len

from desk.cli import main as cli
from desk.cli.app import app
from desk.cli.help import in_chinese


def pages(command: object, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, part in getattr(command, "commands", {}).items():
        yield from pages(part, *path, name)


PAGES = list(pages(typer.main.get_command(app)))
ENGLISH = re.compile(r"usage|options|commands?|arguments?|args|show this|required|default\b|text|<int|<str|<path", re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES, ids=" ".join)
def test_a_page_of_help(path: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["xinfang", *path, "--help"])
    cli.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("用法：")
    assert [line for line in lines[1:] if ENGLISH.search(line)] == []
    assert [line for line in lines if cell_len(line) > 80] == []


def test_every_command_has_a_page() -> None:
    assert {("up",), ("calendar", "import"), ("clock", "step")} <= set(PAGES)


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        pytest.param("[OPTIONS] COMMAND [ARGS]...", "[选项] 命令 [参数]...", id="how a command is written"),
        pytest.param("--seed <int range>", "--seed <整数>", id="a number between bounds"),
        pytest.param("（TOML）[required]", "（TOML）[必填]", id="what must be given"),
        pytest.param("--default-text", "--default-text", id="an option's own name stays"),
    ],
)
def test_the_parsers_words_are_put_into_chinese(said: str, ours: str) -> None:
    assert in_chinese(said) == ours
