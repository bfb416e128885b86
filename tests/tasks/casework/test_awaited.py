"""Who is awaited: only those who may decide are named, above the form and when somebody is refused."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.officer import Officer, OfficerRole
from models.vocabulary.case import Step, Way
from models.vocabulary.people import Role
from rules.errors import CaseworkError, TransitionRefusedError
from rules.routing import ISSUING
from rules.steps import NOT_BY_THE_DRAFTER, WHO_DECIDES
from tasks.casework.awaited import Awaited, awaited
from tasks.keeping.home import forget_home
from tasks.reading.casefile import form_description
from tasks.record.cases import find_petition
from trials.harness.office import Office, at

TODAY = date(2026, 3, 2)
UNIT, TWO, NOBODY = {"lead": "市住建局"}, {"lead": "市住建局", "co_handling": "市公安局"}, {"lead": ""}
DIRECTOR, VICE_CHAIR, MEETING = Role.DIRECTOR, Role.VICE_CHAIR, Role.CHAIRS_MEETING
PROPOSALS = {
    "a referral": (Way.REFERRAL, UNIT, DIRECTOR),
    "a referral to two departments": (Way.REFERRAL, TWO, DIRECTOR),
    "an assignment": (Way.ASSIGNMENT, UNIT, VICE_CHAIR),
    "an assignment to two departments": (Way.ASSIGNMENT, TWO, MEETING),
    "an assignment to two districts": (Way.ASSIGNMENT, {"lead": "某区公安局", "co_handling": "某县农业局"}, MEETING),
    "a matter of the office's own": (Way.DIRECT, NOBODY, DIRECTOR),
    "a rejection": (Way.REJECTION, NOBODY | {"ground": "不属于本机关职权范围"}, DIRECTOR),
    "a refusal of a repeat": (Way.REFUSAL_OF_REPEAT, NOBODY, DIRECTOR),
    "a filing": (Way.FILING, NOBODY, DIRECTOR),
}
EACH_WAY = pytest.mark.parametrize(
    ("way", "units", "rank"), [pytest.param(*one, id=f"{name} => {one[2]}") for name, one in PROPOSALS.items()]
)
OTHER_STEPS = [step for step in Step if step is not Step.APPROVE]


def proposed(office: Office, way: Way, units: dict[str, Any], *, by: str = "Z01") -> str:
    """A petition that waits for approval."""
    number = office.register()
    office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="城乡建设/物业服务")
    office.decide(number, "propose", by, way=way.label, opinion="建议", **units)
    return number


def who(office: Office, number: str, step: Step = Step.APPROVE) -> Awaited:
    with office.database.read() as session:
        return awaited(session, find_petition(session, number), step, today=TODAY)


def another_director(office: Office, *, until: date | None = None) -> None:
    with office.database.write() as session:
        known = session.exec(select(Officer).where(Officer.code == "D01")).one()
        other = Officer(code="D02", name="试验副职", organ_id=known.organ_id, active_from=known.active_from, active_until=until)
        session.add(other)
        session.flush()
        session.add(OfficerRole(officer_id=other.id, role=DIRECTOR))


def named_above_the_form(office: Office, number: str, step: Step = Step.APPROVE) -> str:
    with office.database.read() as session:
        text = form_description(session, find_petition(session, number), None, step, today=TODAY, refusal=None)
    [line] = [line for line in text.splitlines() if line.startswith("可办理：")]
    return line.removeprefix("可办理：")


def refusal(office: Office, number: str, officer: str, **answer: Any) -> str:
    with pytest.raises(CaseworkError) as refused:
        office.decide(number, "approve", officer, **answer)
    return str(refused.value)


def test_the_table_has_every_way_that_can_be_proposed() -> None:
    assert {way for way, _, _ in PROPOSALS.values()} == set(ISSUING)


class TestOfAProposal:
    @EACH_WAY
    def test_only_the_rank_that_may_sign_is_awaited(self, office: Office, way: Way, units: dict[str, str], rank: Role) -> None:
        number = proposed(office, way, units)
        assert who(office, number) == Awaited((rank,))
        assert named_above_the_form(office, number) == rank.label

    @EACH_WAY
    def test_a_refusal_names_who_may(self, office: Office, way: Way, units: dict[str, str], rank: Role) -> None:
        number = proposed(office, way, units)
        assert refusal(office, number, "Z02") == f"本步骤须由{rank.label}办理，工号“Z02”没有此身份"
        for officer, other in {"D01": DIRECTOR, "F01": VICE_CHAIR, "H01": MEETING}.items():
            if other is not rank:
                assert refusal(office, number, officer) == f"{way.label}须由{rank.label}批准"

    @EACH_WAY
    def test_a_director_who_drafted_it_is_not_awaited(self, office: Office, way: Way, units: dict[str, str], rank: Role) -> None:
        number = proposed(office, way, units, by="D01")
        another_director(office)
        but = "（拟办人 D01 除外）" if rank is DIRECTOR else ""
        assert named_above_the_form(office, number) == f"{rank.label}{but}"
        assert refusal(office, number, "Z02") == f"本步骤须由{rank.label}{but}办理，工号“Z02”没有此身份"
        assert refusal(office, number, "D01") == f"拟办人不得审批自己拟办的信访件，须由他人以{rank.label}身份批准"

    @EACH_WAY
    def test_where_the_only_director_drafted_it_the_next_rank_signs(
        self, office: Office, way: Way, units: dict[str, str], rank: Role
    ) -> None:
        number = proposed(office, way, units, by="D01")
        above = VICE_CHAIR if rank is DIRECTOR else rank
        assert who(office, number) == Awaited((above,))
        assert refusal(office, number, "D01") == f"拟办人不得审批自己拟办的信访件，须由他人以{above.label}身份批准"
        office.decide(number, "approve", {VICE_CHAIR: "F01", MEETING: "H01"}[above], opinion="同意")
        assert office.waits_at(number) is not Step.APPROVE

    def test_a_director_who_has_left_is_nobody_to_wait_for(self, office: Office) -> None:
        another_director(office, until=TODAY)
        assert who(office, proposed(office, Way.FILING, NOBODY, by="D01")) == Awaited((VICE_CHAIR,))

    def test_the_offices_own_levels_count(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XINFANG_ASSIGNMENT_APPROVER", "director")
        forget_home()
        assert who(office, proposed(office, Way.ASSIGNMENT, UNIT)) == Awaited((DIRECTOR,))

    def test_every_rank_may_send_it_back(self, office: Office) -> None:
        number = proposed(office, Way.REFERRAL, UNIT)
        said = refusal(office, number, "Z02", choice="退回修改", opinion="请补充")
        assert said == "本步骤须由信访办主任、分管副主任、主任会议（记录人）办理，工号“Z02”没有此身份"
        office.decide(number, "approve", "H01", choice="退回修改", opinion="请补充")
        assert office.waits_at(number) is Step.PROPOSE


class TestOfEveryOtherStep:
    @pytest.mark.parametrize("step", OTHER_STEPS, ids=lambda step: step.value)
    def test_all_who_decide_it_are_awaited(self, office: Office, step: Step) -> None:
        assert who(office, office.register(), step) == Awaited(WHO_DECIDES[step])

    @pytest.mark.parametrize("step", OTHER_STEPS, ids=lambda step: step.value)
    def test_the_drafter_is_left_out_where_the_guards_refuse_him(self, office: Office, step: Step) -> None:
        number = proposed(office, Way.FILING, NOBODY, by="D01")
        another_director(office)
        barred = "D01" if step in NOT_BY_THE_DRAFTER and DIRECTOR in WHO_DECIDES[step] else ""
        assert who(office, number, step).barred == barred

    def test_a_director_who_answered_is_not_awaited_to_close(self, office: Office) -> None:
        number = answered_by_the_director(office)
        another_director(office)
        assert named_above_the_form(office, number, Step.CLOSE) == "信访办主任（拟办人 D01 除外）"
        with pytest.raises(TransitionRefusedError, match="拟办人不得自行结案，须由他人以信访办主任身份结案"):
            office.decide(number, "close", "D01", as_of=at(4))
        with pytest.raises(TransitionRefusedError, match="本步骤须由信访办主任（拟办人 D01 除外）办理"):
            office.decide(number, "close", "F01", as_of=at(4))
        office.decide(number, "close", "D02", as_of=at(4))
        assert office.waits_at(number) is Step.ARCHIVE

    @pytest.mark.parametrize(("choice", "then"), [("同意结案", Step.ARCHIVE), ("退回补充答复", Step.DELIVER)])
    def test_what_the_only_director_answered_the_next_rank_closes_or_sends_back(
        self, office: Office, choice: str, then: Step
    ) -> None:
        number = answered_by_the_director(office)
        assert named_above_the_form(office, number, Step.CLOSE) == "分管副主任"
        with pytest.raises(TransitionRefusedError, match="拟办人不得自行结案，须由他人以分管副主任身份结案"):
            office.decide(number, "close", "D01", as_of=at(4))
        office.decide(number, "close", "F01", as_of=at(4), choice=choice, opinion="请核")
        assert office.waits_at(number) is then


def answered_by_the_director(office: Office) -> str:
    """A matter of the office's own that its director answered himself; it waits to be closed."""
    number = proposed(office, Way.DIRECT, NOBODY)
    office.decide(number, "approve", "D01")
    office.decide(number, "answer", "D01", answer="已答复。", outcome="采纳")
    office.decide(number, "deliver", "Z01", as_of=at(3), way="邮寄送达", delivered_on="2026-03-03")
    return number
