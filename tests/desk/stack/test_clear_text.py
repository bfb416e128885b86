"""The search for clear text finds what lies about, in whatever form, and is not content with finding nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from desk.demo.secrets import demo_secrets, demo_titles
from desk.stack.clear_text import ClearTextError, Search, demand_no_clear_text, search_clear_text
from tasks.keeping.database import Database
from tasks.keeping.settings import settings

SECRET, KNOWN = "欧阳甲", "反映路灯"


@pytest.fixture
def searched(casework: Database, home: Path) -> Iterator[Database]:
    """A home with both databases in it; each shows the one text that may be seen. The table goes with the test: PostgreSQL's serves others too."""
    (home / "prefect").mkdir()
    with create_engine(f"sqlite:///{home / 'prefect' / 'prefect.db'}", poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE artifact AS SELECT '{KNOWN}' AS data")
    with casework.write() as session:
        session.execute(text("CREATE TABLE loose (id INTEGER, words TEXT)"))
        session.execute(text("INSERT INTO loose VALUES (1, :known)"), {"known": KNOWN})
    yield casework
    with casework.write() as session:
        session.execute(text("DROP TABLE loose"))


def look() -> Search:
    return search_clear_text(settings(), {SECRET: "姓名"}, [KNOWN])


def test_a_clean_home_passes_with_its_figures(searched: Database, home: Path) -> None:
    (home / "logs").mkdir()
    (home / "logs" / "a.log").write_text("nothing")
    assert demand_no_clear_text(look()).startswith("no personal data in clear text: ")


WAYS = {
    "UTF-8": SECRET.encode(),
    "JSON": json.dumps(SECRET).encode(),
    "JSON in JSON": json.dumps(json.dumps(SECRET)).encode(),
    "UTF-16": SECRET.encode("utf-16-le"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["logs/worker.log", "prefect/storage/result", "casework.db-old"])
def test_a_file_with_a_name_in_it_is_named(searched: Database, home: Path, name: str, way: str) -> None:
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).write_bytes(b"before " + WAYS[way] + b" after")
    assert look().leaks == (f"{name}：姓名",)


@pytest.mark.parametrize(
    "words", [SECRET, json.dumps({"a": SECRET}), json.dumps(json.dumps(SECRET))], ids=["UTF-8", "JSON", "twice JSON"]
)
def test_a_table_with_a_name_in_it_is_named(searched: Database, words: str) -> None:
    with searched.write() as session:
        session.execute(text("INSERT INTO loose VALUES (2, :words)"), {"words": words})
    assert "casework.loose：姓名" in look().leaks


def test_a_leak_is_refused_without_repeating_it(searched: Database, home: Path) -> None:
    (home / "trace.txt").write_text(SECRET)
    with pytest.raises(ClearTextError, match=r"trace\.txt") as refused:
        demand_no_clear_text(look())
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("secrets", "known"), [({}, [KNOWN]), ({SECRET: "姓名"}, ["不在的标题"])], ids=["no pattern", "no control"]
)
def test_a_search_that_could_find_nothing_is_not_accepted(searched: Database, secrets: dict[str, str], known: list[str]) -> None:
    with pytest.raises(ClearTextError, match="检查无效"):
        demand_no_clear_text(search_clear_text(settings(), secrets, known))


def test_a_search_that_missed_the_engines_database_is_not_accepted(searched: Database, home: Path) -> None:
    with create_engine(f"sqlite:///{home / 'prefect' / 'prefect.db'}", poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("DELETE FROM artifact")
        connection.exec_driver_sql("INSERT INTO artifact VALUES ('something else')")
    with pytest.raises(ClearTextError, match="检查无效"):
        demand_no_clear_text(look())


def test_the_secrets_of_the_demo_are_its_people_and_their_words() -> None:
    secrets, titles = demo_secrets(), demo_titles()
    kinds = {kind: [text for text, of in secrets.items() if of == kind] for kind in set(secrets.values())}
    assert {"庞独居", "郑村南"} <= set(kinds["姓名"])
    assert ("110105194912310021" in kinds["证件号码"], "13800001004" in kinds["电话"], len(kinds["电话"])) == (True, True, 8)
    assert (len(kinds["住址"]), len(kinds["信访内容"]), len(titles)) == (1, 8, 8)
    assert len(kinds["经办文字"]) > 30
    assert [text for text in secrets if any(text in title for title in titles)] == []
