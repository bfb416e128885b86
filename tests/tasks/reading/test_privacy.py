"""Privacy: personal data and free text stay sealed, whoever reads the raw database."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlmodel import select

from desk.stack.clear_text import encodings
from models.case_event import CaseEvent
from models.petitioner import Petitioner
from models.vocabulary.case import Channel, Step
from models.vocabulary.people import PartyRole
from tasks.casework.drafts import Person
from tasks.forms.registration import IntakeForm
from tasks.forms.typed_number import by_typed_number
from tasks.keeping.settings import settings
from tasks.reading.casefile import case_file, form_description
from tasks.reading.masks import mask_id_number, mask_name, mask_phone
from tasks.record.cases import find_petition
from tasks.submit import put_on_file, try_to_register
from trials.harness.office import MONDAY, Office, at

LEAD = Person(
    name="欧阳测试甲", id_number="11010519491231002X", phone="13812345678", address="某区隐秘路77号", email="jia@example.test"
)
SECOND = Person(name="司马测试乙", phone="13987654321", role=PartyRole.REPRESENTATIVE)
CONTENT, SAID = "家中漏水三年无人过问", "自由文字第{}条"


def raw_dump(office: Office) -> bytes:
    """Read everything that the database holds, as somebody with the disk (or the DBA's rights) would."""
    if office.database.is_sqlite:
        file = Path(settings().casework_url.removeprefix("sqlite:///"))
        return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    with office.database.engine.connect() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        rows = [str(tuple(row)) for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    return "\n".join(rows).encode()


def shows_in(dump: bytes, secrets: Iterable[str]) -> list[str]:
    """Find the texts that can be read, in any way in which a database writes them: SQLite escapes what stands in JSON."""
    return [secret for secret in secrets if any(pattern in dump for pattern in encodings(secret))]


def full_life(office: Office) -> tuple[str, list[str]]:
    """Run a petition to its archive with free text in every field that takes some; returns the texts."""
    said = [SAID.format(n) for n in range(20)]
    words = iter(said)
    number = office.register(channel=Channel.VISIT, persons=(LEAD, SECOND), content=CONTENT, accused="被反映人测试丙")
    office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="城乡建设/物业服务", reason=next(words))
    office.decide(number, "propose", "Z01", way="交办", lead="市住建局", opinion=next(words))
    office.decide(number, "approve", "F01", choice="退回修改", opinion=next(words))
    office.decide(number, "propose", "Z01", way="交办", lead="市住建局", opinion=next(words))
    office.decide(number, "approve", "F01", opinion=next(words))
    share = f"{number}/1"
    office.decide(share, "sign_in", "L-SZJ", as_of=at(3), choice="提出异议（退回）", reason=next(words), suggested=next(words))
    office.decide(share, "decide_objection", "D01", as_of=at(3), choice="不同意", reason=next(words))
    office.decide(share, "sign_in", "L-SZJ", as_of=at(3))
    office.decide(number, "oversee", "D01", as_of=at(4), choice="督办", ground="推诿、敷衍、拖延", text=next(words))
    office.decide(number, "oversee", "Z01", as_of=at(4), choice="电话催办", text=next(words))
    office.decide(number, "oversee", "Z01", as_of=at(4), choice="召开协调会", text=next(words))
    office.decide(share, "report", "L-SZJ", as_of=at(5), choice="申请延期", days="5", approver=next(words), text=next(words))
    office.decide(share, "decide_extension", "D01", as_of=at(5), reason=next(words))
    office.decide(share, "report", "L-SZJ", as_of=at(6), text=next(words), told=next(words))
    office.decide(share, "examine", "Z02", as_of=at(6), reason=next(words))
    office.decide(number, "deliver", "Z01", as_of=at(9), delivered_on="2026-03-09", summary=next(words))
    office.decide(number, "close", "D01", as_of=at(9), opinion=next(words))
    office.send_letters(as_of=at(9))
    office.decide(number, "archive", "A01", as_of=at(10))
    return number, said


def test_the_raw_database_holds_no_personal_data_and_no_free_text(office: Office) -> None:
    number, said = full_life(office)
    dump = raw_dump(office)
    persons = [
        value
        for person in (LEAD, SECOND)
        for value in (person.name, person.id_number, person.phone, person.address, person.email)
    ]
    secrets = [*filter(None, persons), CONTENT, "被反映人测试丙", *said]
    assert number.encode() in dump
    assert shows_in(dump, secrets) == []


def test_a_note_put_in_clear_among_the_facts_of_an_event_is_found(office: Office) -> None:
    number = office.register()
    with office.database.write() as session:
        event = session.exec(select(CaseEvent).where(CaseEvent.petition_id == find_petition(session, number).id)).one()
        event.facts = event.facts | {"note": SAID}
    assert shows_in(raw_dump(office), [SAID, CONTENT]) == [SAID]


@pytest.mark.parametrize("field", ["accused_unit", "flags", "postmark_on", "upstream_due_on", "occurred_at", "officer"])
def test_the_reason_of_a_refusal_repeats_no_personal_data(office: Office, field: str) -> None:
    typed = "欧阳测试甲"
    who, filled_in = by_typed_number({"officer": "Z01", "receipt_on": "2026-03-02", "name": "测试人"} | {field: typed})
    form = IntakeForm.model_validate(filled_in)
    try_to_register(put_on_file(form, who, key="run:1", as_of=MONDAY), form, who, as_of=MONDAY)
    assert shows_in(raw_dump(office), [typed]) == []


def test_a_sealed_column_refuses_clear_text(office: Office) -> None:
    with office.database.read() as session:
        session.add(Petitioner(name_sealed="欧阳测试甲"))
        with pytest.raises(StatementError, match="clear text"):
            session.flush()


@pytest.mark.parametrize(
    ("mask", "text_", "shown"),
    [
        (mask_name, "张三", "张*"),
        (mask_name, "张三丰", "张**"),
        (mask_name, "张", "张*"),
        (mask_name, "  ", ""),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "12345", "*****"),
        (mask_phone, "", ""),
        (mask_id_number, "11010519491231002X", "110***********002X"),
        (mask_id_number, "E1234", "*****"),
        (mask_id_number, "", ""),
    ],
)
def test_masks_show_only_the_ends(mask: object, text_: str, shown: str) -> None:
    assert mask(text_) == shown  # type: ignore[operator]


@pytest.mark.parametrize(
    ("mask", "text_"), [(mask_phone, "66012345"), (mask_id_number, "E12345678")], ids=["landline", "passport"]
)
def test_masks_hide_half_of_a_short_number(mask: object, text_: str) -> None:
    assert mask(text_).count("*") * 2 >= len(text_) - 1  # type: ignore[operator]


def shown_file(office: Office, number: str) -> str:
    with office.database.read() as session:
        petition = find_petition(session, number)
        form = form_description(
            session, petition, None, office.waits_at(number) or Step.SCREEN, today=at(10).date(), refusal=None
        )
        return case_file(session, petition, today=at(10).date()).markdown() + form


def test_the_case_file_shows_names_masked_and_no_free_text(office: Office) -> None:
    number = office.assigned(persons=(LEAD, SECOND), content=CONTENT)
    shown = shown_file(office, number)
    assert "欧＊＊＊＊（主访人）、司＊＊＊＊（代表）" in shown
    assert [secret for secret in (LEAD.name, LEAD.phone, LEAD.address, SECOND.name) if secret in shown] == []
    with office.database.read() as session:
        page = case_file(session, find_petition(session, number), today=at(10).date()).markdown()
    assert [text for text in (CONTENT, "建议交办") if text in page] == []


def test_an_accusation_hides_its_title_and_its_people(office: Office) -> None:
    number = office.register(persons=(LEAD,), title="检举某局长受贿")
    office.decide(number, "screen", "Z01", petition_class="检举控告", content_code="纪检监察/贪污受贿")
    shown = shown_file(office, number)
    assert ("（密）" in shown, "受贿" in shown.replace("纪检监察/贪污受贿", ""), "欧*" in shown) == (True, False, False)
