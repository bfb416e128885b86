"""At the console: what a command on the host does is known by the command, and by who was logged in."""

import os
import pwd
from pathlib import Path
from typing import Any

import pytest

from desk.cli.console import at_the_console
from models.vocabulary.people import Proof
from tasks.record.act import Who
from tests.desk.cli.test_cases_command import SCREENED, Typist
from tests.desk.cli.test_ledger_command import GOOD, small
from trials.harness.office import Office


@pytest.fixture
def xinfang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typist:
    return Typist(monkeypatch, capsys)


ME = pwd.getpwuid(os.getuid()).pw_name
REASON = ("--reason", "核对")
STEPS = [
    pytest.param(("decide", "{}", "待甄别", *SCREENED), "Z01", id="a step that is decided"),
    pytest.param(("disclose", "{}", "--officer", "Z02", *REASON), "Z02", id="full data that is seen"),
    pytest.param(
        ("clock", "step", "{}", "to_leader", "--officer", "F01", *REASON), "F01", id="a step of the ladder taken by hand"
    ),
]


@pytest.mark.parametrize(("words", "officer"), STEPS)
def test_a_command_leaves_the_login_name_with_its_event(
    office: Office, xinfang: Typist, words: tuple[str, ...], officer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.register()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    code, _, err = xinfang(*(word.format(number) for word in words))
    assert (code, err) == (0, "")
    event = office.events(number)[-1]
    assert (event.actor_code, event.proof, event.facts["login"]) == (officer, Proof.CONSOLE, ME)


def test_an_old_ledger_is_taken_over_by_whoever_gives_the_command(office: Office, xinfang: Typist, tmp_path: Path) -> None:
    file = str(small(tmp_path, GOOD))
    assert xinfang("import", file, "--officer", "Z01")[0] == 0
    (event,) = office.events("XF-2026-0001")
    assert (event.actor_code, event.proof, event.facts["login"]) == ("Z01", Proof.CONSOLE, ME)


def test_a_command_that_names_nobody_acts_as_the_system(office: Office, xinfang: Typist, tmp_path: Path) -> None:
    file = str(small(tmp_path, GOOD))
    assert xinfang("import", file)[0] == 0
    (event,) = office.events("XF-2026-0001")
    assert (event.actor_code, event.proof, "login" in event.facts) == ("system", None, False)


def test_show_says_it_beside_who_acted(office: Office, xinfang: Typist) -> None:
    number = office.register()
    xinfang("disclose", number, "--officer", "Z02", *REASON)
    assert f"主机命令（{ME}）" in xinfang("show", number)[1]


def test_a_number_without_a_name_is_noted_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a user of nobody's."""

    def nobody(_uid: int) -> Any:
        raise KeyError(_uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert at_the_console("Z01") == Who("Z01", Proof.CONSOLE, login=str(os.getuid()))
