"""Benchmarks make databases of their own and point the process's settings at them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.keeping.home import forget_home
from tests.conftest import WANTED


@pytest.fixture(params=WANTED)
def kind(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name a kind of database that is there; the environment is as before afterwards."""
    assert home.exists()
    monkeypatch.setenv("XINFANG_DATABASE_URL", "")
    yield str(request.param)
    forget_home()
