"""The pages that ``--help`` shows, in Chinese throughout and in columns that hold with wide characters."""

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any

import typer

HEADINGS = {"Options": "选项", "Arguments": "参数", "Commands": "命令"}
WORDS = {
    "OPTIONS": "选项",
    "COMMAND": "命令",
    "ARGS": "参数",
    "<str>": "<文字>",
    "<int range>": "<整数>",
    "<int>": "<整数>",
    "<path>": "<路径>",
    "required": "必填",
    "default": "默认",
    "Show this message and exit.": "显示本说明",
}
"""The parser's own words on such a page."""

_OURS = re.compile("|".join(rf"(?<![-\w]){re.escape(word)}(?![-\w])" for word in WORDS))
_OwnHelp = typer.Context.formatter_class


class ChineseHelp(_OwnHelp):  # type: ignore[misc, valid-type]
    """Lays out a page of help."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is written."""
        super().write_usage(prog, in_chinese(args), prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write what stands above a list."""
        self.write(f"{'':>{self.current_indent}}{HEADINGS.get(heading, heading)}：\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options, arguments or commands in two columns."""
        from rich.table import Table

        del col_max
        grid = Table.grid(padding=(0, col_spacing, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column()
        for name, meaning in rows:
            grid.add_row(" " * self.current_indent + in_chinese(name), in_chinese(meaning))
        self._draw(grid)

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        from rich.padding import Padding

        self._draw(Padding(text, (0, 0, 0, self.current_indent)))

    def _draw(self, what: Any) -> None:
        from rich.console import Console

        page = StringIO()
        Console(file=page, width=self.width, color_system=None, markup=False, highlight=False, emoji=False).print(what)
        self.write("".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines()))


def in_chinese(said: str) -> str:
    """Put the parser's own words into Chinese; ours are left as they are."""
    return _OURS.sub(lambda found: WORDS[found[0]], said)


def speak_chinese() -> None:
    """Let every command of this process show its help in this way."""
    owner = next(kind for kind in typer.Context.__mro__ if "formatter_class" in vars(kind))
    owner.formatter_class = ChineseHelp  # type: ignore[attr-defined]
