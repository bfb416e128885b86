"""A casework worker that dies when it is told to: ``python -m faults.worker worker start …``, the words of ``prefect``."""

import os
from pathlib import Path

from faults.orders import FOLDER, Orders
from faults.seams import install


def main() -> None:
    """Wrap the seams, then run the engine's own command line."""
    install(Orders(Path(os.environ[FOLDER])))
    from prefect.cli import app

    app()


if __name__ == "__main__":
    main()
