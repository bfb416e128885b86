"""The forms that staff fill in on the engine's pages: each step's form as the schema that those pages show."""

from functools import lru_cache
from typing import Any

import orjson
from prefect.input.run_input import Keyset, keyset_from_base_key

from models.vocabulary import Step
from tasks.decide import FORMS


def keyset(step: Step, round_: int) -> Keyset:
    """Name the places where the engine keeps a form, its description and its answer."""
    return keyset_from_base_key(f"wait-{step.value.replace('_', '-')}-{round_}")


@lru_cache
def form_schema(step: Step) -> str:
    """Write a step's form as JSON Schema: Chinese titles, positions, labels to choose from."""
    schema: dict[str, Any] = FORMS[step].form.model_json_schema()
    # Only what the form asks for may come in: nothing personal gets a place to hide in.
    schema["additionalProperties"] = False
    schema["required"] = ["officer", *schema.get("required", [])]
    return orjson.dumps(schema).decode()
