"""The demonstration's cases, played through the forms without an engine: each comes to the end that it promises."""

from datetime import date, datetime, timedelta

import pytest

from desk.demo.cases import CASES, DemoCase, Turn
from desk.demo.driver import Player
from models.vocabulary.case import State, Step
from models.vocabulary.people import Proof
from rules.zone import SHANGHAI
from tasks.decide import FORMS
from tasks.forms.registration import IntakeForm
from tasks.keeping.vault import vault
from tasks.record.act import Who
from tasks.record.organs import organ_by_id
from tasks.record.verifying import verify
from tasks.submit import put_on_file, read_intake, try_to_register
from trials.harness.office import Office

TODAY = date(2026, 6, 30)
CLERK = Who("Z01", Proof.NONE)
EACH_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)


def taken_in(case: DemoCase) -> Player:
    """The case's paper comes in on its day and is registered at once."""
    day = TODAY - timedelta(days=case.days)
    given = case.paper | {"receipt_on": day.isoformat(), "occurred_at": f"{day} {case.received}"}
    form, problem = read_intake(dict(given), CLERK, today=day)
    assert problem == ""
    now = datetime.combine(TODAY, datetime.min.time(), tzinfo=SHANGHAI)
    number = try_to_register(put_on_file(form, CLERK, key=f"demo:{case.key}", as_of=now), form, CLERK, as_of=now)
    assert number is not None
    return Player(case=case, number=number, received_on=day)


def subject_of_turn(office: Office, player: Player, turn: Turn) -> str:
    """The petition, or the share of the unit that the turn names."""
    if not turn.unit:
        return player.number
    with office.database.read() as session:
        codes = {share.position: organ_by_id(session, share.organ_id).code for share in office.shares(player.number)}
    [position] = [position for position, code in codes.items() if code == turn.unit]
    return f"{player.number}/{position}"


def played(office: Office, case: DemoCase, turns: int = 99) -> Player:
    """Answer the case's turns in their order, each at its own time, the post going out between them."""
    player = taken_in(case)
    for turn in case.turns[:turns]:
        instant = player.instant(turn.after)
        if Step(turn.step) is Step.ARCHIVE:
            office.send_letters(as_of=instant + timedelta(days=4))
            instant += timedelta(days=4)
        answer = player.answer(turn)
        office.decide(subject_of_turn(office, player, turn), turn.step, answer.pop("officer"), as_of=instant, **answer)
    return player


@EACH_CASE
class TestADemoCase:
    def test_ends_in_the_archive(self, case: DemoCase, office: Office) -> None:
        number = played(office, case).number
        assert office.petition(number).state is State.ARCHIVED
        with office.database.read() as session:
            assert verify(session, vault()).findings == ()

    def test_stands_where_the_standing_demo_stops(self, case: DemoCase, office: Office) -> None:
        player = played(office, case, turns=case.hold)
        player.next_turn = min(case.hold, len(case.turns))
        assert player.turn(hold=True) is None
        player.next_turn -= 1
        assert player.turn(hold=True) is case.turns[player.next_turn]
        assert office.petition(player.number).state is not State.DRAFT

    def test_goes_forward_in_time_and_ends_before_today(self, case: DemoCase) -> None:
        player = Player(case=case, number="", received_on=TODAY - timedelta(days=case.days))
        times = [player.instant(turn.after) for turn in case.turns]
        assert times == sorted(times)
        assert times[-1].date() <= TODAY

    def test_answers_only_what_the_forms_ask(self, case: DemoCase) -> None:
        assert set(case.paper) <= set(IntakeForm.model_fields)
        for turn in case.turns:
            assert set(turn.answer) <= set(FORMS[Step(turn.step)].form.model_fields), turn

    def test_has_a_title_without_a_name(self, case: DemoCase) -> None:
        assert str(case.paper["name"]) not in case.title
        assert case.paper["title"] == case.title


class TestAPlayer:
    PLAYER = Player(case=CASES[0], number="XF-2026-0001", received_on=date(2026, 3, 30))

    @pytest.mark.parametrize(
        ("after", "instant"),
        [("0 09:14", "2026-03-30 09:14"), ("2 16:00", "2026-04-01 16:00"), ("40 00:00", "2026-05-09 00:00")],
        ids=["the same day", "over the month", "after weeks"],
    )
    def test_counts_from_the_day_of_receipt(self, after: str, instant: str) -> None:
        assert f"{self.PLAYER.instant(after):%Y-%m-%d %H:%M}" == instant

    def test_fills_in_the_days_that_are_marked(self) -> None:
        turn = Turn(after="1 10:00", step="deliver", answer={"officer": "Z01", "delivered_on": "@2", "summary": "2@"})
        assert self.PLAYER.answer(turn) == {
            "officer": "Z01",
            "delivered_on": "2026-04-01",
            "summary": "2@",
            "occurred_at": "2026-03-31 10:00",
        }


def test_the_cases_have_keys_of_their_own_and_show_every_rank_of_approver() -> None:
    assert len({case.key for case in CASES}) == len(CASES) == 8
    approvers = {turn.answer["officer"] for case in CASES for turn in case.turns if turn.step == "approve"}
    assert approvers == {"F01", "H01"}
