"""The harness itself: its table has every turn and every moment, its seams know what passes, and its checks can fail."""

from collections import Counter

import pytest

from models.vocabulary.case import Step
from trials.faults.check import Findings, _of_petition, story
from trials.faults.death_orders import Order, Orders
from trials.faults.fixed_tour import ON_POSTGRESQL, ON_SQLITE
from trials.faults.kill_points import MOMENTS
from trials.faults.kill_seams import moment_of
from trials.faults.life import REFUSED, life
from trials.faults.result import Result
from trials.harness.office import Office

TURNS = (REFUSED, *life("2026-03-02"))
RUN = "7b0b0f0e-0000-0000-0000-000000000000"


def test_a_life_passes_every_step_of_a_petition_that_units_handle() -> None:
    assert [turn.name for turn in TURNS] == [
        "screen (refused)",
        "screen",
        "propose",
        "approve",
        "sign_in/1",
        "report/1",
        "examine/1",
        "sign_in/2",
        "report/2",
        "examine/2",
        "deliver",
        "close",
        "archive",
    ]


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.name)
def test_every_turn_is_killed_at_most_of_the_moments(turn: object) -> None:
    passed = [moment.seam for moment in MOMENTS if moment.comes_up_in(turn)]  # type: ignore[arg-type]
    assert len(passed) >= 5
    assert len(passed) == len(set(passed))


@pytest.mark.parametrize("moments", [ON_POSTGRESQL, ON_SQLITE], ids=["on PostgreSQL", "on SQLite"])
def test_the_few_kill_points_are_of_the_table(moments: dict[str, str]) -> None:
    turns = {turn.name: turn for turn in TURNS}
    wrong = [name for name, seam in moments.items() if not any(m.seam == seam and m.comes_up_in(turns[name]) for m in MOMENTS)]
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path", "content", "moment"),
    [
        pytest.param("POST", f"/api/flow_runs/{RUN}/set_state", b'{"state": {"type": "PAUSED"}}', ("paused", RUN), id="a state"),
        pytest.param("POST", f"/api/casework/runs/{RUN}/enter", b"{}", ("running", RUN), id="a run is entered"),
        pytest.param(
            "POST", f"/api/casework/runs/{RUN}/leave", b'{"state": {"type": "PAUSED"}}', ("paused", RUN), id="a run waits"
        ),
        pytest.param(
            "POST", f"/api/casework/runs/{RUN}/leave", b'{"forget": []}', ("left", RUN), id="a run's last form is forgotten"
        ),
        pytest.param(
            "POST", "/api/deployments/1/create_flow_run", b'{"name": "XF-2026-0001"}', ("start", ""), id="a run is started"
        ),
        pytest.param(
            "POST", "/api/deployments/1/create_flow_run", b'{"name": "outbox 09:00"}', ("start outbox", ""), id="an outbox run"
        ),
    ],
)
def test_calls_to_the_engine_are_known(method: str, path: str, content: bytes, moment: tuple[str, str]) -> None:
    assert moment_of(method, path, content) == moment


@pytest.mark.parametrize(
    ("moment", "run", "dies"),
    [
        pytest.param("paused:after", RUN, True, id="its moment in its run"),
        pytest.param("paused:before", RUN, False, id="another moment"),
        pytest.param("paused:after", "another", False, id="another run"),
    ],
)
def test_an_order_is_carried_out_once_at_its_moment(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, moment: str, run: str, dies: bool
) -> None:
    deaths: list[str] = []
    monkeypatch.setattr("trials.faults.death_orders._die", lambda: deaths.append("killed"))
    orders = Orders(tmp_path)  # type: ignore[arg-type]
    orders.give(Order(moment="paused:after", run=RUN))
    for _ in range(2):
        orders.obey(moment, run)
    assert (deaths, orders.carried_out()) == (["killed"] * dies, dies)


def test_a_lost_and_a_repeated_step_are_found(office: Office) -> None:
    number = office.assigned()
    with office.database.read() as session:
        told = story(session, number)
        assert told[("event", "screen", "Z01", 0)] == 1
        findings = Findings()
        _of_petition(
            session,
            number,
            told - Counter([("event", "screen", "Z01", 0)]) + Counter([("event", "report", "L-SZJ", 1)]),
            findings,
        )
    assert (findings.twice, findings.lost) == (1, 1)
    assert findings.problems[0] == f"{number} has not ended: {office.petition(number).state.value}"
    assert not Result(fault="", where="", problems=findings.problems).green


def test_the_refused_answer_is_the_only_one_that_waits_where_it_was() -> None:
    assert [turn.name for turn in TURNS if turn.then[turn.share] is turn.step] == [REFUSED.name]
    assert REFUSED.step is Step.SCREEN
