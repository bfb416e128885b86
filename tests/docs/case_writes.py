"""Finding in a source every way of writing to a case's rows: the petition, its shares, people, papers and limits."""

import ast
import re
from collections.abc import Iterable, Iterator

from sqlalchemy import JSON
from sqlmodel import SQLModel

from models.attachment import Attachment
from models.clock import Clock
from models.dispatch import Dispatch
from models.petition import Petition
from models.petitioner import Party, Petitioner

TABLES = {table.__name__: table for table in (Petition, Dispatch, Party, Petitioner, Attachment, Clock)}
COLUMNS = frozenset(column for table in TABLES.values() for column in table.model_fields)
HOLDING = frozenset(
    one.name
    for table in SQLModel.metadata.tables.values()
    for one in table.columns
    if table.name in {name.lower() for name in TABLES} and isinstance(one.type, JSON)
)
"""Columns whose value can be changed without writing to the column: lists and mappings."""
CHANGING = frozenset(
    {"append", "extend", "insert", "remove", "pop", "popitem", "clear", "sort", "reverse", "update", "setdefault"}
)
"""What lists and mappings are changed by."""
THE_DOORS_OWN = frozenset({"state", "last_seq", "head_hash", "head_seal"})
BY_NAME = ("setattr", "delattr", "__setattr__", "set_attribute", "set_committed_value", "flag_modified")
"""Calls that name the attribute to be written in the last argument but one, or in the last where there is no value."""
WITHOUT_VALUE = ("delattr", "flag_modified")
IN_BULK = ("update", "insert", "delete", "bulk_update_mappings", "bulk_insert_mappings")
"""Calls that are given a table and write its rows without loading them."""
MAKING = ("model_validate", "model_construct", "from_orm", "parse_obj")
"""Methods of a table that make a row of it."""
RAW = re.compile(rf"\b(?:UPDATE|INSERT\s+INTO|DELETE\s+FROM)\s+\"?({'|'.join(name.lower() for name in TABLES)})\b", re.I)


def writes(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Name every place that writes, or may write, a column of a case: its function, and what is written as it stands there.

    What an attribute belongs to is not known from its name alone: ``message.state`` is named here too, and stands on the
    list of those who may. Outside of functions the function is empty.
    """
    announced = {id(node.target) for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and node.value is None}
    for function, node in _placed(tree):
        if id(node) not in announced:  # an annotation without a value writes nothing
            for kind in (_assigned, _inside, _in_place, _by_name, _in_bulk, _values, _made, _merged, _handed_over, _raw):
                yield from ((function, written) for written in kind(node))


def _placed(node: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node, with the path of classes and functions in which it stands."""
    yield function, node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}".lstrip(".")
    for child in ast.iter_child_nodes(node):
        yield from _placed(child, function)


def _assigned(node: ast.AST) -> Iterator[str]:
    """Attributes as targets, whatever assigns to them."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del) and node.attr in COLUMNS:
        yield ast.unparse(node)


def _inside(node: ast.AST) -> Iterator[str]:
    """Items of what an object is made of, and of a column that holds several."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del) and _holds_something(node.value):
        yield ast.unparse(node)


def _in_place(node: ast.AST) -> Iterator[str]:
    """Calls that change what a column holds, or what an object is made of."""
    called = node.func if isinstance(node, ast.Call) else None
    if isinstance(called, ast.Attribute) and called.attr in CHANGING and _holds_something(called.value):
        yield f"{ast.unparse(called)}(…)"


def _holds_something(value: ast.expr) -> bool:
    """Say whether a value is what an object is made of, or a column's list or mapping, or lies in one."""
    while isinstance(value, ast.Subscript):
        value = value.value
    return _holds_columns(value) or (isinstance(value, ast.Attribute) and value.attr in HOLDING)


def _holds_columns(mapping: ast.expr) -> bool:
    return re.search(r"\.__dict__$|^vars\(", ast.unparse(mapping)) is not None


def _by_name(node: ast.AST) -> Iterator[str]:
    """A name that is put together as the program runs may be any column's."""
    if _called(node) == "sqlmodel_update":
        yield "sqlmodel_update(…)"
    if isinstance(node, ast.Call) and _called(node) in BY_NAME and _may_name_a_column(named := _naming(node)):
        yield f"{_called(node)}({', '.join(ast.unparse(one) for one in named)})"


def _naming(call: ast.Call) -> list[ast.expr]:
    """Arguments of a call up to the one that names the attribute: a value stands behind it, but where it only deletes or flags."""
    return call.args if _called(call) in WITHOUT_VALUE else call.args[:-1]


def _may_name_a_column(named: list[ast.expr]) -> bool:
    return any(not isinstance(one, ast.Constant) or one.value in COLUMNS for one in named[-1:])


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
    called = node.func if isinstance(node, ast.Call) else None
    if isinstance(called, ast.Attribute) and called.attr in MAKING and _last(called.value) in TABLES:
        yield f"{ast.unparse(called)}(…)"


def _merged(node: ast.AST) -> Iterator[str]:
    """A row that is put over the one in the database, whatever it is called here."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("merge", "merge_all"):
        yield f"{node.func.attr}(…)"


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
