"""One file of the house and what can be counted in it: lines, functions, parameters, and what is kept from the tools."""

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

IGNORED = re.compile(r"#\s*type:\s*ignore")
UNFORMATTED = re.compile(r"#\s*fmt:\s*(skip|off)")
LOADERS = ("import_module", "__import__", "find_spec", "resolve_name", "run_module", "import_object", "load_module")
"""Functions that load a module by its name."""
RECEIVERS = ("self", "cls")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Routine:
    """One function: where it stands, its lines without the docstring, and the parameters that callers fill."""

    place: str
    lines: int
    parameters: int


@dataclass(frozen=True)
class Source:
    """One file, by its path below the house."""

    path: Path
    text: str

    @property
    def room(self) -> str:
        """The folder that the file stands in."""
        return self.path.parent.as_posix()

    @property
    def lines(self) -> int:
        """How many lines the file has, empty ones too."""
        return len(self.text.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        """The file as the language reads it."""
        return ast.parse(self.text)

    @property
    def routines(self) -> list[Routine]:
        """Every function and method of the file, inner ones too."""
        return [
            Routine(f"{self.path.as_posix()}:{node.lineno} {node.name}", _lines(node), _parameters(node))
            for node in ast.walk(self.tree)
            if isinstance(node, Function)
        ]

    @property
    def ignored(self) -> int:
        """Lines that are kept from the type checker."""
        return self._comments(IGNORED)

    @property
    def unformatted(self) -> int:
        """Places that are kept from the formatter."""
        return self._comments(UNFORMATTED)

    @property
    def imports(self) -> list[tuple[int, str]]:
        """The modules that the file imports anywhere, with their lines."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, name.name) for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found += [(node.lineno, f"{node.module}.{name.name}") for name in node.names]
        return found

    @property
    def loads(self) -> list[tuple[int, str]]:
        """The modules that the file names otherwise, with their lines: to a loader, or as a part of ``prefect``."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and _name(node.func) in LOADERS:
                words = [_beginning(one) for one in (*node.args, *(keyword.value for keyword in node.keywords))]
                name = "".join(reversed(words[:2])) if words[:1] and words[0].startswith(".") else "".join(words[:1])
                found.append((node.lineno, name))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "prefect":
                found.append((node.lineno, ast.unparse(node)))
        return found

    def _comments(self, wanted: re.Pattern[str]) -> int:
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return sum(bool(wanted.search(token.string)) for token in tokens if token.type == tokenize.COMMENT)


def sources(root: Path, packages: Sequence[str]) -> list[Source]:
    """Read every file of some packages, in order."""
    paths = sorted(path for package in packages for path in (root / package).rglob("*.py"))
    return [Source(path.relative_to(root), path.read_text()) for path in paths]


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _beginning(text: ast.expr) -> str:
    """The text that stands written out at the beginning of an expression; nothing where there is none."""
    if isinstance(text, ast.JoinedStr) and text.values:
        return _beginning(text.values[0])
    if isinstance(text, ast.BinOp):
        return _beginning(text.left) + _beginning(text.right)
    return text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""


def _lines(node: Function) -> int:
    first = node.body[0]
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if said else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def _parameters(node: Function) -> int:
    """Count the ones that callers have to remember: not what is passed through by ``*`` or ``**``, nor a command's own words."""
    given = [one for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs) if not _typed_by_people(one)]
    return len(given) - (bool(given) and given[0].arg in RECEIVERS)


def _typed_by_people(one: ast.arg) -> bool:
    """An option or argument of the command line, which ``--help`` explains."""
    return one.annotation is not None and "typer." in ast.unparse(one.annotation)
