"""A form that is shown again at once is not answered by the rest of a burst of presses; below the engine."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Pause
from sqlalchemy.exc import OperationalError

from flows.runtime.waiting import waiting
from flows.runtime.waiting.context import driven
from flows.runtime.waiting.inputs import keyset
from flows.runtime.waiting.presses import BURST, note_key
from models.case_event import CaseEvent
from models.vocabulary.case import Event, Step
from tasks.runs.bookmarks import open_round, refusal_of
from tests.flows.runtime.test_nothing_to_do import Client
from trials.harness.office import MONDAY, Office

URGED = {"officer": "Z01", "choice": "电话催办", "unit": "1", "text": "请抓紧"}
LATER = {"text": "请务必抓紧"}
SOON, LATE = timedelta(milliseconds=200), BURST


class Run:
    """A petition's run at one step, entered with answers at chosen moments."""

    def __init__(self, office: Office, number: str, step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office, self.number, self.step, self.clock = office, number, step, MONDAY + timedelta(hours=1)
        self.run = FlowRun(id=uuid4(), flow_id=uuid4(), state_id=uuid4(), name=number)
        monkeypatch.setattr(waiting, "now", lambda: self.clock)
        with office.database.write() as session:
            open_round(
                session, number, run_id=str(self.run.id), step=step, seen_seq=office.petition(number).last_seq, as_of=MONDAY
            )
        keys = keyset(step, 1)
        self.kept = {keys["schema"]: "{}", keys["description"]: "{}"}

    def pressed(self, answer: dict[str, str], after: timedelta) -> None:
        """Answer the form so long after it was shown; the run is entered, looks, and shows it again."""
        mark = self.office.bookmark(self.number)
        assert mark is not None
        self.clock += after
        self.kept[keyset(self.step, mark.round)["response"]] = orjson.dumps(answer).decode()
        client = Client()
        with driven(client, self.run, dict(self.kept)):  # type: ignore[arg-type]
            waiting.take_answer(self.number)
            with pytest.raises(Pause):
                waiting.wait_for_staff(self.number, self.step)
        (left,) = client.left
        self.kept = {key: value for key, value in self.kept.items() if key not in left["forget"]} | left["inputs"]

    def events(self, event: Event) -> list[CaseEvent]:
        return [one for one in self.office.events(self.number) if one.event is event]


@pytest.fixture
def overseeing(office: Office, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(office, office.assigned(), Step.OVERSEE, monkeypatch)


@pytest.mark.parametrize(
    ("second", "after", "times"),
    [
        pytest.param({}, SOON, 1, id="the same words at once are the same press"),
        pytest.param({}, LATE, 2, id="the same words later are another call"),
        pytest.param(LATER, SOON, 2, id="other words are another call however soon"),
    ],
)
def test_an_act_that_may_be_repeated_is_counted_once_a_press(
    overseeing: Run, second: dict[str, str], after: timedelta, times: int
) -> None:
    overseeing.pressed(URGED, SOON)
    overseeing.pressed(URGED | second, after)
    assert len(overseeing.events(Event.URGE)) == times


def test_a_whole_burst_is_one_press(overseeing: Run) -> None:
    for _ in range(10):
        overseeing.pressed(URGED, SOON)
    assert len(overseeing.events(Event.URGE)) == 1


def test_who_goes_on_pressing_is_heard_when_the_burst_is_over(overseeing: Run) -> None:
    for _ in range(20):  # every 0.2 seconds, for four
        overseeing.pressed(URGED, SOON)
    assert len(overseeing.events(Event.URGE)) == 2


def test_the_refusal_stays_above_the_form_that_the_burst_finds_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(office, office.register(), Step.SCREEN, monkeypatch)
    wrong: dict[str, Any] = {"officer": "L-SZJ", "petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}
    said = []
    for _ in range(2):
        run.pressed(wrong, SOON)
        mark = office.bookmark(run.number)
        assert mark is not None
        said.append(refusal_of(mark))
    assert said[0] == said[1] is not None


def test_what_was_typed_is_not_kept(overseeing: Run) -> None:
    overseeing.pressed(URGED, SOON)
    mark = overseeing.office.bookmark(overseeing.number)
    assert mark is not None
    assert note_key(Step.OVERSEE, mark.round) in overseeing.kept
    assert URGED["text"] not in overseeing.kept[note_key(Step.OVERSEE, mark.round)]


@pytest.mark.parametrize("fault", [OverflowError, ValueError, KeyError])
def test_an_answer_that_cannot_be_taken_is_said_above_the_form_and_fails_no_run(
    overseeing: Run, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def broken(*_given: object) -> None:
        raise fault

    monkeypatch.setattr(waiting, "decide", broken)
    overseeing.pressed(URGED, SOON)
    mark = overseeing.office.bookmark(overseeing.number)
    assert mark is not None
    assert fault.__name__ in (refusal_of(mark) or "")


def test_an_answer_is_kept_for_another_try_while_the_database_is_away(overseeing: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_given: object) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(waiting, "decide", away)
    with pytest.raises(OperationalError):
        overseeing.pressed(URGED, SOON)
