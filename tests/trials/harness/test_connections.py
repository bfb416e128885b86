"""A session that nobody closed is noticed, whether somebody still holds it or not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from trials.harness.connections import watched_connections


@pytest.fixture(autouse=True)
def nothing_left_open() -> None:
    """Leaving something open is what these tests are about: the guard of all others stands aside."""


def closed(engine: Engine) -> object:
    with Session(engine) as session:
        session.execute(text("SELECT 1"))
    return session


def held(engine: Engine) -> object:
    session = Session(engine)
    session.execute(text("SELECT 1"))
    return session


def dropped(engine: Engine) -> object:
    held(engine)
    return None


@pytest.mark.parametrize(
    ("use", "left"),
    [pytest.param(closed, 0, id="closed"), pytest.param(held, 1, id="still held"), pytest.param(dropped, 1, id="thrown away")],
)
def test_what_is_left_open_is_counted(tmp_path: Path, use: Callable[[Engine], object], left: int) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with watched_connections() as found:
        kept = use(engine)
        assert found.count == left
    if isinstance(kept, Session):
        kept.close()
    engine.dispose()
