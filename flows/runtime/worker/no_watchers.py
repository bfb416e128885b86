"""Doing without the engine's heartbeats and its suspension observer in the worker's process (ADR 0008)."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from prefect import flow_engine

from engine.patches.hook import Patch, mentions

WATCHERS = ("observe_flow_run_suspension", "_send_heartbeats")


class NoWatchers(Patch):
    """Saves threads and a websocket a run."""

    name = "no_watchers"
    why = (
        "They watch over runs that work for months. Ours work for a tenth of a second and wait in a state of their own; a run "
        "whose worker died is found by reconcile."
    )
    needs = tuple(f"prefect.flow_engine:{name}" for name in WATCHERS)

    def differences(self) -> Iterable[str]:
        """The engine looks them up where we put nothing in their place."""
        yield from mentions(flow_engine.BaseFlowRunEngine.setup_flow_run_suspension_request, WATCHERS[0])
        yield from mentions(flow_engine.FlowRunEngine.run_context, WATCHERS[1])

    def apply(self) -> None:
        """Put nothing in their place."""
        for name in WATCHERS:
            setattr(flow_engine, name, nothing)


def nothing(*_args: Any, **_kwargs: Any) -> AbstractContextManager[None]:
    """A watcher that does not watch."""
    return nullcontext()
