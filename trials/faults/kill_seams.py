"""The seams at which a worker can be killed: its calls to the engine, its commits, its letters; and its clock.

Wrapped from outside, in a process of the harness only: what is tested has no hooks for it. Moments are named after
what passes the seam (``running``, ``event``, ``letter``) and the side of it (``before``, ``after``).
"""

import json
from datetime import timedelta
from functools import wraps
from typing import Any

import flows.wall_time
from trials.faults.death_orders import Orders


def install(orders: Orders) -> None:
    """Wrap every seam of this process; called before anything of the product but its clock is imported."""
    _shift_clock(orders)
    _wrap_engine_calls(orders)
    _watch_commits(orders)
    _wrap_letters(orders)


def _shift_clock(orders: Orders) -> None:
    told = flows.wall_time.now
    flows.wall_time.now = lambda: told() + timedelta(seconds=orders.time_error())


def _wrap_engine_calls(orders: Orders) -> None:
    from prefect.client.base import PrefectHttpxAsyncClient, PrefectHttpxSyncClient

    send, asend = PrefectHttpxSyncClient.send, PrefectHttpxAsyncClient.send

    @wraps(send)
    def sending(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        what, run = moment_of(request.method, request.url.path, request.content)
        orders.obey(f"{what}:before", run)
        answer = send(self, request, *args, **kwargs)
        if what == "running":
            orders.count(what)
        orders.obey(f"{what}:after", run)
        return answer

    @wraps(asend)
    async def asending(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        what, run = moment_of(request.method, request.url.path, request.content)
        orders.obey(f"{what}:before", run)
        answer = await asend(self, request, *args, **kwargs)
        orders.obey(f"{what}:after", run)
        return answer

    PrefectHttpxSyncClient.send = sending  # type: ignore[method-assign]
    PrefectHttpxAsyncClient.send = asending  # type: ignore[method-assign]


def moment_of(method: str, path: str, content: bytes) -> tuple[str, str]:
    """Name what a call to the engine does, and the run that it is about."""
    parts = path.strip("/").split("/")
    kind = f"{method} {parts[-1]}"
    run = next((parts[parts.index(runs) + 1] for runs in ("flow_runs", "runs") if runs in parts[:-1]), "")
    if kind == "POST enter":
        return "running", run
    if kind == "POST leave":
        left = json.loads(content).get("state")
        return (str(left["type"]).lower() if left else "left"), run
    if kind == "POST set_state":
        return str(json.loads(content)["state"]["type"]).lower(), run
    if kind == "POST create_flow_run":
        name = str(json.loads(content).get("name") or "")
        return ("start outbox" if name.startswith("outbox") else "start"), ""
    return kind, run


def _this_run() -> str:
    from flows.runtime.waiting.context import run_id

    try:
        return str(run_id())
    except RuntimeError:
        return ""


def _watch_commits(orders: Orders) -> None:
    """Name each transaction after the rows that it writes, and tell before and after its commit."""
    from sqlalchemy import event
    from sqlalchemy.orm import Session

    @event.listens_for(Session, "after_flush")
    def _note(session: Any, _context: Any) -> None:
        session.info.setdefault("moments", set()).update(written_by(session))

    @event.listens_for(Session, "before_commit")
    def _before(session: Any) -> None:
        if session.in_nested_transaction():
            return
        session.flush()
        for what in session.info.get("moments", ()):
            orders.obey(f"{what}:before", _this_run())

    @event.listens_for(Session, "after_commit")
    def _after(session: Any) -> None:
        if session.in_nested_transaction():
            return
        for what in session.info.pop("moments", ()):
            orders.obey(f"{what}:after", _this_run())


def written_by(session: Any) -> set[str]:
    """Name what a transaction writes: an event of a petition, a round, a lease, a sending, an end."""
    from models.bookmark import Bookmark
    from models.case_event import CaseEvent
    from models.outbox_message import OutboxMessage
    from models.petition import Petition

    found = {"event" for row in session.new if isinstance(row, CaseEvent)}
    found |= {"draft" for row in session.new if isinstance(row, Petition)}
    for row in (*session.new, *session.dirty):
        if isinstance(row, Bookmark):
            found |= _of_bookmark(row)
        elif isinstance(row, OutboxMessage) and _changed(row, "state"):
            found.add({"sending": "lease", "sent": "sent"}.get(row.state.value, "letter state"))
    return found


def _of_bookmark(row: Any) -> set[str]:
    names = {"round": "round", "run_id": "run noted", "nudge_after": "claim"}
    found = {what for column, what in names.items() if _changed(row, column)}
    # The event that ended the case has set ``finished`` already; the run that ends says what it has seen.
    return found | ({"end"} if row.finished and _changed(row, "seen_seq") else set())


def _changed(row: Any, column: str) -> bool:
    from sqlalchemy import inspect

    return bool(inspect(row).attrs[column].history.has_changes())


def _wrap_letters(orders: Orders) -> None:
    from notifications.channels import AppriseChannel

    send = AppriseChannel.send

    @wraps(send)
    def sending(self: Any, rendered: Any, *, address: str, message_id: str) -> None:
        orders.obey("letter:before", _this_run())
        send(self, rendered, address=address, message_id=message_id)
        orders.obey("letter:after", _this_run())

    AppriseChannel.send = sending  # type: ignore[method-assign]
