"""Anchors: what was on record at a moment stays provable, whatever is put back or taken out together with its traces."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import text

from tasks.keeping.vault import Vault, vault
from tasks.record.anchors import Anchor, AnchorError, anchor, read_anchors
from tasks.record.verifying import Finding, compare, verify
from trials.harness.office import Office, at

NEWEST = 3
OTHERS_KEYS = Vault(["q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="])


@pytest.fixture
def anchored(office: Office) -> str:
    """The anchor of an office with three petitions, of which the second has gone some way."""
    office.register()
    office.assigned("市住建局")
    office.register()
    with office.database.read() as session:
        return anchor(session, as_of=at(5)).line(vault())


def compared(office: Office, lines: str) -> list[Finding]:
    with office.database.read() as session:
        return list(compare(session, lines, vault()))


def taken_out(office: Office) -> None:
    """The newest petition, with everything of it, and its number given back."""
    with office.database.write() as session:
        for table in ("outbox_message", "clock", "case_event", "party", "dispatch"):
            session.execute(text(f"DELETE FROM {table} WHERE petition_id = {NEWEST}"))
        session.execute(text(f"DELETE FROM petition WHERE id = {NEWEST}"))
        session.execute(text("UPDATE serial SET last = last - 1 WHERE kind = 'petition'"))


def test_a_record_that_has_only_grown_fits(office: Office, anchored: str) -> None:
    office.register(as_of=at(6))
    office.decide("XF-2026-0001", "screen", "Z01", as_of=at(6), petition_class="申诉求决", content_code="x")
    assert compared(office, anchored) == []


def test_the_newest_petition_taken_out_with_its_number_is_found_by_the_anchor_alone(office: Office, anchored: str) -> None:
    taken_out(office)
    with office.database.read() as session:
        assert verify(session, vault()).findings == ()
    assert ["当时 3 件，现在 2 件" in one.problem for one in compared(office, anchored)] == [True]


@pytest.fixture
def put_back(office: Office) -> Callable[[], None]:
    """Put the first petition back to where it stood when it was registered, row by row, with the seals of that moment."""
    number = office.register()
    tables = ("petition", "case_event", "clock", "outbox_message")
    whole = {"petition": "id = 1"}

    def rows() -> dict[str, list[dict[str, object]]]:
        with office.database.engine.connect() as connection:
            return {
                table: [
                    dict(row)
                    for row in connection.execute(
                        text(f"SELECT * FROM {table} WHERE {whole.get(table, 'petition_id = 1')} ORDER BY id")
                    ).mappings()
                ]
                for table in tables
            }

    before = rows()
    office.decide(number, "screen", "Z01", as_of=at(3), petition_class="申诉求决", content_code="x")

    def back() -> None:
        with office.database.engine.begin() as connection:
            for table in reversed(tables[1:]):
                kept = ", ".join(str(row["id"]) for row in before[table]) or "0"
                connection.execute(text(f"DELETE FROM {table} WHERE petition_id = 1 AND id NOT IN ({kept})"))
            for table in tables:
                for row in before[table]:
                    values = {name: json.dumps(one) if isinstance(one, dict | list) else one for name, one in row.items()}
                    columns = ", ".join(f"{name} = :{name}" for name in values if name != "id")
                    connection.execute(text(f"UPDATE {table} SET {columns} WHERE id = :id"), values)

    return back


def test_one_petition_put_back_whole_is_found_by_the_anchor_alone(office: Office, put_back: Callable[[], None]) -> None:
    with office.database.read() as session:
        line = anchor(session, as_of=at(5)).line(vault())
    put_back()
    with office.database.read() as session:
        assert verify(session, vault()).findings == ()
    assert ["退回或改写" in one.problem for one in compared(office, line)] == [True]


def test_what_is_younger_than_an_hour_is_left_to_the_next_anchor(office: Office) -> None:
    office.register(as_of=at(2, 9))
    office.register(as_of=at(2, 11))
    with office.database.read() as session:
        assert anchor(session, as_of=at(2, 11)).petitions == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("", "空的", id="nothing"),
        pytest.param("hello", "不是锚", id="another text"),
        pytest.param(Anchor(1, 1, "0" * 64).line(OTHERS_KEYS), "不是用现有密钥签的", id="signed by others"),
    ],
)
def test_a_line_that_is_no_anchor_of_ours_is_refused_in_words(line: str, said: str, office: Office) -> None:
    assert office
    with pytest.raises(AnchorError, match=said):
        read_anchors(line, vault())
