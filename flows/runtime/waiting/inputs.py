"""The forms that staff fill in on the engine's pages: each step's form as the schema that those pages show."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from prefect.input.run_input import Keyset, keyset_from_base_key

from models.vocabulary.case import Step
from tasks.decide import FORMS


def keyset(step: Step, round_: int) -> Keyset:
    """Name the places where the engine keeps a form, its description and its answer.

    The schema's name carries a digest of it, not the round: it is saved once a run, and a run that waits at the form
    of an older version of this program keeps that form.
    """
    name = step.value.replace("_", "-")
    return {**keyset_from_base_key(f"wait-{name}-{round_}"), "schema": f"form-{name}-{_digest(step)}"}


@lru_cache
def _digest(step: Step) -> str:
    return hashlib.sha256(form_schema(step).encode()).hexdigest()[:12]


@lru_cache
def form_schema(step: Step) -> str:
    """Write a step's form as JSON Schema: Chinese titles, positions, labels to choose from."""
    schema: dict[str, Any] = FORMS[step].form.model_json_schema()
    # Only what the form asks for may come in: nothing personal gets a place to hide in.
    schema["additionalProperties"] = False
    schema["required"] = ["officer", *schema.get("required", [])]
    return orjson.dumps(schema).decode()


def is_form(key: str) -> bool:
    """Say whether a key names a form itself, which stays with its run, and not what belongs to one wait."""
    return key.startswith("form-")


@dataclass(frozen=True)
class Answer:
    """What a person filled in, and the wait that it answers."""

    step: Step
    round: int
    fields: dict[str, Any] = field(repr=False)


_RESPONSE = re.compile(r"wait-(?P<step>[a-z-]{1,40})-(?P<round>\d{1,9})-response")


def newest_answer(inputs: dict[str, str], *, step: Step | None, round_: int) -> Answer | None:
    """Find the answer to the wait at a step and round among a run's inputs, or else the newest one before it.

    Whoever has the engine's password can store anything under any name: what belongs to no step, to a wait that is yet to
    come, or is no form that was filled in, is passed over, so that it hides nobody's answer.
    """
    found = [answer for key, value in inputs.items() if (answer := _read(key, value)) is not None and answer.round <= round_]
    return max(found, key=lambda answer: (answer.round, answer.step is step), default=None)


def _read(key: str, value: str) -> Answer | None:
    named = _RESPONSE.fullmatch(key)
    if named is None or (step := _STEPS.get(named["step"])) is None:
        return None
    try:
        fields = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return Answer(step, int(named["round"]), fields) if isinstance(fields, dict) else None


_STEPS = {step.value.replace("_", "-"): step for step in Step}
