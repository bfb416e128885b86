"""The engine's account: made once, kept to its owner, usable as it stands."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.keeping.engine_access import EngineAccessError, auth_string, password_file
from tasks.keeping.secret_file import read_or_make
from tasks.keeping.settings import settings


def test_the_password_is_made_once_and_only_its_owner_reads_it(home: Path) -> None:
    made = auth_string(make=True)
    assert (made, made) == (auth_string(), auth_string(make=True))
    assert password_file() == home / "engine-password.txt"
    assert password_file().stat().st_mode & 0o777 == 0o600


def test_the_file_holds_the_line_that_the_page_asks_for(home: Path) -> None:
    made = auth_string(make=True)
    assert password_file().read_text() == f"{made}\n"
    assert made.startswith("xinfang:")
    assert len(made) > 30


def test_without_a_password_nobody_makes_one_by_asking(home: Path) -> None:
    with pytest.raises(EngineAccessError, match="先启动 xinfang up"):
        auth_string()
    assert list(home.iterdir()) == []


def test_a_password_that_is_set_is_used_and_not_written_down(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINFANG_ENGINE_PASSWORD", "s3cret!")
    settings.cache_clear()
    assert auth_string(make=True) == "xinfang:s3cret!"
    assert list(home.iterdir()) == []
    assert "s3cret!" not in repr(settings())


@pytest.mark.parametrize("password", ["密码一二三", "a\nb"], ids=["not ASCII", "two lines"])
def test_a_password_that_the_engine_cannot_compare_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("XINFANG_ENGINE_PASSWORD", password)
    settings.cache_clear()
    with pytest.raises(EngineAccessError, match="XINFANG_ENGINE_PASSWORD") as refused:
        auth_string()
    assert password not in str(refused.value)


@pytest.mark.parametrize("line", ["", "secret", "admin:secret", "xinfang:", "xinfang:密"])
def test_a_damaged_file_is_named(home: Path, line: str) -> None:
    password_file().write_text(line)
    with pytest.raises(EngineAccessError, match=r"engine-password\.txt"):
        auth_string()


def test_many_at_once_read_the_same_secret_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    with ThreadPoolExecutor(16) as pool:
        read = list(pool.map(lambda n: read_or_make(path, lambda: f"{n}" * 1000), range(16)))
    assert len(set(read)) == 1
    assert [found.name for found in path.parent.iterdir()] == ["secret"]
