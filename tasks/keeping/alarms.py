"""Alarms: what somebody who looks after the machines has to know, a line each in a file of the home folder.

They name parts of the system, never a petition's content or a person.
"""

import os
from datetime import datetime
from pathlib import Path

from rules.zone import SHANGHAI
from tasks.keeping.settings import settings


def alarm_file() -> Path:
    """Where alarms are written."""
    return settings().home / "logs" / "alarms.log"


def raise_alarm(told: str, *, as_of: datetime) -> None:
    """Add an alarm; ``told`` is a sentence for the office."""
    path = alarm_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(f"{as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} {told}\n")
