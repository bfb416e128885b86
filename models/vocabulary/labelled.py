"""The base of every coded word: an English code with its Chinese label; standard library only."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """An English code with the Chinese label that the office reads.

    The value is what the database stores; ``label`` is the only place where the Chinese word for it is
    written, so that forms, lists and letters always agree.
    """

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member from its stored value and its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def read(cls, text: str) -> Self:
        """Find a member by its label or its value; raises ``ValueError`` in the office's words."""
        for member in cls:
            if text.strip() in (member.label, member.value):
                return member
        choices = "、".join(member.label for member in cls)
        raise ValueError(f"没有“{text}”这个选项，可选：{choices}")
