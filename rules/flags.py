"""Flags that a paper earns by itself when it is written down: nobody has to tick them."""

from dataclasses import dataclass

from models.vocabulary.case import Channel, Flag
from rules.identity import id_number_warning


@dataclass(frozen=True, kw_only=True)
class PaperSituation:
    """What is looked at on a paper as it comes in: how it came, who signed, how many people, whether it says anything."""

    channel: Channel
    names: tuple[str, ...] = ()
    id_numbers: tuple[str, ...] = ()
    content: str = ""
    people_count: int = 1
    visitor_count: int = 0


def own_flags(paper: PaperSituation, *, group_visit_from: int) -> frozenset[Flag]:
    """Name the flags of a paper; so many people or more who come in person are a group (集体访)."""
    earned = {
        Flag.ANONYMOUS: not any(name.strip() for name in paper.names),
        Flag.UNCLEAR: not paper.content.strip(),
        Flag.GROUP: paper.channel is Channel.VISIT and max(paper.people_count, paper.visitor_count) >= group_visit_from,
        Flag.ID_DOUBTFUL: any(id_number_warning(number) for number in paper.id_numbers),
    }
    return frozenset(flag for flag, holds in earned.items() if holds)
