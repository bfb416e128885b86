"""Sealing what people type into forms before the engine's database sees it (ADR 0016).

The engine keeps a submitted form as the run's parameters and an answer as the run's input, in clear, until our
flows take them out again. Deleting is not enough: old bytes stay in SQLite's log and free pages, in PostgreSQL's
dead tuples, and in every backup made meanwhile. So these two columns are sealed on their way in and opened on
their way out; the engine's API, its pages and our flows see no difference.
"""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from prefect.server.database import orm_models
from prefect.server.utilities.database import JSON
from sqlalchemy.types import TypeDecorator

from engine.patches.hook import Patch
from models.types import SEAL_MARK
from tasks.keeping.vault import vault


class SealedText(TypeDecorator[str]):
    """Text that only our keys open; text from before sealing began is read as it is."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Seal what is about to be stored."""
        return None if value is None else vault().seal(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Open what was stored; JSON, which is what stood here in clear, never begins like a seal."""
        return vault().open(value) if value is not None and value.startswith(SEAL_MARK) else value


class SealedJSON(TypeDecorator[Any]):
    """A JSON object, stored as a JSON string that only our keys open."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """Seal the object as the engine would have stored it; nothing and the empty object say nothing."""
        if not value:
            return value
        return vault().seal(json.dumps(JSON().process_bind_param(value, dialect), ensure_ascii=False))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ARG002
        """Open what was stored; an object from before sealing began is read as it is."""
        return json.loads(vault().open(value)) if isinstance(value, str) else value


LOOSE = {"context", "empirical_policy", "tags", "labels", "created_by", "job_variables", "parameters"}
"""A run's columns that take anything; of these only the parameters ever hold a form."""

INPUT = {"id", "created", "updated", "flow_run_id", "key", "value", "sender"}
"""The columns of a run's inputs; of these only the value ever holds what somebody typed."""


class SealedColumns(Patch):
    """Seals the engine's columns that hold forms: not for speed, but because the law wants it."""

    name = "sealed_columns"
    why = "The engine keeps forms and answers in clear, in its tables, its log and its backups, until our flows take them out."
    needs = (
        "prefect.server.database.orm_models:FlowRun.__table__",
        "prefect.server.database.orm_models:FlowRunInput.__table__",
        "prefect.server.utilities.database:JSON",
    )

    def differences(self) -> Iterable[str]:
        """Forms are in the two columns that we seal, as the kinds that we seal, and nowhere else."""
        run, given = orm_models.FlowRun.__table__.c, orm_models.FlowRunInput.__table__.c
        if not isinstance(run.parameters.type, JSON):
            yield f"flow_run.parameters 变成了 {run.parameters.type!r}"
        if not isinstance(given.value.type, sa.Text):
            yield f"flow_run_input.value 变成了 {given.value.type!r}"
        loose = {column.name for column in run if JSON in (type(column.type), type(getattr(column.type, "impl", None)))}
        yield from (f"flow_run.{name} 列可能存放未加密的表单" for name in sorted(loose - LOOSE))
        yield from (f"flow_run_input.{name} 列可能存放未加密的表单" for name in sorted(set(given.keys()) - INPUT))

    def apply(self) -> None:
        """Seal the columns in this process; before the first statement is compiled."""
        vault()  # without keys nothing may be stored
        orm_models.FlowRun.__table__.c.parameters.type = SealedJSON()
        orm_models.FlowRunInput.__table__.c.value.type = SealedText()
