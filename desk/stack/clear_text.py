"""Looking for clear text: reads every file and every table as a thief would, and says where something shows."""

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.pool import NullPool

from rules.errors import CaseworkError
from tasks.keeping.settings import Settings

SECRET_FILES = ("keys.txt", "engine-password.txt")
"""Files that are secret themselves and hold nobody's data."""

Searched = tuple[str, Callable[[], bytes]]
"""Where to look, and how to read it."""


class ClearTextError(CaseworkError):
    """Something that must be sealed can be read, or the search proves nothing."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was looked through and what showed; a leak names its place and kind, never the text itself."""

    files: int
    tables: int
    patterns: int
    leaks: tuple[str, ...]
    controls: tuple[str, ...]
    """The files and tables in which a text was found that stands there in clear on purpose."""


def search_clear_text(chosen: Settings, secrets: Mapping[str, str], controls: Sequence[str]) -> Search:
    """Look for texts (with their kinds) in all files of the home and all tables of both databases.

    Files are read as bytes, so that deleted rows, free pages and write-ahead logs count too. PostgreSQL's own files
    are out of reach: there only what its tables return is seen.
    """
    wanted = {pattern: kind for text, kind in secrets.items() for pattern in encodings(text)}
    known = [pattern for text in controls for pattern in encodings(text)]
    files, tables = list(_files(chosen.home)), list(_tables(chosen))
    leaks: dict[str, None] = {}
    shown = []
    for name, read in [*files, *tables]:
        content = read()
        leaks |= {f"{name}：{kind}": None for pattern, kind in wanted.items() if pattern in content}
        shown += [name] if any(pattern in content for pattern in known) else []
    return Search(files=len(files), tables=len(tables), patterns=len(wanted), leaks=tuple(leaks), controls=tuple(shown))


def demand_no_clear_text(found: Search) -> str:
    """Turn a search into one line; raises ``ClearTextError`` when it found something, or could not have."""
    if found.leaks:
        raise ClearTextError(f"个人信息以明文出现在 {len(found.leaks)} 处：{'；'.join(found.leaks)}")
    read = {place.partition(".")[0] for place in found.controls}
    if not found.patterns or not {"casework", "prefect"} <= read:
        raise ClearTextError("明文检查无效：连应当能看到的标题也没有找到，请检查 XINFANG_HOME 和数据库设置")
    return (
        f"no personal data in clear text: {found.files} files, {found.tables} tables, {found.patterns} patterns "
        f"(titles, which are not sealed, were found in {len(found.controls)} of them)"
    )


def encodings(text: str) -> set[bytes]:
    """Write a text in every way in which it could lie about: UTF-8, JSON, JSON within JSON."""
    escaped = json.dumps(text)[1:-1]
    return {text.encode(), escaped.encode(), escaped.replace("\\", "\\\\").encode(), text.encode("utf-16-le")}


def _files(home: Path) -> Iterator[Searched]:
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.name not in SECRET_FILES:
            yield str(path.relative_to(home)), partial(_read_if_there, path)


def _read_if_there(path: Path) -> bytes:
    """Read a file in a process of its own; nothing when it has just gone.

    SQLite locks its files by process, and closing any handle of a file gives all of the process's locks on it away
    (POSIX): read here, a database that is open in this process could be damaged by the next writer.
    """
    done = subprocess.run(["cat", "--", str(path)], capture_output=True, check=False)
    if done.returncode and path.exists():
        raise ClearTextError(f"文件 {path} 无法读取，没有查完")
    return done.stdout


def _tables(chosen: Settings) -> Iterator[Searched]:
    engine_url = chosen.prefect_database_url.replace("+asyncpg", "+psycopg")
    for name, url in {
        "casework": chosen.casework_url,
        "prefect": engine_url or f"sqlite:///{chosen.home.resolve() / 'prefect' / 'prefect.db'}",
    }.items():
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        kind = "BLOB" if engine.dialect.name == "sqlite" else "text"  # a value's own characters, not a row's, which are escaped
        quote = engine.dialect.identifier_preparer.quote
        for table, columns in _columns(engine).items():
            cells = ", ".join(f"CAST({quote(column)} AS {kind})" for column in columns)
            yield f"{name}.{table}", partial(_read_table, engine, f"SELECT {cells} FROM {quote(table)}")


def _columns(engine: Engine) -> dict[str, list[str]]:
    found = inspect(engine)
    return {table: [str(column["name"]) for column in found.get_columns(table)] for table in found.get_table_names()}


def _read_table(engine: Engine, query: str) -> bytes:
    with engine.connect() as connection:
        return b"\n".join(_cells(connection.exec_driver_sql(query)))


def _cells(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    for row in rows:
        for cell in row:
            yield cell if isinstance(cell, bytes) else str(cell).encode()
