"""The sides of the benchmark of steps: what is kept of their rounds, and that each of them does the step."""

import subprocess
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from models.vocabulary.case import Step
from tests.conftest import WANTED
from trials.bench import old_pin
from trials.bench.dbos_side import waits, workflows
from trials.bench.papers import SCREENED
from trials.bench.rounds import Round, detail, rate, spread, waits_of
from trials.bench.settling import settle
from trials.bench.side_by_side import compared, targets

postgresql = pytest.mark.skipif("postgresql" not in WANTED, reason="PostgreSQL is not there")


def around(seconds: float, *, form: float = 0.1, desk: float = 0.3) -> Round:
    return Round(steps=20, seconds=seconds, cpu_ms_per_step={"server": 30}, waits={"form": [form] * 5, "desk": [desk] * 5})


def test_the_median_round_counts() -> None:
    assert rate([around(1), around(4), around(2)]) == 10.0


def test_waits_of_all_rounds_are_taken_together_or_by_their_way() -> None:
    rounds = [around(1), around(1, form=0.2)]
    assert waits_of(rounds, "form") == {"p50": 0.15, "p95": 0.2}
    assert waits_of(rounds, "desk") == {"p50": 0.3, "p95": 0.3}
    assert waits_of(rounds)["p95"] == 0.3


def test_spread_is_the_half_and_the_ninety_fifth() -> None:
    assert spread([float(number) for number in range(101)]) == {"p50": 50.0, "p95": 95.0}


def test_each_round_is_told_beside_the_median() -> None:
    assert detail([around(1), around(2)])["rounds_per_second"] == [20.0, 10.0]


def test_ours_is_set_beside_the_stock_worker() -> None:
    found = compared({"casework": [around(1)], "process": [around(40)], "dbos": [around(0.5)]})
    assert {name: found["steps_per_second"][name] for name in ("casework", "process", "ratio", "dbos")} == {
        "casework": 20.0,
        "process": 0.5,
        "ratio": 40.0,
        "dbos": 40.0,
    }
    assert set(found["next_state_seconds"]) == {"p50", "p95", "form", "desk", "process", "dbos"}


@pytest.mark.parametrize(
    ("stock", "wait", "idle", "judged"),
    [
        pytest.param(60.0, 0.2, 0.05, ["pass", "pass", "pass", "pass"], id="all are met"),
        pytest.param(50.0, 0.2, 0.05, ["FAIL", "pass", "pass", "pass"], id="too slow beside the stock worker"),
        pytest.param(60.0, 0.3, 0.05, ["pass", "FAIL", "pass", "pass"], id="half of the waits are too long"),
        pytest.param(60.0, 0.5, 0.06, ["pass", "FAIL", "FAIL", "FAIL"], id="too long, and restless"),
    ],
)
def test_targets_are_judged(stock: float, wait: float, idle: float, judged: list[str]) -> None:
    found = compared({"casework": [around(1, form=wait, desk=wait)], "process": [around(stock)]})
    assert [verdict for _, _, verdict in targets(found | {"idle_share_of_a_core": idle})] == judged


@postgresql
@pytest.mark.parametrize("processes", [pytest.param(1, id="in one process"), pytest.param(2, id="in two processes")])
def test_dbos_does_the_same_step_on_the_same_kind_of_database(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINFANG_HOME", "")  # what the benchmark sets is put back
    monkeypatch.setenv("XINFANG_DATABASE_URL", "")
    with workflows(processes) as office:
        numbers = office.begin(2)
        for number in numbers:
            office.client.send(number, SCREENED)
        office.until_waiting(Step.PROPOSE, 2)
        assert len(waits(office, 1)) == 1
        with office.database.engine.connect() as connection:
            states = connection.exec_driver_sql("SELECT DISTINCT state FROM petition").scalars().all()
            decided = connection.exec_driver_sql("SELECT count(*) FROM case_event WHERE decision_key LIKE 'dbos:%%'").scalar_one()
    assert (list(states), decided) == (["proposing"], 3)


@postgresql
def test_a_settled_database_knows_how_many_rows_it_has(postgres_database: str) -> None:
    engine = create_engine(postgres_database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE settled AS SELECT generate_series(1, 1234) AS n")
        settle(postgres_database)
        counted = connection.exec_driver_sql("SELECT reltuples FROM pg_class WHERE relname = 'settled'").scalar_one()
        connection.exec_driver_sql("DROP TABLE settled")
    engine.dispose()
    assert counted == 1234


def test_an_sqlite_database_needs_no_settling(tmp_path: Path) -> None:
    settle(f"sqlite:///{tmp_path / 'casework.db'}")
    assert list(tmp_path.iterdir()) == []


def test_the_old_code_is_that_of_its_commit(tmp_path: Path) -> None:
    if subprocess.run(["git", "cat-file", "-e", old_pin.COMMIT], check=False, capture_output=True).returncode:
        pytest.skip("a clone without its history")
    old_pin._unpack(tmp_path)
    assert f"prefect=={old_pin.PREFECT}" in (tmp_path / "requirements.txt").read_text().splitlines()
    assert (tmp_path / "bench" / "steps.py").is_file()
    assert not (tmp_path / "old.tar").exists()
