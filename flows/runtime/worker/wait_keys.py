"""Under which keys the engine keeps what belongs to a wait (``flows.runtime.waiting.inputs``)."""

from collections.abc import Iterable

from prefect.input import run_input

from engine.patches.hook import Hook

KEYS = {"schema": "wait-a-1-schema", "description": "wait-a-1-description", "response": "wait-a-1-response"}


class WaitKeys(Hook):
    """The form of those keys, by which answers to runs that wait are found again."""

    name = "wait_keys"
    why = "Answers of runs that have waited since before an update would be lost sight of under keys of another form."
    needs = ("prefect.input.run_input:keyset_from_base_key",)

    def differences(self) -> Iterable[str]:
        """The keys are made as they were when the waits began."""
        if (made := dict(run_input.keyset_from_base_key("wait-a-1"))) != KEYS:
            yield f"等待的键名变了：{made}"
