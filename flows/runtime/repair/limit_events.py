"""Handing announcements to the engine: as its own events, which automations can act on."""

from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.events.schemas.events import Event, RelatedResource, Resource

from tasks.keeping.database import database
from tasks.runs.announcements import Announcement, note_announced, unannounced

BATCH = 200


def announce_rungs(client: SyncPrefectClient) -> int:
    """Tell the engine of every rung that it has not been told of; returns how many.

    A rung is noted as told after the engine has taken it. A crash in between tells it once more under the same id,
    which the engine keeps once.
    """
    told = 0
    while True:
        with database().read() as session:
            waiting = unannounced(session, limit=BATCH)
        if not waiting:
            return told
        events = [as_event(one).model_dump(mode="json") for one in waiting]
        client.request("POST", "/events", json=events).raise_for_status()
        with database().write() as session:
            note_announced(session, [one.rung_id for one in waiting])
        told += len(waiting)


def as_event(one: Announcement) -> Event:
    """Write an announcement as the engine's event: the petition is its resource, its run is related to it."""
    resource: dict[str, Any] = {
        "prefect.resource.id": f"petition.{one.petition_no}",
        "prefect.resource.name": one.petition_no,
        "petition.number": one.petition_no,
    }
    run = {"prefect.resource.id": f"prefect.flow-run.{one.run_id}", "prefect.resource.role": "flow-run"}
    return Event(
        id=one.id,
        event=one.event,
        occurred=one.occurred,
        resource=Resource(resource),
        payload=dict(one.payload),
        related=[RelatedResource(run)] if one.run_id else [],
    )
