"""Access: who may read what of a case."""

from models.vocabulary.case import Flag, PetitionClass


def shows_petitioner(petition_class: PetitionClass | None, flags: frozenset[Flag], *, to_self: bool) -> bool:
    """Say whether a paper may name the petitioner.

    Towards anybody else an accuser's name stays with the office (条例 第三十条第三款), and so does the name of whoever
    asked for confidence.
    """
    return to_self or not (petition_class is PetitionClass.ACCUSATION or Flag.CONFIDENTIAL in flags)
