"""Correcting what was registered: by whom, with which reason, and what stands on record of it."""

from datetime import date
from typing import Any

import pytest

from models.vocabulary.case import Channel, Event
from rules.errors import CaseworkError
from tasks.casework.drafts import Person
from tasks.forms.correcting import FactsForm, apply_facts
from tasks.keeping.vault import vault
from tasks.reading.searching import Wanted, search
from tasks.record.cases import lock_case, people_of
from tasks.record.verifying import verify
from trials.harness.office import Office, at

WRONG = Person(name="测试人甲", phone="13800000001")


def correct(office: Office, number: str, officer: str = "Z02", reason: str = "核对原信", **facts: str) -> None:
    with office.database.write() as session:
        form = FactsForm.model_validate({"reason": reason} | facts)
        apply_facts(lock_case(session, number), form, office.act(session, officer, at(3)))


def registered(office: Office, **paper: Any) -> str:
    return office.register(**({"content": "电梯停用。", "persons": (WRONG,)} | paper))


def note_of(office: Office, number: str) -> list[str]:
    event = office.events(number)[-1]
    assert (event.event, event.source) == (Event.CORRECT_FACTS, event.target)
    return vault().open(event.note_sealed or "").splitlines()


FACTS = [
    pytest.param({"title": "反映电梯问题"}, "标题：反映物业服务问题 → 反映电梯问题", id="the title"),
    pytest.param({"content": "电梯停用半年。"}, "投诉内容：电梯停用。 → 电梯停用半年。", id="the content"),
    pytest.param({"channel": "来访"}, "信访形式：来信 → 来访", id="the channel"),
    pytest.param({"postmark_on": "2026-03-01"}, "邮戳日期：（空） → 2026-03-01", id="the postmark"),
    pytest.param({"people_count": "7"}, "信访人数：1 → 7", id="how many people"),
    pytest.param({"accused": "某科长"}, "被反映人：（空） → 某科长", id="the accused"),
    pytest.param({"accused_unit": "SZJ"}, "被反映单位：（空） → 市住建局", id="the accused unit"),
    pytest.param({"name": "测试人乙"}, "信访人姓名：测试人甲 → 测试人乙", id="a name"),
    pytest.param({"address": "某路1号"}, "住址：（空） → 某路1号", id="an address"),
]


@pytest.mark.parametrize(("facts", "line"), FACTS)
def test_a_fact_is_put_right_with_old_and_new_sealed_on_record(office: Office, facts: dict[str, str], line: str) -> None:
    number = registered(office)
    correct(office, number, **facts)
    assert note_of(office, number) == ["核对原信", line]
    assert "columns" in office.events(number)[-1].facts
    told = str(office.events(number)[-1].facts)
    assert [text for text in ("测试人", "某科长", "电梯", "某路") if text in told] == []
    with office.database.read() as session:
        assert verify(session, vault()).findings == ()


def test_what_was_put_right_is_what_everybody_sees(office: Office) -> None:
    number = registered(office)
    correct(office, number, title="反映电梯问题", channel="来访", postmark_on="2026-03-01", content="新内容", name="测试人乙")
    found = office.petition(number)
    assert (found.title, found.channel, found.postmark_on) == ("反映电梯问题", Channel.VISIT, date(2026, 3, 1))
    assert vault().open(found.content_sealed) == "新内容"
    with office.database.read() as session:
        assert [vault().open(one.name_sealed or "") for one in people_of(session, found)] == ["测试人乙"]
        names = {name: len(search(session, Wanted(name=name), today=date(2026, 3, 3)).rows) for name in ("测试人甲", "测试人乙")}
    assert names == {"测试人甲": 0, "测试人乙": 1}


def test_the_run_shows_the_case_anew(office: Office) -> None:
    number = registered(office)
    correct(office, number, title="反映电梯问题")
    mark = office.bookmark(number)
    assert mark is not None
    assert mark.wanted_seq == office.events(number)[-1].seq


@pytest.mark.parametrize(
    ("officer", "facts", "said"),
    [
        pytest.param("Z02", {"reason": " ", "title": "新"}, "写明理由", id="no reason"),
        pytest.param("Z02", {}, "没有需要更正的内容", id="nothing filled in"),
        pytest.param("Z02", {"title": "反映物业服务问题"}, "没有需要更正的内容", id="nothing that differs"),
        pytest.param("Z02", {"postmark_on": "2026-03-09"}, "晚于收信日期", id="a postmark after the receipt"),
        pytest.param("Z02", {"channel": "飞鸽"}, "可选", id="no such channel"),
        pytest.param("Z02", {"accused_unit": "没有的局"}, "没有名为", id="no such unit"),
        pytest.param("L-SZJ", {"title": "新"}, "未委托", id="a unit"),
        pytest.param("F01", {"title": "新"}, "更正登记须由", id="the vice-chair"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_and_leaves_nothing(
    office: Office, officer: str, facts: dict[str, str], said: str
) -> None:
    number = registered(office)
    with pytest.raises(CaseworkError, match=said):
        correct(office, number, officer, **facts)
    assert [event.event for event in office.events(number)] == [Event.REGISTER]
    assert office.petition(number).title == "反映物业服务问题"


def test_an_accusation_is_corrected_by_those_to_whom_it_is_entrusted(office: Office) -> None:
    number = registered(office)
    office.decide(number, "screen", "Z01", petition_class="检举控告", content_code="纪检监察/作风")
    with pytest.raises(CaseworkError, match="未委托"):
        correct(office, number, "Z02", title="新")
    correct(office, number, "Z01", title="新")
    assert office.petition(number).title == "新"


def test_of_nobody_no_name_is_corrected(office: Office) -> None:
    with pytest.raises(CaseworkError, match="没有信访人"):
        correct(office, registered(office, persons=()), name="测试人乙")
