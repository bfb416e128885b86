"""A crowd of petitions that wait, as the engine itself left one of them: rows of both databases, copied with new names."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, text

from models.vocabulary.case import Step
from tasks.keeping.settings import settings

if TYPE_CHECKING:
    from trials.bench import engine

FRESH = "md5('{name}' || n)::uuid"


def add_suspended(office: "engine.Engine", count: int) -> int:
    """Let ``count`` more petitions wait at a form like one that really does; returns how many wait there now."""
    number = office.register(1)[0]
    (run,) = office.runs_waiting({number}, Step.SCREEN)
    copies = range(office.kept + 1, office.kept + 1 + count)  # a second crowd gets names of its own
    prefect = create_engine(settings().prefect_database_url.replace("asyncpg", "psycopg"), poolclass=NullPool)
    with prefect.begin() as engine_side, office.database.engine.begin() as ours:
        _copy_run(engine_side, run, copies)
        _copy_petition(ours, number, copies)
    for made in (prefect, office.database.engine):
        _analyze(made)
    prefect.dispose()
    return office.waiting_at(Step.SCREEN)


def _copy_run(connection: Connection, run: Any, copies: range) -> None:
    """Copy a run with its state and what the engine keeps of its wait."""
    _copy(
        connection,
        "flow_run",
        f"id = '{run}'",
        copies,
        {
            "id": FRESH.format(name="run"),
            "state_id": "NULL",
            "name": "'CROWD-' || n",
            "idempotency_key": "'crowd-' || n",
            "parameters": "json_build_object('petition_no', 'CROWD-' || n)::jsonb",
        },
    )
    _copy(
        connection,
        "flow_run_state",
        f"id = (SELECT state_id FROM flow_run WHERE id = '{run}')",
        copies,
        {"id": FRESH.format(name="state"), "flow_run_id": FRESH.format(name="run")},
    )
    # A run names its state and a state its run: one of the two has to come later.
    connection.execute(
        text(
            "UPDATE flow_run SET state_id = flow_run_state.id FROM flow_run_state "
            "WHERE flow_run_state.flow_run_id = flow_run.id AND flow_run.name LIKE 'CROWD-%' AND flow_run.state_id IS NULL"
        )
    )
    _copy(
        connection,
        "flow_run_input",
        f"flow_run_id = '{run}'",
        copies,
        {"id": "gen_random_uuid()", "flow_run_id": FRESH.format(name="run")},
    )


def _copy_petition(connection: Connection, number: str, copies: range) -> None:
    """Copy a petition and its bookmark."""
    last = connection.execute(text("SELECT max(id) FROM petition")).scalar_one()
    _copy(
        connection,
        "petition",
        f"number = '{number}'",
        copies,
        {"id": f"{last} - {copies[0] - 1} + n", "number": "'CROWD-' || n", "intake_key": "'crowd:' || n"},
    )
    connection.execute(text("SELECT setval(pg_get_serial_sequence('petition', 'id'), (SELECT max(id) FROM petition))"))
    _copy(
        connection,
        "bookmark",
        f"subject = '{number}'",
        copies,
        {"subject": "'CROWD-' || n", "run_id": f"({FRESH.format(name='run')})::text"},
    )


def _copy(connection: Connection, table: str, which: str, copies: range, changed: dict[str, str]) -> None:
    """Copy the rows of a table that fit, once for each number ``n``, with some columns written anew from it."""
    found = connection.execute(
        text("SELECT column_name FROM information_schema.columns WHERE table_name = :table AND is_generated = 'NEVER'"),
        {"table": table},
    )
    columns: list[Any] = [row[0] for row in found]
    values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    series = f"generate_series({copies[0]}, {copies[-1]}) AS s(n)"
    connection.execute(text(f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" t, {series} WHERE t.{which}'))


def _analyze(made: Engine) -> None:
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
