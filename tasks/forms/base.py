"""The common part of every form, and how its fields read dates, lists and coded words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from models.vocabulary.case import Event
from models.vocabulary.labelled import Labelled
from rules.errors import AnswerRefusedError
from rules.zone import SHANGHAI
from tasks.record.act import Act
from tasks.record.cases import Case

CodedWord = TypeVar("CodedWord", bound=Labelled)


class ByLabel:
    """Lets a form show the Chinese labels of a vocabulary and reads either the label or the code."""

    def __get_pydantic_core_schema__(self, source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a member, its label or its value."""
        return core_schema.no_info_plain_validator_function(
            lambda given: given if isinstance(given, source) else _read_choice(source, given),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda member: member.label),
            metadata={"labels": [member.label for member in source]},
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Offer the labels in the vocabulary's order."""
        return {"type": "string", "enum": schema["metadata"]["labels"]}


def _read_choice(kind: Any, given: Any) -> Any:
    text = "" if given is None else str(given)
    if not text.strip():
        raise ValueError(f"请选择：{'、'.join(member.label for member in kind)}")
    return kind.read(text)


def asked(title: str, position: int, description: str = "", *, default: Any = "") -> Any:
    """Declare one field of a form: its Chinese title, its place and a hint; ``...`` for one that nothing is preselected in."""
    extra: dict[str, Any] = {"position": position}
    if isinstance(default, Labelled):
        extra["default"] = default.label
    return Field(default=default, title=title, description=description or None, json_schema_extra=extra)


class Form(BaseModel):
    """What every form asks: when it happened if that was earlier (补录), and where nobody is known, by whom it is filled in.

    The typed work number is read by ``tasks.forms.typed_number`` alone.
    """

    model_config = ConfigDict(hide_input_in_errors=True, str_strip_whitespace=True, extra="ignore")

    officer: str = asked("经办人工号", 0, "填写本人工号，例如 Z01")
    occurred_at: str = asked("实际办理时间（补录）", 99, "当时未能录入的才填，例如 2026-03-02 09:30；平时留空")

    def happened_at(self, as_of: datetime) -> datetime | None:
        """Read the time of a back-dated entry in Asia/Shanghai; nothing when the field is empty."""
        return read_instant(self.occurred_at, as_of) if self.occurred_at else None


@dataclass(frozen=True)
class StepForm:
    """One step's form and the function that applies its answer to the case that stands at it."""

    form: type[Form]
    apply: Callable[[Case, Any, Act], None]
    event: Callable[[Any], Event | None] = lambda _answer: None
    """Which event an answer asks for; decides in which of several capacities its author acts."""


DATE = re.compile(r"^(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))$")


def read_date(text: str, what: str = "日期") -> date | None:
    """Read a day written as 2026-03-02, 2026/3/2, 20260302 or 2026年3月2日; nothing when empty."""
    if not text.strip():
        return None
    found = DATE.match(text.strip())
    try:
        return date(*(int(part) for part in found.groups() if part)) if found else _refuse_date(what, text)
    except ValueError:
        return _refuse_date(what, text)


def _refuse_date(what: str, text: str) -> date:
    raise AnswerRefusedError(f"{what}“{text}”不是有效日期，请按 2026-03-02 的样子填写")


def read_instant(text: str, as_of: datetime) -> datetime:
    """Read a day with or without a time in Asia/Shanghai; a day alone means its end, or now on the same day."""
    day, _, clock = text.strip().replace("T", " ").partition(" ")
    on = read_date(day, "实际办理时间")
    if on is None:
        return as_of
    if not clock:
        end = datetime(on.year, on.month, on.day, 18, 0, tzinfo=SHANGHAI)
        return min(end, as_of) if on == as_of.astimezone(SHANGHAI).date() else end
    try:
        hour, minute = (int(part) for part in clock.replace("：", ":").split(":")[:2])
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=SHANGHAI)
    except ValueError:
        raise AnswerRefusedError(f"实际办理时间“{text}”不是有效时间，请按 2026-03-02 09:30 的样子填写") from None


def read_list(text: str) -> tuple[str, ...]:
    """Split a list written with 、 ， ； or line breaks."""
    return tuple(part.strip() for part in re.split(r"[、，,；;\n]+", text) if part.strip())


def read_word(kind: type[CodedWord], text: str) -> CodedWord:
    """Read one label; raises ``AnswerRefusedError`` naming the choices."""
    try:
        return kind.read(text)
    except ValueError as error:
        raise AnswerRefusedError(str(error)) from error


def read_words(kind: type[CodedWord], text: str) -> frozenset[CodedWord]:
    """Read a list of labels; raises ``AnswerRefusedError`` naming the choices."""
    return frozenset(read_word(kind, word) for word in read_list(text))


MOST_DIGITS = 7


def read_number(text: str, what: str) -> int:
    """Read a whole number; nothing written means nought."""
    digits = text.strip().rstrip("日天个人")
    if not digits:
        return 0
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise AnswerRefusedError(f"{what}“{text}”不是整数")
    return int(digits)


Coded = Annotated[CodedWord, ByLabel()]
