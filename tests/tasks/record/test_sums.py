"""Sums over a file: what the program writes fits them, what anybody else writes never does again."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from models.vocabulary.papers import AttachmentKind
from tasks.casework.papers import add_paper
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.record.cases import lock_case
from tasks.record.sums import LEFT
from tasks.record.verifying import Verification, verify
from tests.worked import signed_the_old_way
from trials.harness.office import Office, at

NUMBER = "XF-2026-0001"


def look(office: Office) -> Verification:
    with office.database.read() as session:
        return verify(session, vault())


def change(office: Office, *statements: str) -> None:
    with office.database.write() as session:
        for statement in statements:
            session.execute(text(statement))


def found(office: Office) -> list[tuple[str, str, str]]:
    return [(one.number, one.table, one.problem) for one in look(office).findings]


@pytest.fixture
def busy(office: Office) -> Office:
    """An office with a petition that has something of everything in its file, and another beside it."""
    number = office.assigned("市住建局", "某街道办事处")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3), choice="签收")
    office.decide(number, "oversee", "D01", as_of=at(4), choice="督办", unit="市住建局", text="请报", ground="推诿、敷衍、拖延")
    office.decide(number, "oversee", "Z01", as_of=at(5), choice="电话催办", unit="市住建局", text="请抓紧")
    paper = settings().home / "paper.pdf"
    paper.write_bytes(b"a paper")
    with office.database.write() as session:
        add_paper(lock_case(session, number), paper, kind=AttachmentKind.PHOTO, act=office.act(session, "Z01", at(5)))
    office.register()
    return office


@pytest.mark.parametrize(
    ("statement", "table", "said"),
    [
        pytest.param("UPDATE petition SET title = '别的' WHERE id = 1", "petition", "内容被", id="title"),
        pytest.param("UPDATE petition SET place = '别处' WHERE id = 1", "petition", "内容被", id="place"),
        pytest.param("UPDATE petition SET outcome = 'explained' WHERE id = 1", "petition", "内容被", id="outcome"),
        pytest.param("UPDATE petition SET drafter_code = 'Z02' WHERE id = 1", "petition", "内容被", id="drafter"),
        pytest.param("UPDATE petition SET accused_sealed = content_sealed WHERE id = 1", "petition", "内容被", id="accused"),
        pytest.param(
            "UPDATE clock SET due_on = '2030-01-01' WHERE petition_id = 1 AND number = 1", "clock", "内容被", id="due date"
        ),
        pytest.param("DELETE FROM clock WHERE petition_id = 1 AND number = 1", "clock", "少了 1 行", id="limit deleted"),
        pytest.param("UPDATE dispatch SET organ_id = 1 WHERE id = 2", "dispatch", "内容被", id="share given to another unit"),
        pytest.param("DELETE FROM attachment", "attachment", "少了 1 行", id="paper deleted"),
        pytest.param(f"UPDATE attachment SET sha256 = '{'0' * 64}'", "attachment", "内容被", id="paper exchanged"),
        pytest.param(
            "DELETE FROM outbox_message WHERE id = (SELECT min(id) FROM outbox_message WHERE petition_id = 1)",
            "outbox_message",
            "少了 1 行",
            id="letter deleted",
        ),
        pytest.param(
            "UPDATE outbox_message SET addressee = '别人' WHERE id = (SELECT min(id) FROM outbox_message WHERE petition_id = 1)",
            "outbox_message",
            "内容被",
            id="letter's addressee",
        ),
        pytest.param("DELETE FROM party WHERE petition_id = 1", "party", "少了 1 行", id="person taken out"),
        pytest.param(
            "UPDATE petitioner SET phone_sealed = NULL WHERE id = (SELECT petitioner_id FROM party WHERE petition_id = 1)",
            "petitioner",
            "内容被",
            id="person's phone",
        ),
        pytest.param("UPDATE urging SET promised_on = '2030-01-01'", "urging", "内容被", id="promise"),
        pytest.param("DELETE FROM supervision", "supervision", "少了 1 行", id="supervision deleted"),
    ],
)
def test_a_change_beside_the_door_is_found_with_petition_table_and_what(
    busy: Office, statement: str, table: str, said: str
) -> None:
    assert look(busy).findings == ()
    change(busy, statement)
    first = next(one for one in found(busy) if one[1] == table)
    assert {number for number, _, _ in found(busy)} == {NUMBER}
    assert said in first[2]


def test_a_change_is_still_found_when_much_has_been_done_since(busy: Office) -> None:
    change(busy, "UPDATE petition SET title = '别的' WHERE id = 1")
    busy.decide(f"{NUMBER}/2", "sign_in", "L-JDB", as_of=at(6))
    busy.decide(f"{NUMBER}/1", "report", "L-SZJ", as_of=at(7), choice="报结", outcome="解释说明", text="已说明")
    assert ("petition", "信访件本身的内容被绕过系统改动") in {one[1:] for one in found(busy)}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(
            lambda office: change(office, "UPDATE petition SET file_sums = NULL, title = '别的' WHERE id = 1"), id="sums"
        ),
        pytest.param(lambda office: change(office, "UPDATE petition SET head_seal = 'x' WHERE id = 1"), id="seal"),
    ],
)
def test_a_petition_that_does_not_fit_its_seals_is_worked_on_and_stays_marked(
    busy: Office, damage: Callable[[Office], None]
) -> None:
    before = busy.petition(NUMBER).last_seq
    damage(busy)
    busy.decide(f"{NUMBER}/2", "sign_in", "L-JDB", as_of=at(6))
    assert (NUMBER, "petition", f"第 {before} 条记录之后，信访件曾被绕过系统改动") in found(busy)


def test_the_state_of_yesterday_does_not_fit_today(busy: Office) -> None:
    """The sums, the limits and the seal of an earlier moment, put back under the events of today."""
    with busy.database.read() as session:
        sums, seal = session.execute(text("SELECT file_sums, head_seal FROM petition WHERE id = 2")).one()
    busy.decide("XF-2026-0002", "screen", "Z01", petition_class="申诉求决", content_code="x")
    with busy.database.write() as session:
        old = sums if isinstance(sums, str) else json.dumps(sums)
        session.execute(text("UPDATE petition SET file_sums = :old, head_seal = :seal WHERE id = 2"), {"old": old, "seal": seal})
    assert "案卷内容的签名被绕过系统改动" in {one[2] for one in found(busy)}


def test_every_event_that_ends_a_transaction_tells_what_it_leaves(busy: Office) -> None:
    assert LEFT in busy.events(NUMBER)[-1].facts


class TestAFileFromBefore:
    def test_is_counted_and_is_no_finding(self, busy: Office) -> None:
        signed_the_old_way(busy)
        assert (look(busy).unsummed, look(busy).findings) == (2, ())

    def test_is_summed_up_with_its_next_event(self, busy: Office) -> None:
        signed_the_old_way(busy)
        busy.decide(f"{NUMBER}/2", "sign_in", "L-JDB", as_of=at(6))
        assert (look(busy).unsummed, look(busy).findings) == (1, ())
        change(busy, "UPDATE clock SET due_on = '2030-01-01' WHERE petition_id = 1 AND number = 1")
        assert found(busy) == [(NUMBER, "clock", "期限的内容被绕过系统改动")]


UNREADABLE = [
    pytest.param(
        "UPDATE clock SET state = 'ticking' WHERE petition_id = 1 AND number = 1", "clock", id="a limit's unknown state"
    ),
    pytest.param("UPDATE petition SET channel = 'pigeon' WHERE id = 1", "petition", id="a petition's unknown channel"),
    pytest.param("UPDATE case_event SET event = 'invent' WHERE petition_id = 1 AND seq = 2", "case_event", id="an unknown event"),
    pytest.param("UPDATE case_event SET facts = '[]' WHERE petition_id = 1 AND seq = 2", "petition", id="facts that are a list"),
    pytest.param("UPDATE outbox_message SET letter = 'x' WHERE petition_id = 1", "outbox_message", id="an unknown letter"),
    pytest.param("UPDATE dispatch SET role = 'boss' WHERE petition_id = 1", "dispatch", id="a share's unknown role"),
    pytest.param("UPDATE petition SET file_sums = '[1]' WHERE id = 1", "petition", id="sums that are none"),
]
ONLY_SQLITE = [
    pytest.param("UPDATE clock SET due_on = 'some day' WHERE petition_id = 1 AND number = 1", "clock", id="a day that is none"),
    pytest.param("UPDATE petition SET receipt_on = 'early' WHERE id = 1", "petition", id="a petition's day that is none"),
    pytest.param(
        "UPDATE case_event SET facts = '{' WHERE petition_id = 1 AND seq = 2", "case_event", id="facts that are cut off"
    ),
    pytest.param(
        "UPDATE case_event SET seq = 'two' WHERE petition_id = 1 AND seq = 2", "case_event", id="a place that is a word"
    ),
    pytest.param(
        "UPDATE outbox_message SET addressee = CAST(x'ff00fe' AS TEXT) WHERE petition_id = 1",
        "outbox_message",
        id="no text at all",
    ),
]


class TestARowThatCannotBeRead:
    @pytest.mark.parametrize(("statement", "table"), UNREADABLE)
    def test_is_named_and_all_others_are_looked_at(self, busy: Office, statement: str, table: str) -> None:
        self.is_named(busy, statement, table)

    @pytest.mark.parametrize(("statement", "table"), ONLY_SQLITE)
    @pytest.mark.parametrize("casework", ["sqlite"], indirect=True)
    def test_of_a_database_without_strict_columns(self, busy: Office, statement: str, table: str) -> None:
        self.is_named(busy, statement, table)

    @staticmethod
    def is_named(busy: Office, statement: str, table: str) -> None:
        change(busy, statement, "UPDATE petition SET title = '别的' WHERE id = 2")
        seen = found(busy)
        assert (NUMBER, table) in {one[:2] for one in seen}
        assert ("XF-2026-0002", "petition", "信访件本身的内容被绕过系统改动") in seen
        assert look(busy).petitions == 2


def test_a_written_row_is_summed_up_without_a_statement_more(busy: Office) -> None:
    """A screening is one event: the sums go with it."""
    seen: list[str] = []

    def listen(_c: object, _u: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(busy.database.engine, "before_cursor_execute", listen)
    busy.decide("XF-2026-0002", "screen", "Z01", petition_class="申诉求决", content_code="x")
    assert len([one for one in seen if one.startswith("UPDATE petition SET")]) == 1
    assert [one for one in seen if one.startswith("UPDATE case_event")] == []
