"""One press, one answer: a form that is shown again at once is not answered by the rest of a burst.

The engine turns a second press away while a run is under way. A step that stands at the same form again within a tenth of a
second (an answer that was refused, one of many acts of overseeing) would take it for a new answer.
"""

import hashlib
from datetime import datetime, timedelta

import orjson

from flows.runtime.waiting.inputs import Answer, keyset
from models.vocabulary.case import Step

BURST = timedelta(seconds=3)
"""Nobody fills in a form, which the page shows empty, with the very words of before so soon after it was shown."""


def note_key(step: Step, round_: int) -> str:
    """Name the place where a wait keeps what was answered before it; forgotten with the wait."""
    return f"{keyset(step, round_)['description']}-before"


def note_of(answer: Answer, inputs: dict[str, str], *, shown_at: datetime) -> str:
    """Write down which answer came before a wait that is being shown; a digest, for what was typed is not kept.

    A form that came again because of a burst was first shown before the burst: its time stays, so that somebody who goes on
    pressing is heard once the burst is over, and not never.
    """
    if is_same_press(answer, inputs, as_of=shown_at):
        return inputs[note_key(answer.step, answer.round)]
    return orjson.dumps({"digest": _digest(answer), "shown_at": shown_at.isoformat()}).decode()


def is_same_press(answer: Answer, inputs: dict[str, str], *, as_of: datetime) -> bool:
    """Say whether an answer repeats, word for word, the one before it, and within the burst."""
    note = inputs.get(note_key(answer.step, answer.round))
    if note is None:
        return False
    before = orjson.loads(note)
    return before["digest"] == _digest(answer) and as_of < datetime.fromisoformat(before["shown_at"]) + BURST


def _digest(answer: Answer) -> str:
    return hashlib.sha256(orjson.dumps(answer.fields, option=orjson.OPT_SORT_KEYS)).hexdigest()
