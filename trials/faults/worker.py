"""A casework worker that dies when it is told to: ``python -m trials.faults.worker worker start …``, the words of ``prefect``."""

import os
from pathlib import Path

from trials.faults.death_orders import FOLDER, Orders
from trials.faults.kill_seams import install


def main() -> None:
    """Wrap the seams, then run the engine's own command line."""
    install(Orders(Path(os.environ[FOLDER])))
    from prefect.cli import app

    app()


if __name__ == "__main__":
    main()
