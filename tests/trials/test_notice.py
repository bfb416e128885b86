"""The notice of licences agrees with what is pinned and what is installed."""

from email.message import Message
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from trials.notice import LicenceError, Part, licence_of, notice, parts

PINS = dict(line.split("==") for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line)


def package(*told: tuple[str, str]) -> Any:
    metadata = Message()
    for name, value in (("Name", "one"), *told):
        metadata[name] = value
    return SimpleNamespace(metadata=metadata)


def test_the_notice_is_the_one_that_what_is_installed_gives() -> None:
    assert (ROOT / "NOTICE.txt").read_text() == notice(parts()), "make notice"


def test_every_package_stands_there_in_its_pinned_version() -> None:
    pinned = {canonicalize_name(name): version for name, version in PINS.items()}
    assert [part for part in parts() if pinned.get(canonicalize_name(part.name)) != part.version] == []


def test_tools_of_development_are_left_out() -> None:
    assert {part.name for part in parts()} & {"pytest", "mypy", "ruff", "hypothesis", "playwright", "chinesecalendar"} == set()


@pytest.mark.parametrize(
    ("told", "licence"),
    [
        pytest.param(
            (("License-Expression", "MIT"), ("License", "see file"), ("Classifier", "License :: OSI Approved :: BSD License")),
            "MIT",
            id="its expression, before all",
        ),
        pytest.param(
            (("Classifier", "License :: OSI Approved :: MIT License"), ("Classifier", "License :: OSI Approved :: BSD License")),
            "MIT License or BSD License",
            id="its classifiers",
        ),
        pytest.param((("License", "MIT"),), "MIT", id="its field"),
        pytest.param((("License", "MIT Licence\n" + "Permission is granted " * 9),), "MIT Licence", id="the head of its text"),
    ],
)
def test_a_licence_is_the_one_that_its_package_states(told: tuple[tuple[str, str], ...], licence: str) -> None:
    assert licence_of(package(*told)) == licence


def test_a_package_without_a_licence_is_refused() -> None:
    with pytest.raises(LicenceError, match="one names no licence"):
        licence_of(package())


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        pytest.param("LGPL-3.0-only", "source", id="LGPL"),
        pytest.param("Mozilla Public License 2.0 (MPL 2.0)", "own files", id="MPL by classifier"),
        pytest.param("MPL-2.0 AND (Apache-2.0 OR MIT)", "own files", id="MPL in an expression"),
    ],
)
def test_a_licence_that_asks_for_more_than_its_text_gets_a_sentence(licence: str, said: str) -> None:
    assert said in notice([Part("one", "1", licence)]).split("To be minded")[1]


def test_a_licence_that_asks_for_no_more_gets_none() -> None:
    assert "one" not in notice([Part("one", "1", "MIT")]).split("To be minded")[1]
