"""The work number typed into a form: the engine's page knows nobody, so that its form has to ask (ADR 0021).

Nothing else reads that field. Whoever knows by a better proof who acts passes that on, and the typed number can only
agree with it.
"""

from typing import Any

from pydantic import BaseModel

from models.vocabulary.people import Proof
from rules.errors import AnswerRefusedError
from tasks.record.act import Who

FilledIn = dict[str, Any] | BaseModel
_FIELD = "officer"
"""The field 经办人工号 of every form."""


def take_number(given: FilledIn) -> tuple[str, dict[str, Any]]:
    """Take the typed work number out of what was filled in; it is empty where none can be read."""
    answer = given.model_dump() if isinstance(given, BaseModel) else dict(given)
    typed = answer.pop(_FIELD, None)
    return typed.strip() if isinstance(typed, str) else "", answer


def by_typed_number(given: FilledIn) -> tuple[Who, dict[str, Any]]:
    """Say who answers on the engine's page, on the word of whoever typed the number, and what else was filled in."""
    code, answer = take_number(given)
    return Who(code, Proof.NONE), answer


def without_number(given: FilledIn, who: Who) -> dict[str, Any]:
    """What was filled in by somebody who is known; raises ``AnswerRefusedError`` when another's number was typed."""
    typed, answer = take_number(given)
    if typed not in ("", who.code.strip()):
        raise AnswerRefusedError(f"表单所填工号“{typed}”与本次办理人“{who.code}”不一致：请由本人办理，或改正工号后重填")
    return answer
