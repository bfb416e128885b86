"""The home folder is shut to everybody but its owner, and nothing else is touched."""

from pathlib import Path

import pytest

from tasks.keeping.private_home import HomeError, keep_private

OURS = ("casework.db", "casework.db-wal", "keys.txt", "logs/server.log", "papers/ab/abcd", "prefect/prefect.db")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def opened(home: Path, *names: str) -> list[Path]:
    """Make files that everybody may read, as a version before this one left them."""
    paths = [home / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.chmod(0o644)
        path.parent.chmod(0o755)
    return paths


def test_an_open_home_is_shut(tmp_path: Path) -> None:
    paths = opened(tmp_path, *OURS)
    keep_private(tmp_path)
    assert {mode(path) for path in paths} == {0o600}
    assert {mode(path.parent) for path in paths} | {mode(tmp_path)} == {0o700}


def test_a_missing_home_is_made_shut(tmp_path: Path) -> None:
    keep_private(tmp_path / "new" / "home")
    assert mode(tmp_path / "new" / "home") == 0o700


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (script,) = opened(tmp_path, "tools/run.sh")
    keep_private(tmp_path)
    assert (mode(script), mode(script.parent)) == (0o644, 0o755)


def test_links_are_not_followed(tmp_path: Path) -> None:
    (outside,) = opened(tmp_path, "outside/a.txt")
    opened(tmp_path, "home/logs/server.log")
    (tmp_path / "home" / "logs" / "link").symlink_to(outside)
    (tmp_path / "home" / "logs" / "folder").symlink_to(outside.parent)
    keep_private(tmp_path / "home")
    assert (mode(outside), mode(outside.parent)) == (0o644, 0o755)


def test_a_home_of_somebody_else_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path, _mode: int) -> None:
        raise PermissionError

    opened(tmp_path, "keys.txt")
    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(HomeError, match="所有者"):
        keep_private(tmp_path)
