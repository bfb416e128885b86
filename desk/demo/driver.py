"""Driving the demonstration: each turn is an answer to a waiting run's form, given through the engine's own API."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from desk.demo.cases import CASES, DemoCase, Turn
from desk.stack.supervisor import Say
from desk.wall_time import now
from rules.errors import CaseworkError
from rules.zone import SHANGHAI

ShowTable = Callable[[str, Sequence[dict[str, Any]]], None]
HERE = Path(__file__).resolve().parent
MARKER = ".demo"
TURN_WITHIN = 120.0
LOOK_EVERY = 0.25


class DemoError(CaseworkError):
    """The demonstration did not go as written."""


@dataclass
class Player:
    """One case while it is being played."""

    case: DemoCase
    number: str
    received_on: date
    next_turn: int = 0
    sent_round: tuple[str, int] | None = None
    turn_began: float = 0.0

    def turn(self, hold: bool) -> Turn | None:
        """The turn to be played next; nothing at the end, or where the standing demo stops."""
        last = min(self.case.hold, len(self.case.turns)) if hold else len(self.case.turns)
        return self.case.turns[self.next_turn] if self.next_turn < last else None

    def instant(self, after: str) -> datetime:
        """Turn ``5 16:00`` into the fifth day after receipt, at four."""
        days, _, clock = after.partition(" ")
        hour, minute = (int(part) for part in clock.split(":"))
        day = self.received_on + timedelta(days=int(days))
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)

    def answer(self, turn: Turn) -> dict[str, str]:
        """The turn's answer with its dates filled in."""
        filled = {name: self._dated(text) for name, text in turn.answer.items()}
        return filled | {"occurred_at": f"{self.instant(turn.after):%Y-%m-%d %H:%M}"}

    def _dated(self, text: str) -> str:
        return str(self.received_on + timedelta(days=int(text[1:]))) if text.startswith("@") else text


class Driver:
    """Plays all cases at once, each in its own order."""

    def __init__(self, client: Any, say: Say) -> None:
        """Take the engine's client and where to speak to."""
        self._client = client
        self._say = say
        self._players: list[Player] = []

    def take_in(self, case: DemoCase, today: date) -> None:
        """Fill in the intake form of one case through its deployment."""
        day = today - timedelta(days=case.days)
        form = case.paper | {"officer": "Z01", "receipt_on": day.isoformat(), "occurred_at": f"{day} {case.received}"}
        deployment = self._client.read_deployment_by_name("intake/intake")
        run = self._client.create_flow_run_from_deployment(deployment.id, parameters={"form": form})
        until = time.monotonic() + TURN_WITHIN
        while not run.state.is_final():
            if run.state.is_paused() or time.monotonic() > until:
                raise DemoError(f"示范件“{case.title}”没有登记成功（{run.state.name}）")
            time.sleep(LOOK_EVERY)
            run = self._client.read_flow_run(run.id)
        if not run.state.is_completed():
            raise DemoError(f"示范件“{case.title}”登记失败（{run.state.name}）")
        number = str(run.state.message)
        self._say(f"  {number} {case.title}：已登记")
        self._players.append(Player(case=case, number=number, received_on=day))

    def play(self, *, hold: bool = False) -> None:
        """Answer whatever waits, until every case has come to its end (or to where it is held)."""
        while waiting := [player for player in self._players if player.turn(hold)]:
            for player in waiting:
                self._look_after(player, hold)
            time.sleep(LOOK_EVERY)

    def _look_after(self, player: Player, hold: bool) -> None:
        from models.bookmark import Bookmark
        from tasks.keeping.database import database

        turn = player.turn(hold)
        if turn is None:
            return
        subject = self._subject(player, turn)
        with database().read() as session:
            mark = session.get(Bookmark, subject) if subject else None
            applied = self._applied(session, mark, player)
        if player.sent_round is not None:
            self._follow_up(player, turn, mark, applied)
        elif mark is not None and mark.step is not None and mark.step.value == turn.step and mark.run_id:
            self._send(player, turn, subject, mark)
        player.turn_began = player.turn_began or time.monotonic()
        if time.monotonic() - player.turn_began > TURN_WITHIN:
            raise DemoError(
                f"{player.number} 在“{turn.step}”停了 {TURN_WITHIN:.0f} 秒，请看 {os.environ.get('XINFANG_HOME')}/logs"
            )

    def _send(self, player: Player, turn: Turn, subject: str, mark: Any) -> None:
        import httpx

        try:
            result = self._client.resume_flow_run(mark.run_id, run_input=player.answer(turn))
        except httpx.HTTPStatusError as error:
            if error.response.status_code == httpx.codes.CONFLICT:
                return  # the run is just on its way into its wait
            raise
        if str(getattr(result.status, "value", result.status)) == "ACCEPT":
            player.sent_round = (subject, mark.round)

    def _applied(self, session: Any, mark: Any, player: Player) -> bool:
        """Say whether the answer that was sent has become an event."""
        from sqlmodel import select

        from models.case_event import CaseEvent

        if mark is None or player.sent_round is None:
            return False
        turn = player.case.turns[player.next_turn]
        key = f"{mark.run_id}:{turn.step}:{player.sent_round[1]}"
        return session.exec(select(CaseEvent.id).where(CaseEvent.decision_key == key)).first() is not None

    def _follow_up(self, player: Player, turn: Turn, mark: Any, applied: bool) -> None:
        from tasks.runs.bookmarks import refusal_of

        if applied:
            player.next_turn += 1
            player.sent_round, player.turn_began = None, 0.0
            if player.next_turn == len(player.case.turns):
                self._say(f"  {player.number} {player.case.title}：已归档")
        elif mark is not None and player.sent_round is not None and mark.round > player.sent_round[1]:
            player.sent_round = None
            if turn.step != "archive":  # the archive waits until the last letter is out
                raise DemoError(f"{player.number} 的“{turn.step}”没有被采用：{refusal_of(mark)}")

    def _subject(self, player: Player, turn: Turn) -> str:
        if not turn.unit:
            return player.number
        from sqlmodel import col, select

        from models.dispatch import Dispatch
        from models.organ import Organ
        from models.petition import Petition
        from tasks.keeping.database import database

        with database().read() as session:
            query = (
                select(Dispatch.position)
                .join(Petition, col(Petition.id) == Dispatch.petition_id)
                .join(Organ, col(Organ.id) == Dispatch.organ_id)
                .where(Petition.number == player.number, Organ.code == turn.unit)
            )
            position = session.exec(query).first()
        return f"{player.number}/{position}" if position else ""

    def wait_for_ends(self) -> int:
        """Wait until the engine holds a Completed run for every petition; returns how many it holds."""
        from models.bookmark import Bookmark
        from tasks.keeping.database import database

        until = time.monotonic() + TURN_WITHIN
        open_numbers = {player.number for player in self._players}
        while open_numbers and time.monotonic() < until:
            with database().read() as session:
                marks = [session.get(Bookmark, number) for number in open_numbers]
            for mark in marks:
                run = self._client.read_flow_run(mark.run_id) if mark and mark.run_id else None
                if run is not None and run.state.is_completed():
                    open_numbers.discard(run.name)
            time.sleep(LOOK_EVERY)
        return len(self._players) - len(open_numbers)

    @property
    def numbers(self) -> list[str]:
        """The petitions that were taken in."""
        return [player.number for player in self._players]


def _play(say: Say, *, hold: bool) -> tuple[list[str], int]:
    from desk.stack.engine import engine_client

    with engine_client() as client:
        driver = Driver(client, say)
        for case in CASES:
            driver.take_in(case, now().date())
        driver.play(hold=hold)
        return driver.numbers, 0 if hold else driver.wait_for_ends()


def show_demo(say: Say) -> None:
    """Put the eight cases into a running stack, at different stages; only once."""
    from sqlmodel import select

    from models.petition import Petition
    from tasks.keeping.database import database
    from tasks.record.roster import load_roster

    with database().write() as session:
        if session.exec(select(Petition.id).limit(1)).first():
            say("已有信访件，不再放入示范件")
            return
        load_roster(session, HERE / "roster.toml")
    say("放入八件示范信访件……")
    _play(say, hold=True)


def run_demo(say: Say, table: ShowTable, *, fresh: bool) -> int:
    """Drive all eight cases to their ends on a stack of their own and show how they ended; returns the exit code."""
    _choose_home(fresh)
    from desk.demo.table import outcome_rows
    from desk.stack.whole import Stack
    from tasks.keeping.database import database

    began = time.monotonic()
    with Stack(say) as stack:
        stack.start(roster=HERE / "roster.toml")
        say("八件示范信访件从登记办到归档……")
        numbers, completed = _play(say, hold=False)
        say(_check_clear_text())  # while all run: write-ahead logs are full and caches not yet tidied away
    with database().read() as session:
        rows = outcome_rows(session, numbers)
    table("示范结果", rows)
    say(f"用时 {time.monotonic() - began:.0f} 秒；流程引擎中已完成 {completed} 件")
    say(f"{completed} petitions closed")
    return 0 if completed == len(CASES) else 1


def _check_clear_text() -> str:
    from desk.demo.secrets import demo_secrets, demo_titles
    from desk.stack.clear_text import demand_no_clear_text, search_clear_text
    from tasks.keeping.settings import settings

    return demand_no_clear_text(search_clear_text(settings(), demo_secrets(), demo_titles()))


def _choose_home(fresh: bool) -> None:
    """Give the demo a home and a port of its own, and never empty a folder that is not the demo's."""
    from tasks.keeping.home import forget_home

    home = Path(os.environ.setdefault("XINFANG_HOME", "var/demo"))
    if "XINFANG_PREFECT_PORT" not in os.environ:
        os.environ["XINFANG_PREFECT_PORT"] = str(_free_port())
    if home.exists() and any(home.iterdir()) and not (home / MARKER).exists():
        raise DemoError(f"{home} 里有正式数据，示范不会动它；请换一个 XINFANG_HOME，例如 var/demo")
    if fresh and home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()
    forget_home()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
