"""Checking a form's schema against JSON Schema's own rules once, not at every answer.

The engine's server checks an answer against its form's schema, and each time the schema itself first: sixteen
milliseconds of a second that others wait for. Our forms are a dozen schemas that do not change while the server
runs, so that one that was found sound is not checked again.
"""

from typing import Any

import orjson
from prefect.utilities.schema_tools import validation

LIMIT = 1000
"""How many sound schemas are remembered."""


def remember_sound_schemas() -> None:
    """Put a memory in front of the engine's check of schemas; unsound ones are refused as before."""
    validator: Any = validation._VALIDATOR
    check = validator.check_schema
    sound: set[bytes] = set()

    def check_once(schema: Any, *args: Any, **kwargs: Any) -> None:
        name = orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
        if name not in sound:
            check(schema, *args, **kwargs)
            if len(sound) < LIMIT:
                sound.add(name)

    validator.check_schema = check_once
