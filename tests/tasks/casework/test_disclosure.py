"""Disclosure: clear text only for a reason that stands on file first."""

import pytest

from models.vocabulary.case import Event
from rules.errors import CaseworkError
from tasks.casework.disclosure import disclose
from tasks.casework.drafts import Person
from tasks.record.cases import lock_case
from trials.harness.office import Office, at


def test_disclosing_writes_who_and_why_and_shows_clear_text(office: Office) -> None:
    number = office.register(persons=(Person(name="测试人丁", phone="13800005555", address="某路1号"),))
    with office.database.write() as session:
        people = disclose(lock_case(session, number), act=office.act(session, "Z02", at(3)), reason="电话回访")
    seen = office.events(number)[-1]
    assert (people[0]["name"], people[0]["phone"], people[0]["address"]) == ("测试人丁", "13800005555", "某路1号")
    assert (seen.event, seen.actor_code, seen.note_sealed is not None) == (Event.DISCLOSE, "Z02", True)


@pytest.mark.parametrize(
    ("officer", "reason", "said"), [("Z02", " ", "写明理由"), ("L-SZJ", "想看看", "身份")], ids=["no reason", "a liaison"]
)
def test_nobody_looks_without_a_reason_or_a_right(office: Office, officer: str, reason: str, said: str) -> None:
    number = office.register()
    with pytest.raises(CaseworkError, match=said), office.database.write() as session:
        disclose(lock_case(session, number), act=office.act(session, officer, at(3)), reason=reason)
    assert [event.event for event in office.events(number)] == [Event.REGISTER]
