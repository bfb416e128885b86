"""How the command line speaks: one Chinese sentence for an error, an exit code, never a traceback."""

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
REFUSED = 1
MISUSED = 2
PRINTED = 160
"""Width of tables that go into a file or another program."""
UNDEFINED_TABLE = "42P01"
"""What PostgreSQL says of a database that was never migrated."""
NO_SPACE = ("disk is full", "No space left on device", "could not extend file")
"""How SQLite, the operating system and PostgreSQL say that there is no room."""


def fail(sentence: str, code: int = REFUSED) -> NoReturn:
    """End with one sentence on the error stream."""
    sys.stderr.write(f"{_shown(sentence)}\n")
    raise SystemExit(code)


def say(sentence: str) -> None:
    """Print one line, in which nothing that was typed gives orders to the terminal."""
    _print(_shown(sentence))


def say_json(found: Any) -> None:
    """Print JSON for other programs."""
    _print(json.dumps(found, ensure_ascii=False, indent=2, default=str))


def _shown(text: str) -> str:
    if text.isprintable():  # almost every line: then nothing is imported for it
        return text
    from tasks.reading.plain import visible

    return visible(text)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def spoken(command: Callable[P, T]) -> Callable[P, T]:
    """Turn refusals and faults of a command into one Chinese sentence and an exit code."""

    @wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        from rules.errors import CaseworkError

        try:
            return command(*args, **kwargs)
        except CaseworkError as refused:
            fail(str(refused))
        except KeyboardInterrupt:
            fail("已中断", 130)
        except Exception as fault:
            if type(fault).__name__ == "Abort":  # typer's, for Ctrl-C or the end of input at a question
                fail("已取消", 130)
            fail(_explain(fault), MISUSED)

    return wrapper


def _explain(fault: Exception) -> str:
    name = type(fault).__name__
    if any(words in str(fault) for words in NO_SPACE):
        return "磁盘已满，这一步没有办理，已有案卷不受影响：请管理员清理磁盘空间，然后重新办理"
    if name == "OperationalError" or getattr(getattr(fault, "orig", None), "sqlstate", None) == UNDEFINED_TABLE:
        return "无法使用业务数据库：请先运行 xinfang up，或检查 XINFANG_HOME、XINFANG_DATABASE_URL"
    if name == "ValidationError" and "Settings" in str(fault):
        return f"设置有误，请检查 XINFANG_* 环境变量和 .env：{str(fault).splitlines()[1] if str(fault).count(chr(10)) else fault}"
    return f"系统故障（{name}：{fault}）。请把这句话和操作步骤告诉管理员".replace("\n", " ")


def table(title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print rows as a table."""
    import shutil

    from desk.cli.tables import drawn

    if not rows:
        say(f"{title}：无")
        return
    say(title)
    texts = [["" if cell is None else str(cell) for cell in row.values()] for row in rows]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PRINTED
    for line in drawn(list(rows[0]), texts, width=width):
        say(line)
