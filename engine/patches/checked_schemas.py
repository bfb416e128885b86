"""Checking a form's schema against JSON Schema's own rules once, not at every answer.

The engine's server checks an answer against its form's schema, and each time the schema itself first: sixteen
milliseconds of a second that others wait for. Our forms are a dozen schemas that do not change while the server
runs, so that one that was found sound is not checked again.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from jsonschema import SchemaError
from prefect.utilities.schema_tools import validation

from engine.patches.hook import Patch, mentions

LIMIT = 1000
"""How many sound schemas are remembered."""


class CheckedSchemas(Patch):
    """Remembers schemas that were found sound."""

    name = "checked_schemas"
    why = "Checking a form's schema against JSON Schema's own rules takes sixteen milliseconds an answer."
    needs = ("prefect.utilities.schema_tools.validation:_VALIDATOR.check_schema",)

    def differences(self) -> Iterable[str]:
        """Schemas are checked where we remember them, and an unsound one is refused by raising."""
        yield from mentions(validation.is_valid_schema, "_VALIDATOR", "check_schema")
        try:
            validation._VALIDATOR.check_schema({"type": "no such type"})
        except SchemaError:
            return
        yield "check_schema 不再拒绝错误的表单定义"

    def apply(self) -> None:
        """Put a memory in front of the check; unsound schemas are refused as before."""
        remember_sound_schemas()


def remember_sound_schemas() -> None:
    """Let this process check each schema once."""
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
