"""Agreement: documents, configuration and code say the same."""

import ast
import re
import sys
import tomllib
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr
from typer.main import get_command

from desk.cli.app import app
from tasks.keeping.settings import Settings
from tests.conftest import ROOT
from trials.house.figures import MOST_LINES, Plan
from trials.house.sources import sources

PRODUCTION = sources(ROOT, Plan().production)
SOURCES = [*PRODUCTION, *sources(ROOT, Plan().trials)]
DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_deployment_loads_a_flow_of_its_own_name(deployment: dict[str, str]) -> None:
    from flows.runtime.worker.worker import load_flow

    assert load_flow(deployment["entrypoint"]).name == deployment["name"]
    assert deployment["description"]


def test_the_example_of_settings_names_every_setting_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    shown = {line.lstrip("# ").split("=", 1)[0]: line.split("=", 1)[1] for line in lines if "XINFANG_" in line and "=" in line}
    wanted = {f"XINFANG_{name.upper()}": _written(field.default) for name, field in Settings.model_fields.items()}
    assert shown == wanted


def _written(default: object) -> str:
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, timedelta):
        return f"PT{default.total_seconds():g}S"
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)


def test_every_command_is_named_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert [name for name in commands if f"xinfang {name}" not in readme] == []


def test_dependencies_are_pinned_without_addresses() -> None:
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+", line)] == []


def test_every_declared_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[<>=~ ]", line)[0].lower().replace("_", "-") for line in declared}
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "requirements.txt").read_text().splitlines()}
    assert names - pinned == set()


@pytest.mark.parametrize("path", sorted((ROOT / "flows").glob("*.py")), ids=lambda path: path.name)
def test_a_flow_file_shadows_nothing(path: Path) -> None:
    if path.stem == "__init__":
        return
    assert path.stem not in sys.stdlib_module_names
    assert path.stem not in {*Plan().production, *Plan().trials, "prefect", "sqlmodel", "jinja2"}


def test_no_file_grows_beyond_one_room() -> None:
    assert [source.path for source in SOURCES if source.lines > MOST_LINES] == []


def test_every_module_says_what_it_is() -> None:
    assert [source.path for source in SOURCES if not ast.get_docstring(source.tree)] == []


def test_every_document_link_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text())]
    missing = [f"{page.name}: {link}" for page, link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_the_worker_type_is_known_to_the_engine() -> None:
    from prefect.workers.base import BaseWorker

    import_module("flows.runtime.worker.worker")
    assert BaseWorker.get_worker_class_from_type("casework") is not None
