"""Only the engine's room knows the engine's server; import-linter cannot tell one part of a library from another."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("models", "rules", "notifications", "tasks", "flows", "desk", "trials")


def imports(file: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def knows_the_server(file: Path) -> bool:
    return any(name == "prefect.server" or name.startswith("prefect.server.") for name in imports(file))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_beside_the_engines_does_not_know_its_server(room: str) -> None:
    assert [str(file) for file in sorted((ROOT / room).rglob("*.py")) if knows_the_server(file)] == []


def test_what_a_worker_needs_of_the_engines_room_does_not_know_the_server_either() -> None:
    shared = ("protocol", "patches/hook", "patches/no_watchers", "patches/wait_keys", "patches/worker_hooks")
    assert [name for name in shared if knows_the_server(ROOT / "engine" / f"{name}.py")] == []
    assert knows_the_server(ROOT / "engine" / "step_routes.py")
