"""``xinfang simulate``: a small year, its table and its promises; and that each promise can be found broken."""

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import typer
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from desk.cli.simulate import simulate_command
from desk.simulation.city import Year
from desk.simulation.promises import PROMISES, Inspector
from models.case_event import CaseEvent
from models.clock import Clock, ClockRung
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Event, State
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import Letter
from rules.data.pack_files import load_packs
from rules.working_days import load_calendar
from rules.zone import SHANGHAI
from tasks.sweeping.sweep import sweep
from tests.conftest import WANTED
from tests.desk.cli.test_cases_command import Typist
from trials.harness.office import Office, at, day

TWICE, EARLY, AT_NIGHT, UNESCALATED, UNSEEN, STILL_RUNNING, BURST, LOST, FORGED = PROMISES
HEADS = ["单位", "月份", "提醒", "逾期", "催办", "督办", "报副主任", "提请主任会议"]
FOUR_MONTHS = ("--from", "2025-01-01", "--to", "2025-04-30", "--petitions", "40", "--seed", "7")
ONE_MONTH = ("--from", "2025-03-01", "--to", "2025-04-10", "--petitions", "12", "--seed", "7")

APP = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
APP.command("simulate")(simulate_command)


def simulated(*words: str, parts: int = 4) -> Result:
    """Run a simulation with no settings from outside."""
    with pytest.MonkeyPatch.context() as outside:
        for name in [name for name in os.environ if name.startswith("XINFANG_")]:
            outside.delenv(name)
        outside.setattr("desk.simulation.city.PARTS", parts)
        return CliRunner().invoke(APP, list(words))


@pytest.fixture
def xinfang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typist:
    return Typist(monkeypatch, capsys)


@pytest.fixture(scope="module")
def told() -> Result:
    """What four months of forty petitions print."""
    return simulated(*FOUR_MONTHS)


@pytest.fixture
def rows(told: Result) -> list[dict[str, str]]:
    """The lines of the table."""
    lines = [line for line in told.stdout.splitlines() if line.startswith(("│", "┃"))]
    heads, *cells = [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in lines]
    assert heads == HEADS
    return [dict(zip(heads, line, strict=True)) for line in cells]


class TestASmallYear:
    def test_ends_well_and_keeps_every_promise(self, told: Result) -> None:
        assert (told.exit_code, told.stderr) == (0, "")
        assert [line for line in told.stdout.splitlines() if line.startswith(("✓", "✗"))] == [
            f"✓ {promise}" for promise in PROMISES
        ]

    def test_prints_units_and_months_with_sums(self, rows: list[dict[str, str]]) -> None:
        sums = {
            head: sum(int(row[head]) for row in rows if row["月份"] == "合计" and row["单位"] != "全部") for head in HEADS[2:]
        }
        assert rows[-1] == {"单位": "全部", "月份": "合计"} | {head: str(figure) for head, figure in sums.items()}
        assert {row["月份"] for row in rows} == {"2025-01", "2025-02", "2025-03", "2025-04", "合计"}
        assert "市人大常委会信访办公室" in {row["单位"] for row in rows}

    def test_has_something_in_every_column(self, rows: list[dict[str, str]]) -> None:
        """A year in which nothing goes wrong would prove nothing."""
        assert min(int(rows[-1][head]) for head in HEADS[2:]) > 0

    def test_says_in_which_week_the_sweep_was_down(self, told: Result) -> None:
        (began, ended) = map(day, re.search(r"巡查停机 (\S+) 至 (\S+)", told.stdout).groups())  # type: ignore[union-attr]
        assert (ended - began, day("2025-01-01") <= began, ended <= day("2025-04-30")) == (timedelta(days=6), True, True)


def test_the_same_seed_gives_the_same_figures() -> None:
    first, second = [json.loads(simulated(*ONE_MONTH, "--json", parts=1).stdout) for _ in range(2)]
    seconds = first.pop("seconds"), second.pop("seconds")
    assert first == second
    assert (first["petitions"], first["broken"], first["faults"], min(seconds) > 0) == (12, [], [], True)


def test_a_broken_promise_is_named_and_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Year(petitions=1, broken=[(EARLY, "信访件 1 期限 2 urge：2025-01-02")], faults=["XF-2025-0001 #2 urge: KeyError"])
    monkeypatch.setattr("desk.simulation.city.simulate", lambda *_given: broken)
    result = simulated(*ONE_MONTH)
    assert f"✗ {EARLY}：1 处，例如 信访件 1 期限 2 urge：2025-01-02" in result.stdout
    assert result.stdout.count("✓") == len(PROMISES) - 1
    assert (result.exit_code, result.stderr) == (1, "有 1 处没有守住承诺，1 次故障：XF-2025-0001 #2 urge: KeyError\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--from", "2025-13-01"), "--from“2025-13-01”不是日期", id="a month that does not exist"),
        pytest.param(("--to", "年底"), "--to“年底”不是日期", id="a day in words"),
        pytest.param(
            ("--from", "2025-03-02", "--to", "2025-03-01"), "--to 2025-03-01 早于 --from 2025-03-02", id="an end before the start"
        ),
        pytest.param(("--petitions", "0"), "命令用法不对", id="no petition at all"),
        pytest.param(("--seed", "x"), "命令用法不对", id="a seed that is no number"),
    ],
)
def test_a_mistake_is_one_sentence(home: object, xinfang: Typist, words: tuple[str, ...], said: str) -> None:
    code, out, err = xinfang("simulate", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


# --- the promises on a small record that was tampered with ---

SWEPT = [day(f"2026-{text}") for text in ("03-03", "04-02", "04-17", "04-26", "05-06", "05-07", "05-13")]
Tamper = Callable[[Session], None]


@pytest.fixture
def late(office: Office) -> Office:
    """One petition whose unit signed on 3 March and lets its sixty days pass: from a light at 50 % to a supervision."""
    number = office.assigned("市住建局")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    for on in SWEPT:
        sweep(office.database, as_of=_moment(on, 0, 5))
        office.send_letters(as_of=_moment(on, 9))
    return office


def inspected(office: Office, *, petitions: int = 1) -> set[str]:
    """Which promises an inspection finds broken."""
    inspector = Inspector(
        petitions=petitions, sweeps=SWEPT, calendar=load_calendar(), packs=load_packs(), opens=time(8, 30), closes=time(17, 30)
    )
    with office.database.read() as session:
        return {one.promise for one in inspector.inspect(session)}


def _moment(on: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), tzinfo=SHANGHAI)


def _assign(session: Session) -> Clock:
    return session.exec(select(Clock).where(Clock.rule_key == "assign")).one()


def _steps(session: Session, *keys: str) -> Iterator[ClockRung]:
    steps = session.exec(select(ClockRung).where(ClockRung.clock_id == _assign(session).id)).all()
    return (step for step in steps if not keys or step.key in keys)


def recorded(key: str, on: str) -> Tamper:
    """A step put on record on another day."""

    def tamper(session: Session) -> None:
        for step in _steps(session, key):
            step.recorded_at = _moment(day(on), 0, 5)

    return tamper


def never(*keys: str) -> Tamper:
    """Steps (all of them, unless named) that nobody took."""

    def tamper(session: Session) -> None:
        for step in _steps(session, *keys):
            session.delete(step)

    return tamper


def sent(on: str, hour: int, minute: int = 0, **columns: Any) -> Tamper:
    """An urging that left at another instant."""

    def tamper(session: Session) -> None:
        message = session.exec(select(OutboxMessage).where(OutboxMessage.letter == Letter.URGING_LETTER)).one()
        message.sent_at = _moment(day(on), hour, minute)
        for column, value in columns.items():
            setattr(message, column, value)

    return tamper


def stands(state: State, clock: ClockState) -> Tamper:
    """A petition that has ended while its unit's limit has not; every other limit has."""

    def tamper(session: Session) -> None:
        session.exec(select(Petition)).one().state = state
        nothing_runs(session)
        _assign(session).state = clock

    return tamper


def nothing_runs(session: Session) -> None:
    for clock in session.exec(select(Clock)):
        clock.state = ClockState.STOPPED


def told_twice(session: Session) -> None:
    petition = session.exec(select(Petition)).one()
    event = session.exec(select(CaseEvent).where(CaseEvent.event == Event.MISS)).one()
    session.add(CaseEvent(**(event.model_dump() | {"id": None, "seq": petition.last_seq + 1})))


def said_twice(session: Session) -> None:
    message = session.exec(select(OutboxMessage).where(OutboxMessage.letter == Letter.URGING_LETTER)).one()
    session.add(OutboxMessage(**(message.model_dump() | {"id": None, "key": "another"})))


def other_author(session: Session) -> None:
    session.exec(select(CaseEvent).where(CaseEvent.event == Event.SIGN_IN)).one().actor_code = "Z02"


@pytest.mark.parametrize("casework", WANTED[:1], indirect=True)
class TestThePromises:
    def test_are_kept_by_the_record_as_it_was_made(self, late: Office) -> None:
        assert inspected(late) == set()

    def test_miss_a_petition_that_is_lost(self, late: Office) -> None:
        assert inspected(late, petitions=2) == {LOST}

    @pytest.mark.parametrize(
        ("tamper", "broken"),
        [
            pytest.param(told_twice, {TWICE, FORGED}, id="an event told twice"),
            pytest.param(recorded("warn_50", "2026-04-01"), {EARLY}, id="a light a day early"),
            pytest.param(recorded("warn_100", "2026-05-05"), {EARLY}, id="the last light a day early"),
            pytest.param(recorded("missed", "2026-05-06"), {EARLY}, id="missed on the last day"),
            pytest.param(recorded("supervise", "2026-05-12"), {EARLY}, id="a supervision a day early"),
            pytest.param(sent("2026-05-07", 2), {AT_NIGHT}, id="a message at two in the morning"),
            pytest.param(sent("2026-05-07", 17, 30), {AT_NIGHT}, id="a message when the office closes"),
            pytest.param(sent("2026-05-10", 10), {AT_NIGHT}, id="a message on a Sunday"),
            pytest.param(
                sent("2026-05-07", 2, office_hours=False), {AT_NIGHT}, id="a message at night that was not told to wait"
            ),
            pytest.param(never(), {UNESCALATED}, id="a missed limit without steps"),
            pytest.param(never("supervise"), {UNESCALATED}, id="a missed limit without its supervision"),
            pytest.param(never("missed"), {UNESCALATED}, id="a missed limit that nobody calls missed"),
            pytest.param(nothing_runs, {UNSEEN}, id="a petition at work without any limit"),
            pytest.param(
                stands(State.ARCHIVED, ClockState.RUNNING),
                {STILL_RUNNING, FORGED},
                id="an archived petition with a running limit",
            ),
            pytest.param(
                stands(State.ARCHIVED, ClockState.SUSPENDED),
                {STILL_RUNNING, FORGED},
                id="an archived petition with a suspended limit",
            ),
            pytest.param(
                stands(State.DONE, ClockState.RUNNING), {STILL_RUNNING, FORGED}, id="a closed petition whose unit's limit runs"
            ),
            pytest.param(said_twice, {BURST}, id="two messages at one instant"),
            pytest.param(other_author, {FORGED}, id="an event in another's name"),
        ],
    )
    def test_are_found_broken_by(self, late: Office, tamper: Tamper, broken: set[str]) -> None:
        with late.database.write() as session:
            tamper(session)
        assert inspected(late) == broken
