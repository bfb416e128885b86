"""Who acts at the console: an officer's number, on the word of whoever is logged in to the host."""

import os
import pwd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.record.act import Who


def at_the_console(code: str) -> "Who":
    """Say who gives a command on the host, and note the operating system's user: asked of the system, not of the environment."""
    from models.vocabulary.people import Proof
    from tasks.record.act import Who

    return Who(code, Proof.CONSOLE, login=_login())


def _login() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return str(os.getuid())
