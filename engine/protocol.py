"""What a worker and our server say to each other on the routes that we add to the engine's API (ADR 0019).

Both sides read these definitions, each with its own kind of state; nothing here belongs to the server alone.
"""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from prefect.client.schemas.actions import ArtifactCreate
from pydantic import BaseModel, Field

ROUTES = "/casework/runs"

GONE = "no such run"
"""How the server says that a run is gone; one without these routes says "Not Found" as well, and means something else."""

INPUTS = 100
"""How many of a run's inputs are read at once, the newest: a form a step, and what the last wait left."""

OURS = ("wait-", "form-")
"""How the names of the inputs begin that belong to our waits; whatever else is stored with a run is not looked at."""

RunKind = TypeVar("RunKind", bound=BaseModel)
StateKind = TypeVar("StateKind", bound=BaseModel)


class DueQuery(BaseModel):
    """Which runs of a pool are wanted: due by an instant (by the server's own time, if none is named), and how many seconds to wait.

    A run is put in the queue at the server's time. Whoever named his own, a few milliseconds older than the question, would
    be a little behind it and not see the run of which the bell has just told.

    ``but_for`` are the states in which the asker saw the runs that it has in hand; one that is resumed meanwhile is due anew.
    """

    pool: str
    before: datetime | None = None
    limit: int = Field(default=1, ge=1)
    wait: float = Field(default=0.0, ge=0.0)
    but_for: list[UUID] = []


class DueAnswer(BaseModel, Generic[RunKind]):
    """Runs that are due in a pool; ``others`` says that there are more, over which only the engine's own rules decide."""

    runs: list[RunKind]
    others: bool = False


class Entry(BaseModel):
    """The state in which a run was seen, and the name of this claim: asked again under it, the claim stands."""

    seen: UUID
    claim: UUID


class Entered(BaseModel, Generic[StateKind]):
    """The state Running, or none when the run has moved on since it was seen; the run's inputs by key."""

    state: StateKind | None
    inputs: dict[str, str] = Field(repr=False)


class Kept(BaseModel):
    """What a run wants kept with the engine, and the keys of the inputs that are to be forgotten; gathered on the way."""

    inputs: dict[str, str] = Field(default={}, repr=False)
    forget: list[str] = []
    tags: list[str] | None = None
    page: ArtifactCreate | None = Field(default=None, repr=False)


class Leaving(Kept, Generic[StateKind]):
    """What a run leaves with the engine, and the state in which it was entered; without a state it goes on working."""

    entered: UUID
    state: StateKind | None = None
