"""The schema: migrations lead to exactly the tables that the code declares, and back, with an office's data in them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, inspect, text

from models.tables import METADATA
from models.vocabulary.case import Step
from tasks.keeping.database import Database
from tasks.keeping.schema import SchemaError, alembic_config, alone, downgrade, migrate
from tasks.keeping.vault import vault
from tasks.record.verifying import verify
from tests.worked import REGISTERED, emptied, signed_the_old_way
from trials.harness.office import Office, at

ROOT = Path(__file__).resolve().parents[3]
REVISIONS = [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
FIRST = REVISIONS[-1]
BEFORE_SUMS, BEFORE_HASHES = "d2a95b03e7f1", "b71e4f0c9a26"
DROPPED = {"attachment": {"pages"}}
"""Columns of the first schema that later ones went without, for nobody ever filled them."""


def contents(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as the database keeps it."""
    found = {}
    with database.engine.connect() as connection:
        for table in sorted(inspect(connection).get_table_names()):
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
            found[table] = sorted((dict(row) for row in rows), key=lambda row: str(row.get("id", row)))
    return found


def declared(database: Database) -> bool:
    with database.engine.connect() as connection:
        return not compare_metadata(MigrationContext.configure(connection), METADATA)


class TestTheWay:
    def test_migrations_lead_to_the_declared_tables(self, casework: Database) -> None:
        migrate(emptied(casework))
        assert declared(casework)

    def test_migrating_twice_changes_nothing_and_the_way_back_leaves_nothing(self, casework: Database) -> None:
        migrate(emptied(casework))
        migrate(casework)
        downgrade(casework, "base")
        assert set(inspect(casework.engine).get_table_names()) <= {"alembic_version"}
        migrate(casework)
        assert declared(casework)

    def test_every_single_step_back_can_be_taken_again(self, worked: Office) -> None:
        for revision in REVISIONS[1:]:
            downgrade(worked.database, revision)
            migrate(worked.database)
            assert declared(worked.database)


class TestWithDataInIt:
    def test_the_first_schema_keeps_every_row_and_column_that_it_knows(self, worked: Office) -> None:
        before = contents(worked.database)
        downgrade(worked.database, FIRST)
        after = contents(worked.database)
        lost = set(before) - set(after)
        assert lost >= {"calendar_import", "calendar_move", "clock_step", "suspension"}
        for table, rows in after.items():
            if table != "alembic_version":
                kept = set(next(iter(rows), {})) - DROPPED.get(table, set())
                assert [{column: row[column] for column in kept} for row in rows] == [
                    {column: row[column] for column in kept} for row in before[table]
                ], table

    def test_back_at_the_newest_the_record_is_whole_and_work_goes_on(self, worked: Office) -> None:
        signed_the_old_way(worked)
        before = contents(worked.database)
        downgrade(worked.database, FIRST)
        migrate(worked.database)
        assert declared(worked.database)
        with worked.database.read() as session:
            found = verify(session, vault())
        assert (found.petitions, found.findings) == (2, ())
        assert found.events == len(before["case_event"])
        worked.decide(REGISTERED, "screen", "Z01", as_of=at(26), petition_class="申诉求决", content_code="城乡建设/物业服务")
        assert worked.waits_at(REGISTERED) is Step.PROPOSE

    def test_a_way_back_that_loses_limits_and_their_rungs_is_found(self, worked: Office) -> None:
        downgrade(worked.database, FIRST)
        migrate(worked.database)
        with worked.database.read() as session:
            problems = {finding.problem for finding in verify(session, vault()).findings}
        assert problems == {"案卷内容被绕过系统改动（签名已缺失，无法指明是哪一项）"}

    def test_going_back_before_sums_and_forth_loses_nothing_that_was_signed(self, worked: Office) -> None:
        downgrade(worked.database, BEFORE_SUMS)
        migrate(worked.database)
        with worked.database.read() as session:
            found = verify(session, vault())
        assert (found.findings, found.unsummed) == ((), 2)

    def test_duties_and_rights_are_told_apart_again(self, worked: Office) -> None:
        before = {row["id"]: bool(row["duty"]) for row in contents(worked.database)["clock"]}
        assert set(before.values()) == {True, False}
        downgrade(worked.database, FIRST)
        migrate(worked.database)
        assert {row["id"]: bool(row["duty"]) for row in contents(worked.database)["clock"]} == before

    def test_rows_that_refer_to_each_other_still_do(self, worked: Office) -> None:
        """SQLite writes a table anew to change it; what refers to it must neither vanish nor dangle."""
        downgrade(worked.database, FIRST)
        migrate(worked.database)
        with worked.database.engine.connect() as connection:
            if worked.database.is_sqlite:
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            joined = (
                "SELECT count(*) FROM dispatch d JOIN petition p ON p.id = d.petition_id JOIN clock c ON c.dispatch_id = d.id"
            )
            assert connection.execute(text(joined)).scalar_one() > 0

    def test_a_table_that_others_refer_to_can_be_written_anew(self, worked: Office) -> None:
        before = contents(worked.database)
        with alone(worked.database) as connection:
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table("petition", recreate="always" if worked.database.is_sqlite else "auto") as batch:
                batch.add_column(Column("tried", Integer))
        after = contents(worked.database)
        assert [row.pop("tried") for row in after["petition"]] == [None, None]
        assert after == before

    @pytest.mark.parametrize("casework", ["sqlite"], indirect=True)
    def test_a_migration_that_would_leave_rows_dangling_is_taken_back_whole(self, worked: Office) -> None:
        before = contents(worked.database)
        with pytest.raises(SchemaError, match=r"表 .* 的数据互不衔接，已全部撤回"), alone(worked.database) as connection:
            connection.exec_driver_sql("DELETE FROM petition WHERE id = 1")
        assert contents(worked.database) == before


class TestTwoAtOnce:
    @pytest.mark.parametrize(
        "begin", [pytest.param(None, id="an empty database"), pytest.param(FIRST, id="an office of the first version")]
    )
    def test_processes_that_migrate_together_all_succeed(self, worked: Office, begin: str | None) -> None:
        if begin:
            downgrade(worked.database, begin)
        else:
            emptied(worked.database)
        worked.database.engine.dispose()
        code = "from tasks.keeping.database import database; from tasks.keeping.schema import migrate; migrate(database())"
        together = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        ended = [(process.communicate(timeout=120)[1], process.returncode) for process in together]
        assert [code for _, code in ended] == [0, 0, 0], ended
        assert declared(worked.database)


class TestANewerDatabase:
    @pytest.fixture
    def newer(self, worked: Office) -> Database:
        with worked.database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'ffffffffffff'"))
        return worked.database

    @pytest.mark.parametrize(
        "touch", [pytest.param(migrate, id="migrate"), pytest.param(lambda database: downgrade(database, FIRST), id="downgrade")]
    )
    def test_is_refused_in_the_offices_words_and_left_as_it_is(self, newer: Database, touch: Any) -> None:
        before = contents(newer)
        with pytest.raises(SchemaError, match=r"比本版本新.*安装"):
            touch(newer)
        assert contents(newer) == before
        assert contents(newer)["alembic_version"] == [{"version_num": "ffffffffffff"}]


class TestProofsOfWhoActed:
    """What an event says of how its author was known is signed among its facts; the column beside it comes and goes."""

    BEFORE_PROOFS = "e8f3c05a9d14"

    def test_go_with_the_column_and_come_back_with_it(self, worked: Office) -> None:
        before = contents(worked.database)["case_event"]
        assert {row["proof"] for row in before} == {"none", None}
        downgrade(worked.database, self.BEFORE_PROOFS)
        without = [{name: said for name, said in row.items() if name != "proof"} for row in before]
        assert contents(worked.database)["case_event"] == without
        migrate(worked.database)
        assert contents(worked.database)["case_event"] == before

    def test_are_given_to_no_event_from_before(self, worked: Office) -> None:
        downgrade(worked.database, self.BEFORE_PROOFS)
        with worked.database.engine.begin() as connection:
            connection.execute(text("UPDATE case_event SET facts = '{\"units\": 2}' WHERE seq = 3"))
        migrate(worked.database)
        shown = {
            (row["seq"] == 3, row["proof"]) for row in contents(worked.database)["case_event"] if row["actor_role"] != "system"
        }
        assert shown == {(True, None), (False, "none")}


class TestHashesOfPeople:
    def test_are_those_of_the_normal_form_after_the_migration(self, worked: Office) -> None:
        downgrade(worked.database, BEFORE_HASHES)
        with worked.database.engine.begin() as connection:
            row, sealed = 1, vault().seal("买买提•艾力")
            phones = vault().seal("138-0000-0002、010-88880000")
            connection.execute(
                text("UPDATE petitioner SET name_sealed = :name, phone_sealed = :phone, name_digest = 'old' WHERE id = :row"),
                {"name": sealed, "phone": phones, "row": row},
            )
        migrate(worked.database)
        with worked.database.engine.connect() as connection:
            found = connection.execute(text("SELECT name_digest, phone_digest FROM petitioner WHERE id = 1")).one()
            further = connection.execute(text("SELECT digest FROM further_phone WHERE petitioner_id = 1")).scalars().all()
        assert tuple(found) == (vault().digest("买买提·艾力"), vault().digest("13800000002"))
        assert further == [vault().digest("01088880000")]
