"""The order of the house: imports that climb, circles between neighbours, and who reaches into the engine's server."""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grimp

from trials.house.sources import Source

SERVER = "prefect.server"
SERVER_ROOM = "engine"


@dataclass(frozen=True)
class Order:
    """What argues with the order, each line naming who leans on whom."""

    climbing: list[str]
    circles: list[str]
    strangers: list[str]


def order_of(root: Path, written: list[Source]) -> Order:
    """Look at the imports of a house by the contracts of its ``pyproject.toml``."""
    rules = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    graph = _graph(root, rules["root_packages"])
    layers = [contract for contract in rules["contracts"] if contract["type"] == "layers"]
    circles = [line for package in rules["root_packages"] for line in _circles(graph, package)]
    return Order([line for contract in layers for line in _climbing(graph, contract)], circles, list(_strangers(written)))


def _graph(root: Path, packages: list[str]) -> grimp.ImportGraph:
    sys.path.insert(0, str(root))
    try:
        return grimp.build_graph(*packages, cache_dir=None)
    finally:
        sys.path.remove(str(root))


def _climbing(graph: grimp.ImportGraph, contract: dict[str, Any]) -> Iterator[str]:
    layers = [grimp.Layer(*(name.strip() for name in layer.split("|"))) for layer in contract["layers"]]
    for found in sorted(graph.find_illegal_dependencies_for_layers(layers, containers=set(contract.get("containers", ())))):
        for route in found.routes:
            yield " -> ".join([min(route.heads), *route.middle, min(route.tails)])


def _circles(graph: grimp.ImportGraph, package: str) -> Iterator[str]:
    children = sorted(graph.find_children(package))
    if len(children) > 1:
        for importer, imported in sorted(graph.nominate_cycle_breakers(package)):
            yield f"{importer} -> {imported}"
    for child in children:
        yield from _circles(graph, child)


def _strangers(written: list[Source]) -> Iterator[str]:
    for source in written:
        if source.path.parts[0] != SERVER_ROOM:
            for line, name in sorted({*source.imports, *source.loads}):
                if name == SERVER or name.startswith((f"{SERVER}.", f"{SERVER}:")):
                    yield f"{source.path.as_posix()}:{line}"
