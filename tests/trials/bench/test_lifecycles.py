"""The lifecycle benchmark at a tiny size: its figures are there, and it refuses figures of broken lives."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select

from models.petitioner import Petitioner
from tasks.keeping.database import Database
from tasks.keeping.vault import vault
from tasks.reading.searching import Wanted, search
from tests.trials.bench import broken
from trials.bench.filling import fill
from trials.bench.lifecycles import BenchError, Plan, Walker, measure, percentile, sent_by_a_life
from trials.bench.lives import person, walk
from trials.bench.plans import read_through, statements_of
from trials.harness.databases import fresh
from trials.harness.office import at

TINY: dict[str, Any] = {"seconds": 1.0, "warm_up": 0.0, "workers": 2}
MOST_STATEMENTS = 173
"""A life without its searches sent 262 before a transaction read its petition's parts once; more than this means that one reads them again.

Three of these came with further phone numbers (looked at for repeats) and with the sums of a file (ADR 0023: of a new file,
and of an event that a query has sent ahead).
"""


def test_the_figures_are_there(kind: str) -> None:
    found = measure([0], Plan(**TINY), kind=kind)
    assert found["lifecycles_per_second"]["0"] > 0
    assert 0 < found["lifecycle_p50_ms"]["0"] <= found["lifecycle_p95_ms"]["0"]
    assert set(found["operation_p95_ms"]["0"]) > {"register", "approve", "close", "search by person"}


@pytest.mark.parametrize("walker", [broken.left_open, broken.refused], ids=["a life is left open", "a life is refused"])
def test_a_broken_life_fails_the_benchmark(kind: str, walker: Walker) -> None:
    with pytest.raises(BenchError):
        measure([0], Plan(**TINY, walker=walker), kind=kind)


def test_a_life_sends_no_more_statements_than_it_needs(kind: str) -> None:
    with fresh(kind) as made:
        walk(made, 1, key="walk:first")
        assert len(sent_by_a_life(made, walk)) <= MOST_STATEMENTS


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 95, 0.0), ([7.0], 95, 7.0), ([float(n) for n in range(1, 101)], 95, 95.0), ([3.0, 1.0, 2.0], 50, 2.0)],
    ids=["of nothing", "of one", "of a hundred", "of an unsorted few"],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], share: int, found: float) -> None:
    assert percentile(values, share) == found


class TestAFilledDatabase:
    """Copies made by SQL, on PostgreSQL."""

    @pytest.fixture
    def filled(self, kind: str) -> Iterator[Database]:
        if kind != "postgresql":
            pytest.skip("copies are made by PostgreSQL")
        with fresh(kind) as made:
            fill(made, 100)
            yield made

    def test_holds_as_many_petitions_as_asked_for_and_their_parts(self, filled: Database) -> None:
        with filled.engine.connect() as connection:
            count = "SELECT (SELECT count(*) FROM petition), (SELECT count(*) FROM dispatch), (SELECT count(*) FROM case_event)"
            assert tuple(connection.exec_driver_sql(count).one()) == (100, 60, 825)

    def test_finds_a_copy_by_the_hash_of_its_person(self, filled: Database) -> None:
        wanted = person(77)
        with filled.read() as session:
            found = search(session, Wanted(name=wanted.name, phone=wanted.phone, id_number=wanted.id_number), today=at(20).date())
        assert [row["number"] for row in found.rows] == ["XF-2015-0000077"]

    def test_lets_a_life_be_walked_by_indexes_alone(self, filled: Database) -> None:
        assert read_through(filled, sent_by_a_life(filled, walk), forced=True) == []

    def test_tells_a_statement_without_an_index(self, filled: Database) -> None:
        with filled.engine.connect() as connection:
            connection.exec_driver_sql("DROP INDEX ix_petitioner_phone_digest")
            connection.commit()

        def look() -> None:
            with filled.read() as session:
                session.exec(select(Petitioner.id).where(Petitioner.phone_digest == vault().digest("13800000000"))).all()

        assert read_through(filled, statements_of(filled, look), forced=True) != []


def test_the_sql_hash_is_the_vaults_own(kind: str) -> None:
    from sqlalchemy import text

    from trials.bench.filling import _digest, _keys

    if kind != "postgresql":
        pytest.skip("computed by PostgreSQL")
    with fresh(kind) as made, made.engine.connect() as connection:
        computed = connection.execute(text(f"SELECT {_digest(':said')}").bindparams(said="王测试1"), _keys()).scalar_one()
        assert computed == vault().digest("王测试1")
