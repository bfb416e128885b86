"""The worker of a later version: ``python -m tests.flows.newer_version <arguments of prefect>``.

Its steps have other names and its forms ask for other things, as after an update of the office's software.
"""

from typing import Any

from models.vocabulary.case import Step
from tasks import decide
from tasks.forms import intake, routing
from tasks.forms.base import StepForm, asked
from tasks.record.act import Act
from tasks.record.cases import Case

SCREEN_LABEL, PROPOSE_LABEL, APPROVE_LABEL = "待初审", "待拟办意见", "待批示"


class ScreenForm(intake.ScreenForm):
    """Asks for more, and without more than before it can be answered as before."""

    urgency: str = asked("缓急", 11, default="一般")


class ProposeForm(routing.ProposeForm):
    """One field goes by another name, one is new and has to be filled in."""

    opinion: str = asked("（已不用）", 90)
    reasons: str = asked("拟办理由", 4, default=...)


ProposeForm.model_fields.pop("opinion")
ProposeForm.model_rebuild(force=True)


class ApproveForm(routing.ApproveForm):
    """One field is gone."""


ApproveForm.model_fields.pop("opinion")
ApproveForm.model_rebuild(force=True)


def apply_proposal(case: Case, answer: Any, act: Act) -> None:
    """Put the proposal before the approver, from the renamed field."""
    known = {name: getattr(answer, name) for name in routing.ProposeForm.model_fields if name != "opinion"}
    routing.apply_proposal(case, routing.ProposeForm(**known, opinion=answer.reasons), act)


def apply_approval(case: Case, answer: Any, act: Act) -> None:
    """Approve without words of one's own."""
    known = {"officer": answer.officer, "occurred_at": answer.occurred_at, "choice": answer.choice}
    routing.apply_approval(case, routing.ApproveForm(**known, opinion="同意"), act)


def update() -> None:
    """Make this process one of the later version."""
    Step.SCREEN.label, Step.PROPOSE.label, Step.APPROVE.label = SCREEN_LABEL, PROPOSE_LABEL, APPROVE_LABEL
    old = decide.FORMS
    old[Step.SCREEN] = StepForm(ScreenForm, intake.apply_screening, old[Step.SCREEN].event)
    old[Step.PROPOSE] = StepForm(ProposeForm, apply_proposal)
    old[Step.APPROVE] = StepForm(ApproveForm, apply_approval)


if __name__ == "__main__":
    update()
    from prefect.cli import app

    app()
