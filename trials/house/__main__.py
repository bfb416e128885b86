"""``python -m trials.house``: print the figures of the house; the exit code says whether it meets its targets."""

import sys

from tasks.keeping.schema import ROOT
from trials.house.figures import Plan, house_at, missed, report


def main() -> int:
    """Print the figures, then every target that is missed."""
    house = house_at(ROOT, Plan())
    faults = missed(house)
    sys.stdout.write("\n".join([*report(house), "", *(faults or ["the house stands"]), ""]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
