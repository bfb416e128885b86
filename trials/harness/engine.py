"""A real engine in a test: its server, a casework worker, and short ways to fill in forms and to wait."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import orjson
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from sqlmodel import select

from desk.stack.whole import Stack
from desk.wall_time import now
from flows.runtime.waiting.inputs import is_form
from models.bookmark import Bookmark
from models.vocabulary.case import Step
from trials.harness.office import Office, with_consent

T = TypeVar("T")
WITHIN = 60.0


def eventually(
    look: Callable[[], T | None], *, what: str, within: float = WITHIN, instead: Callable[[], object] | None = None
) -> T:
    """Look until something is there; ``instead`` says what was there in its place."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {within:.0f} s in vain for {what}" + (f", found {instead()}" if instead else ""))


@dataclass
class Engine:
    """One running stack and the office that it drives."""

    client: SyncPrefectClient
    stack: Stack
    office: Office

    def submit_intake(self, **form: Any) -> FlowRun:
        """Fill in the intake form, as the engine's page does."""
        day = (now() - timedelta(days=3)).date().isoformat()
        known = {"officer": "Z01", "channel": "来信", "receipt_on": day, "title": "反映路灯不亮", "name": "试验甲"}
        deployment = self.client.read_deployment_by_name("intake/intake")
        return self.client.create_flow_run_from_deployment(deployment.id, parameters={"form": known | form})

    def registered(self, **form: Any) -> str:
        """Register a petition through the intake form and wait until its own run waits for somebody."""
        run = self.submit_intake(**form)
        number = str(self.until(run.id, "已登记").state.message)  # type: ignore[union-attr]
        self.waiting(number)
        return number

    def until(self, run_id: UUID, state_name: str) -> FlowRun:
        """Wait until a run stands in a state of this name; a run that ended otherwise never will."""

        def look() -> FlowRun | None:
            run = self.client.read_flow_run(run_id)
            assert run.state is not None
            if run.state.name == state_name:
                return run
            assert not run.state.is_final(), f"{run.name} ended as {run.state.name}: {run.state.message}"
            return None

        return eventually(look, what=f"state {state_name}", instead=lambda: self.client.read_flow_run(run_id).state)

    def waiting(self, subject: str, step: Step | None = None, *, after_round: int = 0) -> tuple[FlowRun, Bookmark]:
        """Wait until a subject's run waits (at a step, in a later round)."""

        def look() -> tuple[FlowRun, Bookmark] | None:
            mark = self.office.bookmark(subject)
            if (
                mark is None
                or mark.run_id is None
                or mark.step is None
                or mark.round <= after_round
                or (step and mark.step is not step)
            ):
                return None
            run = self.client.read_flow_run(UUID(mark.run_id))
            return (run, mark) if run.state and run.state.is_paused() and run.state.name == mark.step.label else None

        return eventually(look, what=f"{subject} waiting at {step}")

    def answer(self, subject: str, step: Step, officer: str, **fields: Any) -> tuple[FlowRun, Bookmark]:
        """Answer a waiting run's form."""
        run, mark = self.waiting(subject, step)
        result = self.client.resume_flow_run(run.id, run_input={"officer": officer} | with_consent(step, fields))
        assert result.status.value == "ACCEPT", result
        return run, mark

    def description(self, subject: str) -> str:
        """The text above a waiting run's form."""
        return str(self._shown(subject, "description"))

    def form(self, subject: str) -> Any:
        """The form at which a subject's run waits, as JSON Schema."""
        return self._shown(subject, "schema")

    def _shown(self, subject: str, part: str) -> Any:
        """What the run's own state names, as the page does: a form of an older version stands under a name of its own."""
        run, _ = self.waiting(subject)
        named = (run.state.state_details.run_input_keyset if run.state else None) or {}
        return orjson.loads(self.client.read_flow_run_input(run.id, named[part]))

    def draft_of(self, run_id: UUID) -> str | None:
        """The draft that an intake run waits for."""
        with self.office.database.read() as session:
            return session.exec(select(Bookmark.subject).where(Bookmark.run_id == str(run_id))).first()

    def inputs(self, run_id: UUID) -> list[str]:
        """The keys of what the engine still keeps of a run's waits: descriptions and answers."""
        found = self.client.filter_flow_run_input(run_id, "", 100, set())
        return sorted(entry.key for entry in found if not is_form(entry.key))

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Ask the engine's API directly."""
        answer = self.client.request(method, path, json=body)  # type: ignore[arg-type]
        return answer.json()
