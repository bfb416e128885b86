"""Does every statement of a life find its rows by an index? Asked of PostgreSQL's planner, statement by statement."""

import re
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from sqlalchemy import event

from tasks.keeping.database import Database
from trials.bench.filling import TABLES

Sent = tuple[str, Any]
WHOLE_TABLE = re.compile(rf"Seq Scan on ({'|'.join(TABLES)})\b")
BY_INDEX = re.compile(rf"Index (Only )?Scan .*on ({'|'.join(TABLES)})\b")
EXPLAINED = ("SELECT", "UPDATE", "DELETE", "WITH")


def statements_of(made: Database, do: Callable[[], object]) -> list[Sent]:
    """Do something and return the statements that it sent, with their parameters, in order."""
    sent: list[Sent] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(made.engine, "before_cursor_execute", note)
    try:
        do()
    finally:
        event.remove(made.engine, "before_cursor_execute", note)
    return sent


def read_through(made: Database, sent: list[Sent], *, forced: bool) -> list[str]:
    """Name the statements that would read a whole growing table, with the line of the plan that says so.

    With ``forced`` the planner has to use an index wherever there is one: it then tells on a small database, too, what has
    none. PostgreSQL only.
    """
    found = []
    with made.engine.connect() as connection:
        if forced:
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in sent:
            if not statement.lstrip().startswith(EXPLAINED):
                continue
            one = parameters[0] if isinstance(parameters, list) else parameters  # the same statement sent for several rows
            plan = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", one)]
            found += [f"{scan}: {' '.join(statement.split())[:200]}" for scan in _whole(plan)]
        connection.rollback()
    return found


def _whole(plan: list[str]) -> list[str]:
    """Find the scans of a whole table, or of a whole index unless a page's end stops it."""
    found = [line.strip() for line in plan if WHOLE_TABLE.search(line)]
    if plan[0].startswith("Limit"):
        return found
    for number, line in enumerate(plan):
        if BY_INDEX.search(line):
            own = list(takewhile(lambda more: "->" not in more, plan[number + 1 :]))
            found += [] if any("Index Cond" in more for more in own) else [line.strip()]
    return found
