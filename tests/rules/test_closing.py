"""Closing: what each way still lacks, and how long a file is kept."""

from dataclasses import replace

import pytest

from models.vocabulary.case import Event, Flag, Outcome, PetitionClass, Way
from models.vocabulary.papers import Retention
from rules.closing import ANSWERS, ClosingSituation, closing_gaps, retention_for

E, K, W = Event, Retention, Way
NO_OUTCOME, NO_ANSWER, NO_DELIVERY, NOT_TOLD = ("没有办理结论", "没有答复或办结报告", "没有送达记录", "没有告知信访人转送去向")
BARE = ClosingSituation(way=W.ASSIGNMENT)
WHOLE = ClosingSituation(way=W.ASSIGNMENT, outcome=Outcome.SUPPORTED, events=frozenset((E.REPORT, E.DELIVER)))
REFERRED = ClosingSituation(way=W.REFERRAL, outcome=Outcome.REFERRED, told=True)
FILED = ClosingSituation(way=W.FILING, outcome=Outcome.FILED)
SPOT = ClosingSituation(way=W.ON_THE_SPOT, outcome=Outcome.ANSWERED, events=frozenset((E.ANSWER_ON_SPOT,)))

GAPS = [
    ("an assignment with nothing yet", BARE, (NO_OUTCOME, NO_ANSWER, NO_DELIVERY)),
    ("an assignment that was reported and delivered", WHOLE, ()),
    ("an assignment that was reported only", replace(WHOLE, events=frozenset((E.REPORT,))), (NO_DELIVERY,)),
    ("an assignment without a conclusion", replace(WHOLE, outcome=None), (NO_OUTCOME,)),
    ("an own matter that nobody answered", replace(BARE, way=W.DIRECT, outcome=Outcome.ANSWERED), (NO_ANSWER, NO_DELIVERY)),
    ("a rejection that was not delivered", replace(WHOLE, way=W.REJECTION, events=frozenset((E.REJECT,))), (NO_DELIVERY,)),
    (
        "a refused repeat that was not delivered",
        replace(WHOLE, way=W.REFUSAL_OF_REPEAT, events=frozenset((E.REFUSE_REPEAT,))),
        (NO_DELIVERY,),
    ),
    ("a referral that the petitioner knows of", REFERRED, ()),
    ("a referral that nobody was told of", replace(REFERRED, told=False), (NOT_TOLD,)),
    ("a filed petition", FILED, ()),
    ("an answer at the window", SPOT, ()),
    ("an answer at the window that is not on file", replace(SPOT, events=frozenset()), (NO_ANSWER,)),
    ("a petition without a way", ClosingSituation(outcome=Outcome.ANSWERED), (NO_ANSWER,)),
]
KEPT = [
    ("an answer at the window", W.ON_THE_SPOT, PetitionClass.ACCUSATION, (Flag.URGENT,), Outcome.ANSWERED, K.TEN_YEARS),
    ("a filed petition", W.FILING, PetitionClass.APPEAL, (), Outcome.FILED, K.TEN_YEARS),
    ("an accusation", W.ASSIGNMENT, PetitionClass.ACCUSATION, (), Outcome.SUPPORTED, K.PERMANENT),
    ("an urgent matter", W.DIRECT, PetitionClass.SUGGESTION, (Flag.URGENT,), Outcome.ADOPTED, K.PERMANENT),
    ("an appeal with a result", W.ASSIGNMENT, PetitionClass.APPEAL, (Flag.GROUP,), Outcome.EXPLAINED, K.THIRTY_YEARS),
    ("a suggestion with a result", W.DIRECT, PetitionClass.SUGGESTION, (), Outcome.ADOPTED, K.THIRTY_YEARS),
    ("a withdrawn appeal without a result", W.ASSIGNMENT, PetitionClass.APPEAL, (), None, K.TEN_YEARS),
    ("a petition that was never screened", None, None, (), None, K.TEN_YEARS),
]


@pytest.mark.parametrize(("seen", "gaps"), [pytest.param(*one[1:], id=one[0]) for one in GAPS])
def test_names_what_is_missing_before_closing(seen: ClosingSituation, gaps: tuple[str, ...]) -> None:
    assert closing_gaps(seen) == gaps


@pytest.mark.parametrize("answer", sorted(ANSWERS), ids=lambda event: event.value)
def test_every_kind_of_answer_counts(answer: Event) -> None:
    assert closing_gaps(replace(WHOLE, events=frozenset((answer, E.DELIVER)))) == ()


@pytest.mark.parametrize(("way", "sort", "flags", "outcome", "kept"), [pytest.param(*one[1:], id=one[0]) for one in KEPT])
def test_a_file_is_kept(
    way: Way | None, sort: PetitionClass | None, flags: tuple[Flag, ...], outcome: Outcome | None, kept: Retention
) -> None:
    assert retention_for(way, sort, frozenset(flags), outcome) is kept
