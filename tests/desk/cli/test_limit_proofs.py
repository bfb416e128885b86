"""What a calendar, a limit's pause or answer and an attached paper leave on record: who acted, and by what he was known."""

from hashlib import sha256
from pathlib import Path

import pytest

from models.case_event import CaseEvent
from models.vocabulary.case import Event
from models.vocabulary.people import Proof
from tasks.keeping.vault import vault
from tasks.record.verifying import verify
from tests.desk.cli.test_calendar_command import it_is, notice, suspend, typed, xinfang
from tests.desk.cli.test_cases_command import Typist
from tests.desk.cli.test_console import ME
from tests.tasks.sweeping.test_calendar_import import on, received, signed
from trials.harness.office import Office

__all__ = ["notice", "xinfang"]  # fixtures


def vouched(office: Office, number: str, event: Event) -> tuple[CaseEvent, str]:
    """The newest event of a kind, which was done at the console by whoever is logged in; and who did it."""
    [*_, found] = [one for one in office.events(number) if one.event is event]
    assert (found.proof, found.facts["login"]) == (Proof.CONSOLE, ME)
    with office.database.read() as session:
        assert not verify(session, vault()).findings
    return found, found.actor_code


def test_of_a_calendar_that_moves_a_limit(office: Office, xinfang: Typist, notice: str) -> None:
    number = received(office)
    typed(xinfang, "calendar", "import", notice, "--yes", "--officer", "D01")
    assert vouched(office, number, Event.RECOUNT)[1] == "D01"


def test_of_a_limit_that_is_suspended_and_runs_on(office: Office, xinfang: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    number = signed(office)
    suspend(office, xinfang, number)
    assert vouched(office, number, Event.SUSPEND_CLOCK)[1] == "D01"
    it_is(monkeypatch, on("2027-01-10"))
    clock = str(office.clocks(number)["assign"].number)
    typed(xinfang, "clock", "resume", number, clock, "--officer", "Z01", "--reason", "已鉴定")
    assert vouched(office, number, Event.RESUME_CLOCK)[1] == "Z01"


def test_of_an_answer_to_a_promise(office: Office, xinfang: Typist) -> None:
    number = signed(office)
    said = {"choice": "电话催办", "text": "询问进度", "promised_on": "2027-01-08"}
    office.decide(number, "oversee", "Z01", as_of=on("2026-12-30"), **said)
    clock = str(office.clocks(number)["promise"].number)
    typed(xinfang, "clock", "reply", number, clock, "--officer", "Z02", "--said", "已答复")
    assert vouched(office, number, Event.RECORD_REPLY)[1] == "Z02"


def test_of_a_paper_that_is_attached_without_its_name(
    office: Office, xinfang: Typist, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    number = received(office)
    monkeypatch.setattr("desk.cli.papers.now", lambda: on("2026-12-30"))
    paper = tmp_path / "张三身份证.jpg"
    paper.write_bytes(b"scan")
    typed(xinfang, "attach", number, str(paper), "--officer", "Z02", "--kind", "照片")
    event, who = vouched(office, number, Event.ANNOTATE)
    kept = {name: event.facts[name] for name in ("kind", "sha256", "size")}
    assert (who, kept) == ("Z02", {"kind": "photo", "sha256": sha256(b"scan").hexdigest(), "size": 4})
    assert "张三" not in str(event.facts)
