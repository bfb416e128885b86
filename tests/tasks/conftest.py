"""Fixtures of tests that need an office with a past: its database made by migrations, and a backup of it."""

from pathlib import Path

import pytest

from tasks.backup.making import make_backup
from tasks.keeping.database import Database
from tasks.keeping.settings import settings
from tests.worked import LAST_NIGHT, worked_office
from trials.harness.office import Office


@pytest.fixture
def safe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where backups are kept."""
    return tmp_path_factory.mktemp("safe")


@pytest.fixture
def worked(casework: Database, safe: Path) -> Office:
    """An office that has worked for three weeks."""
    return worked_office(casework, safe.parent / f"{safe.name}.pdf")


@pytest.fixture
def made(worked: Office, safe: Path) -> Path:
    """A backup of that office."""
    return make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT).path
