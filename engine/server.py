"""The engine's own server with our changes: each is a patch with its reason, its needs and a check (``patches``).

All checks are made before anything starts, and the server refuses to start when one fails, saying which: a new
version of the engine must not silently do without, least of all without the sealing of forms.
``python -m engine.server ARGS`` takes the arguments of ``prefect``.
"""

import sys
from collections.abc import Sequence

from engine.due_bell import DueBell
from engine.our_routes import OurRoutes
from engine.patches.begin_immediate import BeginImmediate
from engine.patches.checked_schemas import CheckedSchemas
from engine.patches.closed_cursors import ClosedCursors
from engine.patches.collect_less import CollectLess
from engine.patches.csrf_memory import CsrfMemory
from engine.patches.hook import Patch
from engine.patches.look_around_less import LookAroundLess
from engine.patches.one_query_run import OneQueryRun
from engine.patches.plain_timestamps import PlainTimestamps
from engine.patches.readable_forms import ReadableForms
from engine.patches.secure_delete import SecureDelete
from engine.patches.short_ping import ShortPing
from engine.sealed_columns import SealedColumns
from rules.errors import CaseworkError

SOUND: tuple[Patch, ...] = (SealedColumns(), SecureDelete(), BeginImmediate(), ClosedCursors(), OurRoutes(), ReadableForms())
"""Without these the office's forms are not safe or cannot be read, the embedded database stands still, or no step is made."""

FAST: tuple[Patch, ...] = (
    PlainTimestamps(),
    ShortPing(),
    CheckedSchemas(),
    CsrfMemory(),
    OneQueryRun(),
    LookAroundLess(),
    DueBell(),
    CollectLess(),
)
"""Without these the office waits longer (``python -m trials.bench.patches`` measures each); the last one comes when all is imported."""

UNSEALED = ("--workers", "--background", "-b")
"""Options with which Prefect starts processes of its own, which would know nothing of these changes."""


def change_engine(patches: Sequence[Patch] = SOUND + FAST) -> None:
    """Check all patches, then make them in this process, before the engine opens its database.

    Raises ``PatchError`` when the installed engine is not the one that a patch was made for; nothing is changed then.
    """
    for patch in patches:
        patch.check()
    for patch in patches:
        patch.apply()


def main(patches: Sequence[Patch] = SOUND + FAST) -> None:
    """Run the engine's own command line with these changes."""
    if unsealed := [word for word in sys.argv[1:] if word.split("=", 1)[0] in UNSEALED]:
        sys.exit(f"不能使用 {unsealed[0]}：那样启动的进程不会加密表单。请启动多个 python -m engine.server")
    from prefect.cli import app

    try:
        change_engine(patches)
    except CaseworkError as refused:
        sys.exit(str(refused))
    app()


if __name__ == "__main__":
    main()
