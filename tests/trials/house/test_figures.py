"""The figures of a tiny invented house: a roof over a cellar, a yard around it, and proofs that it stands."""

from pathlib import Path

import pytest

from trials.house.figures import House, Plan, house_at, missed, report, spread

PLAN = Plan(production=("roof", "cellar", "engine"), trials=("yard",), tests=("proofs",))
CONTRACTS = """
[tool.importlinter]
root_packages = ["roof", "cellar", "yard", "proofs"]

[[tool.importlinter.contracts]]
name = "from the roof down"
type = "layers"
layers = ["proofs", "yard", "roof", "cellar"]

[[tool.importlinter.contracts]]
name = "rooms of the roof"
type = "layers"
containers = ["roof"]
layers = ["left | right"]
"""
STANDING = {
    "pyproject.toml": CONTRACTS,
    "roof/__init__.py": "",
    "roof/left.py": "import cellar.coal\n",
    "roof/words.py": "def due(a, b, c: Annotated[str, typer.Option()], d, e, f, g: Annotated[bool, typer.Option()]):\n    pass\n",
    "roof/right.py": 'def six(a, b, c, d, e, f, *more, **others):\n    """Pass on.\n\n    Twice.\n    """\n    return a\n',
    "cellar/__init__.py": "",
    "cellar/coal.py": "class Heap:\n    def take(self, a, b, c, d, e, f):\n        return a\n",
    "engine/__init__.py": "from prefect.server import models\n",
    "yard/__init__.py": "import roof.left\n",
    "proofs/__init__.py": "\n" * 400,
}


def built(root: Path, changed: dict[str, str]) -> House:
    for name, text in (STANDING | changed).items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return house_at(root, PLAN)


def test_a_house_that_meets_its_targets_misses_none(tmp_path: Path) -> None:
    assert missed(built(tmp_path, {})) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(
            {"roof/left.py": "\n" * 361}, "more than 360 lines: roof/left.py (361)", id="a file of the product too long"
        ),
        pytest.param({"yard/run.py": "\n" * 361}, "more than 360 lines: yard/run.py (361)", id="a file of the trials too long"),
        pytest.param(
            {"yard/run.py": 'def long():\n    """Say.\n\n    More.\n    """\n' + "    go()\n" * 60},
            "more than 60 lines in a function: yard/run.py:1 long (61)",
            id="a function too long, its docstring aside",
        ),
        pytest.param(
            {"roof/left.py": "class Room:\n    async def inner():\n" + "        go()\n" * 60},
            "more than 60 lines in a function: roof/left.py:2 inner (61)",
            id="a method too long",
        ),
        pytest.param(
            {"roof/left.py": "def seven(a, b, c, /, d, e, *, f, g):\n    pass\n"},
            "more than 6 parameters: roof/left.py:1 seven (7)",
            id="a seventh parameter",
        ),
        pytest.param(
            {"cellar/coal.py": "import roof.left\n"}, "import against the arrow: cellar.coal -> roof.left", id="an import up"
        ),
        pytest.param(
            {"cellar/coal.py": "def f():\n    import yard\n"},
            "import against the arrow: cellar.coal -> yard",
            id="up, inside of a function",
        ),
        pytest.param(
            {"roof/left.py": "import roof.right\n"}, "import against the arrow: roof.left -> roof.right", id="an import sideways"
        ),
        pytest.param(
            {"cellar/ice.py": "import cellar.coal\n", "cellar/coal.py": "import cellar.ice\n"}, "circle: cellar.", id="a circle"
        ),
        pytest.param(
            {"roof/left.py": "from prefect.server import models\n"},
            "prefect.server outside of engine: roof/left.py:1",
            id="prefect.server in a room of ours",
        ),
        pytest.param(
            {"yard/run.py": "import os\nimport prefect.server.api\n"},
            "prefect.server outside of engine: yard/run.py:2",
            id="a part of prefect.server in the trials",
        ),
        *(
            pytest.param({"roof/left.py": code}, "prefect.server outside of engine: roof/left.py:1", id=f"prefect.server {how}")
            for code, how in (
                ("load = importlib.import_module('prefect.server.api')", "by its name"),
                ("load = __import__('prefect.server')", "by the language's own function"),
                ("load = import_module(f'prefect.server.{part}')", "by a name that is put together"),
                ("load = import_module('prefect.' + 'server')", "by a name in two parts"),
                ("load = import_module('.server.api', 'prefect')", "by a name within its package"),
                ("load = import_module('.server.api', package='prefect')", "by a name within a package that is named"),
                ("load = pkgutil.resolve_name('prefect.server.models:flow_runs')", "by the name of a thing in it"),
                ("load = prefect.server.models", "as a part of its package"),
            )
        ),
        pytest.param(
            {"roof/left.py": "\n" * 100, "proofs/__init__.py": "\n" * 53},
            "fewer than 1.0 lines of tests to a line of the product: 0.47",
            id="too few tests",
        ),
    ],
)
def test_every_target_can_be_missed(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    faults = missed(built(tmp_path, changed))
    assert [fault for fault in faults if fault.startswith(said)] == faults != []


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("  roof                                4", id="files by room"),
        pytest.param("file lines, median / p90 / max          1 / 6 / 6   (max 360)", id="lines of files"),
        pytest.param("function lines, median / p90 / max      2 / 2 / 2   (max 60)", id="lines of functions, docstrings aside"),
        pytest.param("parameters, median / p90 / max          6 / 6 / 6   (max 6)", id="parameters"),
        pytest.param("type: ignore, product                   1", id="what is kept from the type checker"),
        pytest.param("fmt: skip or off                        2", id="what is kept from the formatter"),
        pytest.param("lines: product / trials / tests         14 / 1 / 400", id="lines"),
        pytest.param("tests to product                        28.57   (at least 1.0)", id="tests to product"),
    ],
)
def test_the_report_counts(tmp_path: Path, told: str) -> None:
    kept = 'import cellar.coal  # type: ignore[x]  # fmt: skip\nSAID = "# type: ignore, # fmt: off"\n'
    lines = list(report(built(tmp_path, {"roof/left.py": kept, "yard/__init__.py": "import roof.left  # fmt: off\n"})))
    assert told in lines


@pytest.mark.parametrize(
    ("values", "told"),
    [([], "0 / 0 / 0"), ([7], "7 / 7 / 7"), (list(range(10, 0, -1)), "5 / 9 / 10")],
    ids=["of nothing", "of one", "of ten"],
)
def test_a_spread_is_the_nearest_rank(values: list[int], told: str) -> None:
    assert spread(values) == told
