"""The compose file is what it says: the wanted services, settings that exist, nothing secret; and no Docker is needed to tell."""

import os
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.settings.base import PrefectBaseSettings
from prefect.settings.models.root import Settings as PrefectSettings
from pydantic.fields import FieldInfo

from tasks.keeping.settings import Settings
from tests.conftest import ROOT
from trials.faults.topology import APIS, COMPOSE, HAPROXY, compose_services, filled

SERVICES = compose_services()
PARTS = sorted(name for name, service in SERVICES.items() if service["image"] == "xinfang")


def test_it_has_the_services_of_the_topology() -> None:
    assert set(SERVICES) == {"postgres", "redis", "prepare", *APIS, "services", "balancer", "enrol", "worker"}
    assert SERVICES["worker"]["deploy"]["replicas"] >= 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *(pytest.param(name, ["server", "start", "--no-services"], id=f"{name} serves without services") for name in APIS),
        pytest.param("services", ["server", "services", "start"], id="one process does the engine's services"),
        pytest.param("prepare", ["prepare"], id="the databases are brought up to date once"),
        pytest.param("enrol", ["enrol"], id="deployments are told to the running engine"),
        pytest.param("worker", ["worker"], id="workers serve the pool of the settings"),
    ],
)
def test_each_part_starts_as_the_product_starts_it(name: str, words: list[str]) -> None:
    assert SERVICES[name]["command"] == ["python", "-m", "desk.stack.part", *words]


def test_parts_that_stay_are_restarted_and_those_that_end_are_not() -> None:
    assert {name: SERVICES[name]["restart"] for name in PARTS} == {
        **dict.fromkeys([*APIS, "services", "worker"], "always"),
        "prepare": "no",
        "enrol": "on-failure",
    }


@pytest.mark.parametrize("name", PARTS)
def test_every_setting_exists(name: str) -> None:
    given = set(SERVICES[name]["environment"])
    ours = {f"XINFANG_{field.upper()}" for field in Settings.model_fields}
    assert {key for key in given if key.startswith("XINFANG_")} <= ours
    assert {key for key in given if key.startswith("PREFECT_")} <= engine_settings()


@pytest.mark.parametrize("name", [*APIS, "services"])
def test_events_travel_between_processes(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert [environment[f"PREFECT_MESSAGING_{part}"] for part in ("BROKER", "CACHE")] == ["prefect_redis.messaging"] * 2
    for key, value in environment.items():
        if str(value).startswith("prefect_redis."):
            import_module(value)
        if "REDIS" in key or "DOCKET" in key:
            assert value.startswith("redis://redis:6379/")


def test_the_names_of_redis_modules_hold_what_the_engine_looks_for() -> None:
    wanted = {
        "messaging": ("Publisher", "Consumer", "Cache"),
        "ordering": ("CausalOrdering",),
        "lease_storage": ("ConcurrencyLeaseStorage",),
        "cleanup_queue": ("WorkerCleanupQueue",),
    }
    missing = [f"{m}.{n}" for m, names in wanted.items() for n in names if not hasattr(import_module(f"prefect_redis.{m}"), n)]
    assert missing == []


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_a_service_waits_for_is_there(name: str) -> None:
    assert set(SERVICES[name].get("depends_on", {})) <= set(SERVICES)
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        if wait["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]


def test_nothing_secret_is_in_it() -> None:
    for path in sorted((ROOT / "deploy").iterdir()):
        if path.is_file() and path.name != ".env":
            assert (
                re.findall(r"(?im)^\s*\w*(?:PASSWORD|KEYS?|TOKEN|AUTH_STRING)[ \t]*[:=][ \t]*(?!\$\{)\S+", path.read_text()) == []
            )
            assert re.findall(r"://[^\s:/@]+:(?!\$\{)[^\s@]+@", path.read_text()) == []


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        pytest.param("a ${NAME} b", {"NAME": "x"}, "a x b", id="a known name"),
        pytest.param("${NAME:-x}/api", {}, "x/api", id="a default"),
        pytest.param("${NAME:-x}/api", {"NAME": "y"}, "y/api", id="a default that is not needed"),
    ],
)
def test_places_are_filled_as_compose_fills_them(text: str, known: dict[str, str], said: str) -> None:
    assert filled(text, known) == said


def test_a_needed_name_is_asked_for() -> None:
    from rules.errors import CaseworkError

    with pytest.raises(CaseworkError, match="POSTGRES_PASSWORD"):
        filled("${POSTGRES_PASSWORD:?see README}", {})


def test_the_balancer_knows_both_servers_and_asks_for_their_health() -> None:
    text = HAPROXY.read_text()
    assert re.findall(r"(?m)^\s*server (\S+) (\S+)", text) == [(name, f"{name}:4200") for name in APIS]
    assert "option httpchk GET /api/health" in text
    assert "retry-on conn-failure\n" in text


def test_every_file_that_is_mounted_or_copied_exists() -> None:
    volumes = [str(volume) for service in SERVICES.values() for volume in service.get("volumes", [])]
    mounted = [volume.split(":")[0] for volume in volumes if volume.startswith("./")]
    assert [path for path in mounted if not (COMPOSE.parent / path).exists()] == []
    build: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["x-part"]["build"]
    assert (Path(os.path.normpath(COMPOSE.parent / build["context"])) / build["dockerfile"]).exists()


@cache
def engine_settings() -> set[str]:
    """Every environment variable that the engine and its Redis part know, aliases included."""
    from prefect_redis.cleanup_queue import RedisWorkerCleanupQueueSettings
    from prefect_redis.client import RedisMessagingSettings

    return {
        name.upper()
        for model in (PrefectSettings, RedisMessagingSettings, RedisWorkerCleanupQueueSettings)
        for name in _names(model)
    }


def _names(model: type[PrefectBaseSettings]) -> set[str]:
    prefix = str(model.model_config.get("env_prefix", ""))
    found: set[str] = set()
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, PrefectBaseSettings):
            found |= _names(inner)
        else:
            found |= {f"{prefix}{name}", *_aliases(field)}
    return found


def _aliases(field: FieldInfo) -> set[str]:
    choices = getattr(field.validation_alias, "choices", [field.validation_alias])
    return {choice for choice in choices if isinstance(choice, str)}
