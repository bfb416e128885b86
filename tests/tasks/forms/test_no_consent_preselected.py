"""No form says yes for the person who fills it in: what agrees to something has to be chosen."""

from typing import Any

import pytest

from models.vocabulary.case import Step
from rules.errors import AnswerRefusedError
from tasks.decide import FORMS, read_form

AGREEING = ("同意", "通过")
DECIDING = {
    Step.APPROVE: "审批",
    Step.EXAMINE: "审查结论",
    Step.CLOSE: "结案审批",
    Step.DECIDE_OBJECTION: "意见",
    Step.DECIDE_EXTENSION: "意见",
}


def schema(step: Step) -> dict[str, Any]:
    return FORMS[step].form.model_json_schema()


@pytest.mark.parametrize("step", Step, ids=lambda step: step.value)
def test_nothing_that_agrees_is_preselected(step: Step) -> None:
    preselected = [str(field.get("default", "")) for field in schema(step)["properties"].values()]
    assert [label for label in preselected if any(word in label for word in AGREEING)] == []


@pytest.mark.parametrize(("step", "title"), DECIDING.items(), ids=lambda value: str(getattr(value, "value", value)))
@pytest.mark.parametrize("left", [{}, {"choice": ""}, {"choice": None}], ids=["left out", "left empty", "nothing"])
def test_a_decision_that_was_not_chosen_is_asked_for(step: Step, title: str, left: dict[str, Any]) -> None:
    assert "choice" in schema(step)["required"]
    with pytest.raises(AnswerRefusedError, match=f"^{title}：请"):
        read_form(step, left)
