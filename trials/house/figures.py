"""The figures of a house, and the targets that they are held against."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trials.house.order import Order, order_of
from trials.house.sources import Routine, Source, sources

MOST_LINES = 360
MOST_PARAMETERS = 6
LONGEST_FUNCTION = 60
LEAST_TESTS = 1.0


@dataclass(frozen=True)
class Plan:
    """Which packages are the product, which try it from outside, and which are its tests."""

    production: tuple[str, ...] = ("models", "rules", "notifications", "tasks", "engine", "flows", "desk")
    trials: tuple[str, ...] = ("trials",)
    tests: tuple[str, ...] = ("tests",)


@dataclass(frozen=True)
class House:
    """What stands in the house: the product, what tries it from outside, its tests, and its order."""

    production: list[Source]
    trials: list[Source]
    tests: list[Source]
    order: Order

    @property
    def measured(self) -> list[Source]:
        """The files that the targets hold for: all but tests, whose tables may be long."""
        return [*self.production, *self.trials]

    @property
    def routines(self) -> list[Routine]:
        """Every function of the measured files."""
        return [routine for source in self.measured for routine in source.routines]

    @property
    def tests_to_production(self) -> float:
        """Lines of tests to a line of the product."""
        return lines(self.tests) / (lines(self.production) or 1)


def house_at(root: Path, plan: Plan) -> House:
    """Read the house that stands in a folder."""
    production, trials = sources(root, plan.production), sources(root, plan.trials)
    return House(production, trials, sources(root, plan.tests), order_of(root, [*production, *trials]))


def lines(files: Sequence[Source]) -> int:
    """The lines of some files together."""
    return sum(source.lines for source in files)


def missed(house: House) -> list[str]:
    """Every target that the house misses, with the places; nothing when it stands."""
    return [
        *(
            f"more than {MOST_LINES} lines: {one.path.as_posix()} ({one.lines})"
            for one in house.measured
            if one.lines > MOST_LINES
        ),
        *(
            f"more than {LONGEST_FUNCTION} lines in a function: {one.place} ({one.lines})"
            for one in house.routines
            if one.lines > LONGEST_FUNCTION
        ),
        *(
            f"more than {MOST_PARAMETERS} parameters: {one.place} ({one.parameters})"
            for one in house.routines
            if one.parameters > MOST_PARAMETERS
        ),
        *(f"import against the arrow: {line}" for line in house.order.climbing),
        *(f"circle: {line}" for line in house.order.circles),
        *(f"prefect.server outside of engine: {line}" for line in house.order.strangers),
        *(
            [f"fewer than {LEAST_TESTS} lines of tests to a line of the product: {house.tests_to_production:.2f}"]
            if house.tests_to_production < LEAST_TESTS
            else []
        ),
    ]


def report(house: House) -> Iterator[str]:
    """The figures as lines for people."""
    yield "files by room"
    for room, count in sorted(Counter(source.room for source in house.measured).items()):
        yield f"  {room:<32} {count:>4}"
    yield f"file lines, median / p90 / max          {spread([source.lines for source in house.measured])}   (max {MOST_LINES})"
    yield f"file lines of tests                     {spread([source.lines for source in house.tests])}"
    yield f"function lines, median / p90 / max      {spread([one.lines for one in house.routines])}   (max {LONGEST_FUNCTION})"
    yield f"parameters, median / p90 / max          {spread([one.parameters for one in house.routines])}   (max {MOST_PARAMETERS})"
    yield f"imports against the arrow               {len(house.order.climbing)}   (0)"
    yield f"circles                                 {len(house.order.circles)}   (0)"
    yield f"prefect.server outside of engine        {len(house.order.strangers)}   (0)"
    for what, files in (("product", house.production), ("trials", house.trials), ("tests", house.tests)):
        yield f"type: ignore, {what:<26}{sum(source.ignored for source in files)}"
    yield f"fmt: skip or off                        {sum(one.unformatted for one in [*house.measured, *house.tests])}"
    yield f"lines: product / trials / tests         {lines(house.production)} / {lines(house.trials)} / {lines(house.tests)}"
    yield f"tests to product                        {house.tests_to_production:.2f}   (at least {LEAST_TESTS})"


def spread(values: Sequence[int]) -> str:
    """Median, nine tenths and the greatest of some figures."""
    ranked = sorted(values) or [0]
    return " / ".join(str(ranked[max(0, math.ceil(share * len(ranked)) - 1)]) for share in (0.5, 0.9, 1.0))
