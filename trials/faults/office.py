"""The office during a fault: submits and answers forms as the engine's pages do, and keeps trying as people would."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectNotFound
from prefect.states import Scheduled

from desk.wall_time import now
from models.bookmark import Bookmark
from models.vocabulary.case import Step
from models.vocabulary.papers import MessageState
from tasks.runs.bookmarks import refusal_of
from trials.faults.life import REFUSED, Turn, life
from trials.harness.engine import Engine

WITHIN = 90.0
LOOK_EVERY = 0.1

AWAY = (httpx.codes.CONFLICT, httpx.codes.INTERNAL_SERVER_ERROR)
"""What the engine says when a run is just being moved by somebody else, or its database is away."""


class LostError(Exception):
    """Something did not come about in time: a petition that does not go on."""


def until(look: Callable[[], Any], what: str, *, within: float = WITHIN) -> Any:
    """Look until something is there; a database or an engine that is away is looked at again."""
    end = time.monotonic() + within
    fault = ""
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except (httpx.HTTPError, OSError, RuntimeError) as away:
            fault = f" ({type(away).__name__})"
        except Exception as away:  # the database's driver names its faults in its own way
            if type(away).__module__.split(".")[0] not in ("sqlalchemy", "psycopg", "sqlite3"):
                raise
            fault = f" ({type(away).__name__})"
        time.sleep(LOOK_EVERY)
    raise LostError(f"waited {within:.0f} s in vain for {what}{fault}")


class FaultOffice(Engine):
    """One office on a stack that is being disturbed."""

    def paper(self, **form: Any) -> dict[str, Any]:
        """An invented paper that came in today, from somebody who never wrote before."""
        today, person = now().date().isoformat(), f"试验{uuid4().hex[:12]}"
        known = {"officer": "Z01", "channel": "来信", "receipt_on": today, "title": "反映路灯不亮", "name": person}
        return {"form": known | {"email": "shi@example.com"} | form}

    def submit(self, *, delay: float = 0.0, **form: Any) -> FlowRun:
        """Submit the intake form, again while the engine is away; ``delay`` seconds from now it is taken up."""
        deployment = until(lambda: self.client.read_deployment_by_name("intake/intake"), "the intake form")
        state: State[Any] = Scheduled(scheduled_time=now() + timedelta(seconds=delay))
        # The key is for us who cannot look whether a press that brought no receipt counted; a clerk looks at the list of runs.
        paper, key = self.paper(**form), str(uuid4())
        submitted: FlowRun = until(
            lambda: self.client.create_flow_run_from_deployment(
                deployment.id, parameters=paper, state=state, idempotency_key=key
            ),
            "the engine to take the intake form",
        )
        return submitted

    def number_of(self, intake: FlowRun) -> str:
        """Wait until a paper is registered; returns its number."""

        def look() -> str | None:
            state = self.client.read_flow_run(intake.id).state
            return str(state.message) if state and state.name == "已登记" else None

        return str(until(look, f"the registration by run {intake.id}"))

    def run_of(self, subject: str) -> FlowRun | None:
        """The run that drives a subject, as its bookmark names it."""
        mark = self.office.bookmark(subject)
        if mark is None or mark.run_id is None:
            return None
        try:
            return self.client.read_flow_run(UUID(mark.run_id))
        except ObjectNotFound:
            return None

    def waits(self, subject: str, step: Step | None, *, after_round: int = -1) -> tuple[FlowRun, Bookmark] | None:
        """The waiting run, if a subject waits at a step in a later round; with no step: if its run is at its end."""
        mark, run = self.office.bookmark(subject), self.run_of(subject)
        if mark is None or run is None or run.state is None:
            return None
        if step is None:
            return (run, mark) if run.state.is_completed() and mark.finished else None
        there = mark.step is step and mark.round > after_round and run.state.is_paused() and run.state.name == step.label
        return (run, mark) if there else None

    def at_rest(self, subject: str, step: Step | None, *, after_round: int = -1) -> tuple[FlowRun, Bookmark]:
        """Wait until a subject's run waits at a step, or is at its end."""
        found: tuple[FlowRun, Bookmark] = until(
            lambda: self.waits(subject, step, after_round=after_round), f"{subject} at {step.value if step else 'its end'}"
        )
        return found

    def answer_turn(self, number: str, turn: Turn) -> int:
        """Answer a turn's form; returns the round that was answered. Is pressed again when the engine was away."""
        subject = turn.subject(number)
        run, mark = self.at_rest(subject, turn.step)
        if turn.step is Step.ARCHIVE:
            until(lambda: not self.letters_on_their_way(number), f"the letters of {number}")
        self.press(run.id, mark, {"officer": turn.officer} | turn.fields)
        return mark.round

    def press(self, run_id: UUID, asked: Bookmark, answer: dict[str, Any]) -> None:
        """Press Resume at the wait that a bookmark names, until the engine has the answer.

        As a person would: an answer is only typed into the form that is shown, and a press that brought no receipt is
        repeated unless the case has moved on, for one whose reply was lost may have counted.
        """

        def pressed() -> bool:
            state = self.client.read_flow_run(run_id).state
            if state is not None and state.is_paused() and asked.step is not None and state.name == asked.step.label:
                try:
                    if self.client.resume_flow_run(run_id, run_input=answer).status.value == "ACCEPT":
                        return True
                except httpx.HTTPStatusError as error:
                    if error.response.status_code not in AWAY:
                        raise
            return self._was_taken(asked)

        until(pressed, f"the engine to take an answer for run {run_id}")

    def _was_taken(self, asked: Bookmark) -> bool:
        """Is the case past the wait that was answered, or was the answer refused?"""
        mark = self.office.bookmark(asked.subject)
        if mark is None or mark.finished:
            return mark is not None
        if mark.step is None:
            return False  # under way: its next wait will tell
        return mark.step is not asked.step or (mark.round > asked.round and refusal_of(mark) is not None)

    def after_turn(self, number: str, turn: Turn, round_: int) -> None:
        """Wait until everything that a turn moves on waits at its next step or is at its end."""
        for share, step in turn.then.items():
            same = share == turn.share
            self.at_rest(f"{number}{share}", step, after_round=round_ if same else -1)

    def letters_on_their_way(self, number: str) -> int:
        """How many letters of a petition have not left yet."""
        on_the_way = (MessageState.QUEUED, MessageState.SENDING)
        return sum(letter.state in on_the_way for letter in self.office.letters(number))

    def turns(self) -> tuple[Turn, ...]:
        """One life with a refused answer at its beginning, for two units; the answer reaches the petitioner today."""
        return (REFUSED, *life(now().date().isoformat()))

    def live(self, *, turns: tuple[Turn, ...] = ()) -> str:
        """Let one petition live its life undisturbed; returns its number."""
        number = self.number_of(self.submit())
        for turn in turns or self.turns():
            self.after_turn(number, turn, self.answer_turn(number, turn))
        return number

    def decide_turn(self, number: str, turn: Turn, *, as_of: datetime) -> None:
        """Decide a turn at the desk instead of answering its form."""
        self.office.decide(turn.subject(number), turn.step, turn.officer, as_of=as_of, **turn.fields)
