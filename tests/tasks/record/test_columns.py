"""The record is whole: what changes in the rows of a case's file stands in its events, old and new, and signed."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from models.case_event import CaseEvent
from models.dispatch import Dispatch
from models.petition import Petition
from models.petitioner import Party
from models.vocabulary.case import Event, Outcome, State
from models.vocabulary.people import Proof, UnitRole
from rules.errors import CaseworkError
from tasks.casework.drafts import Person
from tasks.forms.registration import IntakeForm
from tasks.keeping.vault import vault
from tasks.record.act import Who
from tasks.record.cases import find_dispatch, find_petition, lock_case
from tasks.record.columns import CODES, ORGANS, THE_DOORS_OWN, CaseRow, RowChange, write_columns
from tasks.record.verifying import verify
from tasks.submit import put_on_file, try_to_register
from tasks.transitions import Change, advance
from trials.harness.office import MONDAY, Office, at

LEAD, OTHER = "市住建局", "某街道办事处"
SET_ONCE = {"id", "intake_key", "created_at", "petition_id", "petitioner_id", "position"}
"""Written with a row's first line, and by nobody after that."""


def told(office: Office, number: str, event: Event) -> dict[str, dict[str, list[Any]]]:
    """What the newest event of a kind says it changed."""
    found = [one for one in office.events(number) if one.event is event]
    changed: dict[str, dict[str, list[Any]]] = found[-1].facts.get("columns", {})
    return changed


def led_by(office: Office, number: str) -> list[tuple[str, str]]:
    """Who was in the lead and since which event, from the events alone."""
    changes = [(one.event.value, one.facts.get("columns", {}).get("petition", {})) for one in office.events(number)]
    return [(event, columns["lead_organ_id"][1]) for event, columns in changes if "lead_organ_id" in columns]


def returned_by_the_lead(office: Office) -> str:
    """A petition of two units whose lead unit gave its share back, with a good reason."""
    number = office.assigned(LEAD, OTHER)
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3), choice="提出异议（退回）", reason="不属于本单位职权")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(4), choice="同意", reason="经核实，不属其职权")
    return number


CLERK = Who("Z01", Proof.NONE)


class TestTheLeadUnit:
    def test_is_passed_on_in_the_event_by_which_its_share_came_back(self, office: Office) -> None:
        number = returned_by_the_lead(office)
        assert told(office, number, Event.UPHOLD_OBJECTION) == {
            "share/1": {"role": ["lead", "co_handling"]},
            "share/2": {"role": ["co_handling", "lead"]},
            "petition": {"lead_organ_id": ["SZJ", "JDB"]},
        }
        assert [share.role for share in office.shares(number)] == [UnitRole.CO_HANDLING, UnitRole.LEAD]

    def test_can_be_named_at_any_time_from_the_record_alone(self, office: Office) -> None:
        number = returned_by_the_lead(office)
        assert led_by(office, number) == [("assign", "SZJ"), ("uphold_objection", "JDB")]

    def test_takes_the_outcome_with_it(self, office: Office) -> None:
        number = office.assigned(LEAD, OTHER)
        office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(3))
        office.decide(f"{number}/2", "report", "L-JDB", as_of=at(5), choice="报结", outcome="解释说明", text="已说明")
        office.decide(f"{number}/2", "examine", "Z02", as_of=at(6), choice="审核通过")
        office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(7), choice="提出异议（退回）", reason="不属于本单位职权")
        office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(9), choice="同意", reason="经核实")
        assert told(office, number, Event.UPHOLD_OBJECTION)["petition"] == {
            "lead_organ_id": ["SZJ", "JDB"],
            "outcome": [None, Outcome.EXPLAINED.value],
        }

    def test_that_is_changed_in_an_event_no_longer_fits_its_signature(self, office: Office) -> None:
        number = returned_by_the_lead(office)
        with office.database.write() as session:
            event = session.exec(select(CaseEvent).where(CaseEvent.event == Event.UPHOLD_OBJECTION)).one()
            event.facts = json.loads(json.dumps(event.facts).replace('"JDB"', '"SZJ"'))
        with office.database.read() as session:
            found = verify(session, vault()).findings
        assert [(one.number, one.problem) for one in found] == [(number, "记录内容被改动，或者不是本系统写入")]


def delivered(office: Office) -> str:
    """A petition of one unit whose answer was delivered, with a person beside the lead petitioner."""
    people = (Person(name="测试人甲", phone="13800001111"), Person(name="测试人乙"))
    number = office.assigned(LEAD, persons=people)
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(20), choice="报结", outcome="解释说明", text="已说明")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(23), choice="审核通过")
    office.decide(number, "deliver", "Z01", as_of=at(24), delivered_on="2026-03-24", summary="已说明", settlement="化解息访")
    return number


class TestAnEvent:
    def test_of_registering_tells_number_day_pack_and_registrar(self, office: Office) -> None:
        number = office.register(as_of=at(3), receipt_on=date(2026, 3, 2))
        columns = told(office, number, Event.REGISTER)["petition"]
        assert columns["number"] == [None, number]
        assert columns["registered_on"] == [None, "2026-03-03"]
        assert columns["pack_version"] == [None, office.petition(number).pack_version]

    def test_of_an_accepted_report_tells_the_outcome(self, office: Office) -> None:
        number = delivered(office)
        assert told(office, number, Event.ACCEPT_REPORT) == {
            "share/1": {"accepted_on": [None, "2026-03-23"]},
            "petition": {"outcome": [None, "explained"]},
        }

    def test_of_a_delivery_tells_how_it_reached_everybody(self, office: Office) -> None:
        number = delivered(office)
        reached = {"delivery_way": [None, "in_person"], "delivered_on": [None, "2026-03-24"]}
        changed = told(office, number, Event.DELIVER)
        assert (changed["party/1"], changed["party/2"]) == (reached, reached)
        assert changed["petition"] == {"delivered_on": [None, "2026-03-24"], "settlement": [None, "settled"]}

    def test_that_changes_nothing_tells_of_no_column(self, office: Office) -> None:
        number = office.register()
        office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="x")
        office.decide(number, "propose", "Z01", way="直接办理", opinion="一")
        office.decide(number, "approve", "D01", choice="退回修改", opinion="请改")
        office.decide(number, "propose", "Z01", way="直接办理", opinion="二")
        assert "columns" not in office.events(number)[-1].facts

    def test_of_screening_says_only_that_the_place_changed(self, office: Office) -> None:
        number = office.register(place="甲村三组王某家")
        office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="x", place="乙村五组李某家")
        changed = told(office, number, Event.SCREEN)["petition"]
        assert [str(side).startswith("changed:") for side in changed["place"]] == [True, True]
        assert changed["place"][0] != changed["place"][1]
        assert [word for word in ("甲村", "乙村", "王某", "李某") if word in str(changed)] == []


class TestACorrectedPaper:
    @pytest.fixture
    def draft(self, office: Office) -> str:
        """A paper with six representatives and a receipt date that lies ahead."""
        form = IntakeForm(receipt_on=date(2026, 3, 9), representatives="甲、乙、丙、丁、戊、己", name="张三")
        with pytest.raises(AssertionError):
            assert try_to_register(put_on_file(form, CLERK, key="run:1", as_of=MONDAY), form, CLERK, as_of=MONDAY)
        return "draft-1"

    def test_tells_what_was_put_right_in_the_event_that_registers_it(self, office: Office, draft: str) -> None:
        office.decide(draft, "correct", "Z02", receipt_on="2026-03-02", representatives="甲、乙", people_count="6")
        changed = told(office, "XF-2026-0001", Event.REGISTER)
        assert changed["petition"]["receipt_on"] == ["2026-03-09", "2026-03-02"]
        assert changed["petition"]["people_count"] == [1, 6]
        assert {row: columns for row, columns in changed.items() if row != "petition"} == {
            f"party/{position}": {"role": ["representative", "co_signer"]} for position in (4, 5, 6, 7)
        }

    def test_is_counted_and_numbered_by_what_was_put_right(self, office: Office, draft: str) -> None:
        office.decide(draft, "correct", "Z02", receipt_on="2026-03-02", representatives="甲、乙", upstream_due_on="2026-03-31")
        assert office.petition("XF-2026-0001").receipt_on == date(2026, 3, 2)
        assert office.clocks("XF-2026-0001")["divert"].starts_on == date(2026, 3, 2)
        assert office.clocks("XF-2026-0001")["upstream"].given_on == date(2026, 3, 24)

    def test_stays_as_it_was_when_it_is_refused_again(self, office: Office, draft: str) -> None:
        with pytest.raises(CaseworkError, match="代表最多 5 人"):
            office.decide(draft, "correct", "Z02", receipt_on="2026-03-02", people_count="6")
        assert (office.petition(draft).receipt_on, office.petition(draft).people_count) == (date(2026, 3, 9), 1)
        assert office.petition(draft).registered_on is None


def rows_of(office: Office, number: str) -> Iterator[tuple[str, CaseRow]]:
    """Every row of a case's file, under the name that events give it."""
    with office.database.read() as session:
        petition = session.exec(select(Petition).where(Petition.number == number)).one()
        yield "petition", petition
        for share in session.exec(select(Dispatch).where(Dispatch.petition_id == petition.id)):
            yield f"share/{share.position}", share
        for party in session.exec(select(Party).where(Party.petition_id == petition.id).order_by(col(Party.position))):
            yield f"party/{party.position}", party


def at_rest(office: Office, number: str) -> dict[str, dict[str, Any]]:
    """What the columns of a case's file hold, but for what the door itself keeps in step."""
    left_out = SET_ONCE | THE_DOORS_OWN
    return {name: row.model_dump(mode="json", exclude=left_out) for name, row in rows_of(office, number)}


def test_every_difference_between_two_days_stands_in_the_events_between_them(office: Office) -> None:
    number = office.assigned(LEAD, OTHER)
    before, seen = at_rest(office, number), len(office.events(number))
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3), choice="提出异议（退回）", reason="不属于本单位职权")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(4), choice="同意", reason="经核实")
    office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(5))
    office.decide(f"{number}/2", "report", "L-JDB", as_of=at(6), choice="申请延期", text="复杂", days="30", approver="负责人")
    office.decide(f"{number}/2", "decide_extension", "D01", as_of=at(7), choice="同意", reason="情况复杂")
    office.decide(f"{number}/2", "report", "L-JDB", as_of=at(20), choice="报结", outcome="解释说明", text="已说明")
    office.decide(f"{number}/2", "examine", "Z02", as_of=at(21), choice="退回重办", failed="事实清楚", reason="请补充")
    office.decide(f"{number}/2", "report", "L-JDB", as_of=at(22), choice="报结", outcome="解释说明", text="已补充")
    office.decide(f"{number}/2", "examine", "Z02", as_of=at(23), choice="审核通过")
    office.decide(number, "deliver", "Z01", as_of=at(24), delivered_on="2026-03-24", summary="已说明")
    office.decide(number, "close", "D01", as_of=at(25), choice="同意结案", settlement="化解息访")
    after = at_rest(office, number)
    differing = {(row, name) for row, columns in after.items() for name, value in columns.items() if value != before[row][name]}
    recorded = {
        (row, name)
        for event in office.events(number)[seen:]
        for row, columns in event.facts.get("columns", {}).items()
        for name in columns
    }
    assert differing == recorded
    assert len(differing) > 15


TEXTS = [
    (table, name)
    for table in (Petition, Dispatch, Party)
    for name, field in table.model_fields.items()
    if "str" in str(field.annotation) and name not in SET_ONCE | THE_DOORS_OWN
]


@pytest.mark.parametrize(("table", "column"), TEXTS, ids=lambda one: getattr(one, "__name__", one))
def test_a_text_is_told_in_clear_only_if_it_is_a_code(table: type[CaseRow], column: str, office: Office) -> None:
    number = office.assigned(LEAD)
    with office.database.read() as session:  # what is changed in it is thrown away
        petition = find_petition(session, number)
        row: CaseRow = petition if table is Petition else find_dispatch(session, petition, 1)
        said = write_columns(session, [RowChange(row, {column: "王某，某村三组"})])
    assert ("王某" in str(said)) == (column in CODES)


def test_a_unit_is_told_by_its_code(office: Office) -> None:
    number = office.assigned(LEAD, OTHER)
    with office.database.write() as session:
        case = lock_case(session, f"{number}/1")
        said = write_columns(session, [RowChange(case.required_share(), {"organ_id": office.shares(number)[1].organ_id})])
    assert said == {"share/1": {"organ_id": ["SZJ", "JDB"]}}
    assert {"organ_id", "lead_organ_id", "accused_organ_id"} == ORGANS


@pytest.mark.parametrize("column", ["state", "head_seal", "last_seq", "no_such_column"])
def test_a_change_cannot_bring_what_the_door_itself_writes(office: Office, column: str) -> None:
    number = office.register()
    change = Change(Event.ANNOTATE, asked={"reason": "记录"}, columns={column: "x"})
    with office.database.write() as session:
        case, act = lock_case(session, number), office.act(session, "Z01", MONDAY)
        with pytest.raises(ValueError, match=column):
            advance(case, change, act)
    assert office.petition(number).state is State.REGISTERED
    assert [event.event for event in office.events(number)] == [Event.REGISTER]
