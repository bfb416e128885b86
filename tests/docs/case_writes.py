"""Finding in a source every way of writing to a case's rows: the petition, its shares, the parts of its people."""

import ast
import re
from collections.abc import Iterable, Iterator

from models.dispatch import Dispatch
from models.petition import Petition
from models.petitioner import Party

TABLES = {table.__name__: table for table in (Petition, Dispatch, Party)}
COLUMNS = frozenset(column for table in TABLES.values() for column in table.model_fields)
THE_DOORS_OWN = frozenset({"state", "last_seq", "head_hash", "head_seal"})
BY_NAME = ("setattr", "delattr", "__setattr__", "set_attribute", "set_committed_value")
"""Calls that name the attribute to be written in the last argument but one."""
IN_BULK = ("update", "insert", "delete", "bulk_update_mappings", "bulk_insert_mappings")
"""Calls that are given a table and write its rows without loading them."""
RAW = re.compile(rf"\b(?:UPDATE|INSERT\s+INTO|DELETE\s+FROM)\s+\"?({'|'.join(name.lower() for name in TABLES)})\b", re.I)


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Name every place that writes, or may write, a column of a case: its line, and what is written as it stands there.

    What an attribute belongs to is not known from its name alone: ``clock.state`` is named here too, and stands on the list
    of those who may.
    """
    announced = [node.target for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and node.value is None]
    for node in ast.walk(tree):
        if any(node is target for target in announced):
            continue  # an annotation without a value writes nothing
        for kind in (_assigned, _inside, _by_name, _in_bulk, _values, _made, _handed_over, _raw):
            for written in kind(node):
                yield getattr(node, "lineno", 0), written


def _assigned(node: ast.AST) -> Iterator[str]:
    """Attributes as targets, whatever assigns to them."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del) and node.attr in COLUMNS:
        yield ast.unparse(node)


def _inside(node: ast.AST) -> Iterator[str]:
    """Items of what an object is made of: ``row.__dict__`` or ``vars(row)``."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del) and _holds_columns(node.value):
        yield ast.unparse(node)


def _holds_columns(mapping: ast.expr) -> bool:
    return re.search(r"\.__dict__$|^vars\(", ast.unparse(mapping)) is not None


def _by_name(node: ast.AST) -> Iterator[str]:
    """A name that is put together as the program runs may be any column's."""
    if _called(node) == "sqlmodel_update":
        yield "sqlmodel_update(…)"
    if isinstance(node, ast.Call) and _called(node) in BY_NAME and _may_name_a_column(node.args[-2:-1]):
        yield f"{_called(node)}({', '.join(ast.unparse(one) for one in node.args[:-1])})"


def _may_name_a_column(named: list[ast.expr]) -> bool:
    return any(not isinstance(one, ast.Constant) or one.value in COLUMNS for one in named)


def _in_bulk(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and _called(node) in IN_BULK and node.args:
        if _last(node.args[0]) in TABLES:
            yield f"{_called(node)}({ast.unparse(node.args[0])})"
        elif found := sorted(_keys(node.args) & COLUMNS):
            yield f"{_called(node)}({{{', '.join(found)}}})"


def _values(node: ast.AST) -> Iterator[str]:
    """``values(...)`` of a statement that does not name another table than a case's."""
    if isinstance(node, ast.Call) and _called(node) == "values":
        given = {keyword.arg or "**" for keyword in node.keywords} | _keys(node.args)
        if (found := sorted(given & {*COLUMNS, "**"})) and not _of_another_table(node):
            yield f"values({', '.join(found)})"


def _made(node: ast.AST) -> Iterator[str]:
    if _called(node) in TABLES:
        yield f"{_called(node)}(…)"


def _handed_over(node: ast.AST) -> Iterator[str]:
    """What a change may not bring, for the door itself writes it behind its checks."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in ("columns", "changes", "values") and (own := sorted(_keys([keyword.value]) & THE_DOORS_OWN)):
                yield f"{keyword.arg}={{{', '.join(own)}}}"
        if _called(node) == "RowChange" and (own := sorted(_keys(node.args) & THE_DOORS_OWN)):
            yield f"RowChange({', '.join(own)})"


def _raw(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := RAW.search(node.value)):
        yield f"SQL on {found[1].lower()}"


def _called(node: ast.AST) -> str:
    return _last(node.func) if isinstance(node, ast.Call) else ""


def _last(named: ast.expr) -> str:
    return named.attr if isinstance(named, ast.Attribute) else named.id if isinstance(named, ast.Name) else ""


def _keys(values: Iterable[ast.expr]) -> set[str]:
    """Keys of every mapping that is written out in expressions, as text, as ``Table.column`` or in a call of ``dict``."""
    found: set[str] = set()
    for node in (node for value in values for node in ast.walk(value)):
        if isinstance(node, ast.Dict):
            found |= {str(key.value) if isinstance(key, ast.Constant) else _last(key) for key in node.keys if key is not None}
        elif isinstance(node, ast.Call) and _called(node) == "dict":
            found |= {keyword.arg for keyword in node.keywords if keyword.arg}
    return found


def _of_another_table(call: ast.Call) -> bool:
    """Say whether the statement that ``values`` belongs to names a table, and that not a case's."""
    tables = [_last(node.args[0]) for node in ast.walk(call.func) if isinstance(node, ast.Call) and _is_statement(node)]
    return any(table[:1].isupper() and table not in TABLES for table in tables)


def _is_statement(call: ast.Call) -> bool:
    return _called(call) in ("update", "insert") and bool(call.args)
