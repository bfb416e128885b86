"""Closing: what has to be on file before a petition is closed (结案), and how long its file is kept."""

from dataclasses import dataclass

from models.vocabulary.case import Event, Flag, Outcome, PetitionClass, Way
from models.vocabulary.papers import Retention

ANSWERS = frozenset((Event.ANSWER_ON_SPOT, Event.ANSWER_DIRECT, Event.REPORT, Event.REJECT, Event.REFUSE_REPEAT))
"""What counts as an answer, or as the unit's report that stands for one."""

UNANSWERED_WAYS = frozenset((Way.REFERRAL, Way.FILING))
"""Ways that end without an answer of the office: the organ that a petition was referred to gives its own."""

DELIVERED_WAYS = frozenset((Way.ASSIGNMENT, Way.DIRECT, Way.REJECTION, Way.REFUSAL_OF_REPEAT))
"""Ways whose answer has to be delivered; one given at the window was delivered by being given."""


@dataclass(frozen=True, kw_only=True)
class ClosingSituation:
    """What a petition's file holds when somebody wants to close it.

    ``told`` says that the petitioner was told where the petition went (条例 第二十三条), or that nobody can be told.
    """

    way: Way | None = None
    outcome: Outcome | None = None
    events: frozenset[Event] = frozenset()
    told: bool = False


def closing_gaps(seen: ClosingSituation) -> tuple[str, ...]:
    """List in Chinese what is still missing before a petition may be closed (结案条件); empty when nothing is."""
    wanting = (
        (seen.outcome is None, "没有办理结论"),
        (seen.way not in UNANSWERED_WAYS and not seen.events & ANSWERS, "没有答复或办结报告"),
        (seen.way in DELIVERED_WAYS and Event.DELIVER not in seen.events, "没有送达记录"),
        (seen.way is Way.REFERRAL and not seen.told, "没有告知信访人转送去向"),
    )
    return tuple(words for missing, words in wanting if missing)


def retention_for(
    way: Way | None, petition_class: PetitionClass | None, flags: frozenset[Flag], outcome: Outcome | None
) -> Retention:
    """Propose how long to keep the file: important ones for good, others with a result 30 years, the rest 10."""
    if way in (Way.ON_THE_SPOT, Way.FILING):
        return Retention.TEN_YEARS
    if petition_class is PetitionClass.ACCUSATION or Flag.URGENT in flags:
        return Retention.PERMANENT
    return Retention.THIRTY_YEARS if outcome else Retention.TEN_YEARS
