"""The fixture of every journey: an office on its first morning."""

import pytest

from trials.harness.journey import Journey
from trials.harness.office import Office


@pytest.fixture
def story(office: Office) -> Journey:
    """An office in which nothing has happened yet."""
    return Journey(office)
