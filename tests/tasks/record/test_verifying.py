"""The record: whatever is changed behind the system's back is found and named."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from models.case_event import CaseEvent
from tasks.keeping.vault import vault
from tasks.record.verifying import Verification, verify
from trials.harness.office import Office, at

NUMBER = "XF-2026-0002"


def three_petitions(office: Office) -> None:
    office.register()
    office.assigned("市住建局", "某街道办事处")
    office.register()


def look(office: Office) -> Verification:
    with office.database.read() as session:
        return verify(session, vault())


def run(statement: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(statement))


def swap(session: Session) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        session.execute(text(f"UPDATE case_event SET seq = {new} WHERE petition_id = 2 AND seq = {old}"))


def insert(session: Session) -> None:
    last = session.get(CaseEvent, 1)
    assert last is not None
    copied = last.model_dump(exclude={"id"}) | {"petition_id": 2, "seq": 6}
    session.add(CaseEvent(**copied))


def insert_before(session: Session) -> None:
    """Make room in the middle and put in an event of another petition there."""
    for old, new in ((5, 6), (4, 5), (3, 4)):
        session.execute(text(f"UPDATE case_event SET seq = {new} WHERE petition_id = 2 AND seq = {old}"))
    copied = session.get(CaseEvent, 1)
    assert copied is not None
    session.add(CaseEvent(**copied.model_dump(exclude={"id"}) | {"petition_id": 2, "seq": 3, "decision_key": None}))
    session.execute(text("UPDATE petition SET last_seq = 6 WHERE id = 2"))


def cut_off(session: Session) -> None:
    """Remove the newest event and put counter and head back, as a careful forger would."""
    session.execute(text("DELETE FROM case_event WHERE petition_id = 2 AND seq = 5"))
    head = "(SELECT hash FROM case_event WHERE petition_id = 2 AND seq = 4)"
    session.execute(text(f"UPDATE petition SET last_seq = 4, head_hash = {head} WHERE id = 2"))


def moved_to_another(session: Session) -> None:
    """Put the newest event of one petition at the end of another's file."""
    session.execute(text("UPDATE case_event SET petition_id = 3, seq = 2 WHERE petition_id = 2 AND seq = 5"))


def remove_petition(session: Session) -> None:
    for table in ("outbox_message", "clock", "case_event", "party", "dispatch"):
        session.execute(text(f"DELETE FROM {table} WHERE petition_id = 2"))
    session.execute(text("DELETE FROM petition WHERE id = 2"))


def test_a_clean_record_passes(office: Office) -> None:
    three_petitions(office)
    found = look(office)
    assert (found.petitions, found.events, found.findings) == (3, 7, ())


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        pytest.param(
            run("UPDATE case_event SET actor_code = 'Z09' WHERE petition_id = 2 AND seq = 2"), "被改动", id="changed actor"
        ),
        pytest.param(run("UPDATE case_event SET facts = '{}' WHERE petition_id = 2 AND seq = 1"), "被改动", id="changed facts"),
        pytest.param(
            run("UPDATE case_event SET note_sealed = NULL WHERE petition_id = 2 AND seq = 3"), "被改动", id="removed note"
        ),
        pytest.param(
            run("UPDATE case_event SET occurred_at = '2026-03-01 00:00:00' WHERE petition_id = 2 AND seq = 3"),
            "被改动",
            id="changed time",
        ),
        pytest.param(run("DELETE FROM case_event WHERE petition_id = 2 AND seq = 3"), "缺少第 3 条记录", id="removed event"),
        pytest.param(run("DELETE FROM case_event WHERE petition_id = 2 AND seq = 5"), "末尾记录", id="removed last event"),
        pytest.param(run("DELETE FROM case_event WHERE petition_id = 2"), "末尾记录", id="removed all events"),
        pytest.param(insert, "不是本系统写入", id="inserted event"),
        pytest.param(insert_before, "不衔接", id="inserted event in the middle"),
        pytest.param(swap, "不衔接", id="swapped events"),
        pytest.param(cut_off, "编号或状态", id="removed last event, counter and head put back"),
        pytest.param(run("UPDATE petition SET state = 'done' WHERE id = 2"), "编号或状态", id="changed state"),
        pytest.param(run("UPDATE petition SET last_seq = 4 WHERE id = 2"), "末尾记录", id="changed counter"),
        pytest.param(run("UPDATE petition SET last_seq = 0 WHERE id = 2"), "末尾记录", id="counter set to nought"),
        pytest.param(remove_petition, "整件缺失", id="removed petition"),
    ],
)
def test_damage_is_found_and_the_petition_named(office: Office, damage: Callable[[Session], None], problem: str) -> None:
    three_petitions(office)
    with office.database.write() as session:
        damage(session)
    findings = look(office).findings
    assert {finding.number for finding in findings} == {NUMBER}
    assert any(problem in finding.problem for finding in findings)


@pytest.mark.parametrize(
    ("damage", "places"),
    [
        pytest.param(run("UPDATE case_event SET facts = '{}' WHERE petition_id = 2 AND seq = 3"), {3}, id="changed"),
        pytest.param(run("DELETE FROM case_event WHERE petition_id = 2 AND seq = 3"), {4, 5}, id="removed from the middle"),
        pytest.param(run("DELETE FROM case_event WHERE petition_id = 2 AND seq = 1"), {2, 5}, id="removed from the beginning"),
        pytest.param(run("DELETE FROM case_event WHERE petition_id = 2 AND seq = 5"), {5}, id="removed from the end"),
        pytest.param(insert, {5, 6}, id="inserted at the end"),
        pytest.param(insert_before, {3, 4, 5, 6, None}, id="inserted in the middle"),
        pytest.param(swap, {2, 3, 4}, id="reordered"),
    ],
)
def test_the_place_in_the_file_is_named(office: Office, damage: Callable[[Session], None], places: set[int | None]) -> None:
    """Where the chain breaks, the end where the count does not fit, and no place for the petition's own row."""
    three_petitions(office)
    with office.database.write() as session:
        damage(session)
    assert {(finding.number, finding.seq) for finding in look(office).findings} == {(NUMBER, place) for place in places}


def test_an_event_that_was_moved_to_another_petition_is_missed_here_and_found_there(office: Office) -> None:
    three_petitions(office)
    with office.database.write() as session:
        moved_to_another(session)
    assert {(finding.number, finding.seq) for finding in look(office).findings} == {
        (NUMBER, 5),
        ("XF-2026-0003", 2),
        ("XF-2026-0003", 1),
    }


@pytest.mark.parametrize("number", ["XF-2026-0009", "XF-2026-2号"])
def test_a_changed_number_is_found(office: Office, number: str) -> None:
    three_petitions(office)
    with office.database.write() as session:
        session.execute(text(f"UPDATE petition SET number = '{number}' WHERE id = 2"))
    assert {NUMBER, number} <= {finding.number for finding in look(office).findings}


def test_the_state_of_a_share_is_part_of_the_record(office: Office) -> None:
    three_petitions(office)
    with office.database.write() as session:
        session.execute(text("UPDATE dispatch SET state = 'accepted' WHERE petition_id = 2 AND position = 1"))
    assert look(office).findings


def test_times_survive_the_database_to_the_microsecond(office: Office) -> None:
    moment = at(2, 9).replace(microsecond=123456)
    number = office.register(as_of=moment)
    (event,) = office.events(number)
    assert (event.recorded_at, event.recorded_at.tzinfo) == (moment, UTC)
    assert look(office).findings == ()


def test_a_time_without_a_zone_is_never_stored(office: Office) -> None:
    number = office.register()
    (event,) = office.events(number)
    with office.database.read() as session:
        session.add(event)
        event.recorded_at = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001
        with pytest.raises(StatementError, match="without a time zone"):
            session.flush()
