"""Which of a run's inputs is a person's answer: whatever else is stored there hides none."""

from uuid import uuid4

import pytest

from flows.runtime.waiting.inputs import Answer, newest_answer
from models.vocabulary.case import Step

MINE = {"wait-screen-3-response": '{"officer": "Z01"}'}
JUNK = {
    "another step's answer": {"wait-approve-3-response": '{"officer": "X"}'},
    "an answer to a wait that is yet to come": {"wait-screen-9-response": '{"officer": "X"}'},
    "an older answer": {"wait-screen-2-response": '{"officer": "X"}'},
    "an unknown step": {"wait-conquer-3-response": "{}"},
    "a round that is no number": {"wait-screen-three-response": "{}"},
    "a round of a hundred digits": {f"wait-screen-{'9' * 100}-response": "{}"},
    "no JSON": {"wait-propose-3-response": "{"},
    "a list": {"wait-propose-3-response": "[1]"},
    "a hundred others": {f"x-{uuid4()}": "{}" for _ in range(100)},
}


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("first", [True, False], ids=["stored before", "stored after"])
def test_the_answer_to_this_wait_is_found_beside(junk: str, first: bool) -> None:
    inputs = JUNK[junk] | MINE if first else MINE | JUNK[junk]
    assert newest_answer(inputs, step=Step.SCREEN, round_=3) == Answer(Step.SCREEN, 3, {"officer": "Z01"})


@pytest.mark.parametrize("junk", [name for name in JUNK if name not in ("another step's answer", "an older answer")])
def test_what_is_no_answer_is_none(junk: str) -> None:
    assert newest_answer(JUNK[junk], step=Step.SCREEN, round_=3) is None


def test_an_answer_to_a_form_that_was_shown_before_is_still_somebodys() -> None:
    found = newest_answer({"wait-screen-2-response": "{}"}, step=Step.SCREEN, round_=3)
    assert found is not None
    assert found.round == 2
