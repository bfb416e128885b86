"""Our own routes in the engine's API, and what they use of its models (ADR 0019)."""

from collections.abc import Iterable

import sqlalchemy as sa
from prefect.server import models
from prefect.server.api import server
from prefect.server.database import orm_models
from prefect.server.database.interface import PrefectDBInterface

from engine.patches.hook import Patch, accepts, mentions

WRITTEN = {
    "FlowRunInput": {"flow_run_id", "key", "value"},
    "Artifact": {"id", "created", "updated", "key", "type", "description", "data", "flow_run_id"},
    "ArtifactCollection": {"id", "latest_id", "created", "updated", "key", "type", "description", "data", "flow_run_id"},
}
"""What ``leaving`` writes of each table, by plain inserts."""


class OurRoutes(Patch):
    """Lets the engine's API answer for entering and leaving a run, too."""

    name = "our_routes"
    why = "A step through the engine's own routes takes ten calls, and can be cut short between any two of them."
    needs = (
        "prefect.server.api.server:API_ROUTERS",
        "prefect.server.api.server:create_api_app",
        "prefect.server.models.flow_runs:set_flow_run_state",
        "prefect.server.models.flow_runs:update_flow_run",
        "prefect.server.orchestration.dependencies:provide_flow_policy",
        "prefect.server.orchestration.dependencies:provide_flow_orchestration_parameters",
        "prefect.server.api.dependencies:get_prefect_client_version",
        "prefect.server.utilities.server:PrefectRouter",
        "prefect.types._datetime:now",
    )

    def differences(self) -> Iterable[str]:
        """States are set as we set them, and rows that we insert are whole."""
        yield from mentions(server.create_api_app, "API_ROUTERS")
        yield from mentions(PrefectDBInterface.__init__, "queries", "orm")
        rules = ("flow_policy", "orchestration_parameters", "client_version")
        yield from accepts(models.flow_runs.set_flow_run_state, "session", "flow_run_id", "state", *rules)
        for name, written in WRITTEN.items():
            table: sa.Table = getattr(orm_models, name).__table__
            yield from (f"{table.name} 没有 {column} 列" for column in sorted(written - set(table.c.keys())))
            yield from (f"{table.name} 多了必填的 {c.name} 列" for c in table.c if c.name not in written and _must_be_given(c))

    def apply(self) -> None:
        """Put ours first, for they are asked most."""
        from engine.step_routes import router

        server.API_ROUTERS = (router, *server.API_ROUTERS)  # type: ignore[assignment]


def _must_be_given(column: sa.Column[object]) -> bool:
    return not (column.nullable or column.default or column.server_default)
