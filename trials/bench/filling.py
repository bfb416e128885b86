"""A database that has been in use for years: so many petitions of every kind, each a copy of one that was really walked.

Twenty petitions go through the one door to where they stand; SQL multiplies their rows as the program wrote them, with
numbers, people and days of their own. Keyed hashes are those of the copies' own invented people, so that searches find
them. What copies cannot have is a valid signature: ``xinfang verify`` is for petitions that were walked.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Date, DateTime, Index, text
from sqlmodel import col, select

from models.petition import Petition
from models.tables import METADATA
from models.types import UtcDateTime
from models.vocabulary.case import Step
from notifications.channels import NullChannel
from tasks.keeping.database import Database
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.letters.outbox import send_due
from trials.bench.lives import ARCHIVIST, CLERK, DIRECTOR, FAMILY_NAMES, NAMES, Life, assign, at, end, handle, register

DAYS_BACK = 3000
"""Over how many days before the walked petitions the copies came in."""

TABLES = ("petition", "petitioner", "party", "dispatch", "case_event", "clock", "outbox_message", "bookmark")
HEX = 64
AT_ONCE = 2


def send_letters(database: Database) -> None:
    """Let every letter leave, onto the file only."""
    while send_due(database, vault(), lambda _address: NullChannel(), settings=settings(), as_of=at(23, 9), limit=500).taken:
        pass


def archive(life: Life) -> None:
    """Let every letter leave, then lock the file away."""
    send_letters(life.database)
    life.decide(Step.ARCHIVE, ARCHIVIST, at(24, 9))


def answer_on_spot(life: Life) -> None:
    """Answer at the window and close, as most small matters end."""
    life.decide(
        Step.SCREEN,
        CLERK,
        at(2, 10),
        choice="当场答复（即接即办）",
        petition_class="申诉求决",
        content_code="城乡建设/物业服务",
        answer="已当面解释政策并告知办理途径",
    )
    life.decide(Step.CLOSE, DIRECTOR, at(20, 9), choice="同意结案", opinion="同意结案")


def refer(life: Life) -> None:
    """Refer to a unit, which signs; the office closes."""
    life.decide(Step.SCREEN, CLERK, at(2, 10), petition_class="申诉求决", content_code="城乡建设/物业服务", place="某区")
    life.decide(Step.PROPOSE, CLERK, at(2, 11), way="转送", lead=life.unit, opinion="建议转送有关单位")
    life.decide(Step.APPROVE, DIRECTOR, at(3, 9), choice="同意", opinion="同意")
    life.decide(Step.SIGN_IN, f"L-{life.unit}", at(4, 9), share=True)
    life.decide(Step.CLOSE, DIRECTOR, at(20, 9), choice="同意结案", opinion="同意结案")


Walk = tuple[Callable[[Life], None], ...]
KINDS: tuple[tuple[int, Walk], ...] = (
    (7, (register, answer_on_spot, archive)),
    (4, (register, refer, archive)),
    (6, (register, assign, handle, end, archive)),
    (1, (register,)),
    (1, (register, assign)),
    (1, (register, assign, handle)),
)
"""How many of twenty petitions took which way: seventeen are archived, three are open. One unit at most has a share."""


def fill(database: Database, petitions: int) -> dict[str, int]:
    """Fill an empty PostgreSQL database up to so many petitions; returns how many rows each table holds then."""
    if petitions:
        seed = 0
        for times, stages in KINDS:
            for _ in range(times):
                life = Life(database, seed, f"model:{seed}")
                for stage in stages:
                    stage(life)
                seed += 1
        send_letters(database)
        _multiply(database, petitions)
    return rows_held(database)


def rows_held(database: Database) -> dict[str, int]:
    """Count the rows of each table that grows with the petitions."""
    with database.engine.connect() as connection:
        return {name: int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()) for name in TABLES}


def _multiply(database: Database, petitions: int) -> None:
    with database.read() as session:
        models = list(session.exec(select(Petition.id).order_by(col(Petition.id))))
    first = max(models) + 1
    last = first + petitions - len(models) - 1
    if last < first:
        return
    indexes = [index for name in TABLES for index in METADATA.tables[name].indexes]
    with database.engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda name: _copy(database, name, models, first, last), TABLES))
        list(threads.map(lambda index: _index(database, index), indexes))
    with database.engine.begin() as connection:
        for name in ("petition", "petitioner", "dispatch"):
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {last + 1})")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")


def _index(database: Database, index: Index) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
        index.create(connection)


def _copy(database: Database, name: str, models: list[int], first: int, last: int) -> None:
    table = METADATA.tables[name]
    own = OWN[name]
    columns = [column for column in table.columns if own.get(column.name, "") is not None]
    picked = ", ".join(own.get(column.name) or _shifted(column) for column in columns)
    names = ", ".join(column.name for column in columns)
    statement = (
        f"INSERT INTO {name} ({names}) SELECT {picked} FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS series(n)"
        f" JOIN petition AS model ON model.id = (CAST(:models AS bigint[]))[1 + n % :kinds] JOIN {name} AS old ON {JOINED[name]}"
    )
    with database.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        # The copies' references are right by construction; looking each of them up would take longer than writing them.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(text(statement), {"first": first, "last": last, "models": models, "kinds": len(models)} | _keys())


def _shifted(column: Any) -> str:
    if isinstance(column.type, UtcDateTime | DateTime):
        return f"old.{column.name} - (n % {DAYS_BACK}) * interval '1 day'"
    if isinstance(column.type, Date):
        return f"old.{column.name} - CAST(n % {DAYS_BACK} AS integer)"
    return f"old.{column.name}"


NUMBER = "'XF-' || (2015 + n % 11) || '-' || lpad(CAST(n AS text), 7, '0')"


def _digest(written: str) -> str:
    """HMAC-SHA256 as the vault computes it, in SQL; the two padded keys are parameters."""
    inner = f"sha256(CAST(:inner AS bytea) || convert_to({written}, 'UTF8'))"
    return f"encode(sha256(CAST(:outer AS bytea) || {inner}), 'hex')"


def _keys() -> dict[str, bytes]:
    key = vault()._digest_key.ljust(HEX, b"\0")
    assert hashlib.sha256().block_size == HEX
    return {"inner": bytes(byte ^ 0x36 for byte in key), "outer": bytes(byte ^ 0x5C for byte in key)}


SHARE: dict[str, str | None] = {"dispatch_id": "CASE WHEN old.dispatch_id IS NOT NULL THEN n END"}
PART: dict[str, str | None] = {"id": None, "petition_id": "n"}
OWN: dict[str, dict[str, str | None]] = {
    "petition": {"id": "n", "number": NUMBER, "intake_key": "'fill:' || n"},
    "petitioner": {
        "id": "n",
        "name_digest": _digest(
            f"substr('{FAMILY_NAMES}', CAST(1 + (n % {NAMES}) % {len(FAMILY_NAMES)} AS integer), 1) || '测试' || n % {NAMES}"
        ),
        "phone_digest": _digest("'1' || lpad(CAST(n AS text), 10, '0')"),
        "id_number_digest": _digest("lpad(CAST(n AS text), 18, '0')"),
    },
    "party": PART | {"petitioner_id": "n"},
    "dispatch": {"id": "n", "petition_id": "n"},
    "case_event": PART
    | SHARE
    | {"decision_key": "CASE WHEN old.decision_key IS NOT NULL THEN 'fill:' || n || ':' || old.seq END"},
    "clock": PART | SHARE,
    "outbox_message": PART | SHARE | {"key": "n || substr(old.key, strpos(old.key, ':'))"},
    "bookmark": {
        "subject": f"CASE old.subject WHEN model.number THEN {NUMBER} WHEN model.number || '/1' THEN {NUMBER} || '/1' ELSE 'draft-' || n END",
        "seen_seq": "old.wanted_seq",
        "behind": "false",
        "run_id": "CAST(md5(CAST(n AS text)) AS uuid)::text",
    },
}
"""What is each copy's own: an expression over its number ``n``, the model's petition and the row copied; nothing: counted up."""

JOINED = dict.fromkeys(TABLES, "old.petition_id = model.id") | {
    "petition": "old.id = model.id",
    "petitioner": "old.id = (SELECT petitioner_id FROM party WHERE petition_id = model.id AND position = 1)",
    "bookmark": "old.subject IN (model.number, model.number || '/1', 'draft-' || model.id)",
}
