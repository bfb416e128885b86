"""The figures that documents quote of the benchmarks are those of ``trials/bench/results.json``."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import ROOT
from trials.bench.lifecycles import DIGIT_CORES, DIGIT_P95_MS, DIGIT_RATE

RESULTS: dict[str, Any] = json.loads((ROOT / "trials" / "bench" / "results.json").read_text())
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Quote:
    """A place of a document: what stands before its figures, and the figures that have to follow there, in order."""

    what: str
    page: str
    before: str
    figures: tuple[float | None, ...]

    def found(self, page: str) -> list[str]:
        """The figures that stand there: those of the line (or the cells) after the words before them."""
        places = re.findall(rf"^.*?{self.before}(.*)$", page, re.MULTILINE)
        assert len(places) == 1, f"{self.page}: “{self.before}” stands there {len(places)} times"
        return NUMBER.findall(places[0])[: len(self.figures)]


def agrees(shown: str, measured: float | None) -> bool:
    """Say whether a figure is the measured one, rounded to the digits that are shown; nothing measured agrees with any."""
    if measured is None:
        return True
    decimals = len(shown.partition(".")[2])
    return bool(abs(float(shown.replace(",", "")) - measured) <= 0.5 * 10**-decimals + 1e-9)


def lives(size: int) -> tuple[float, ...]:
    digit = [DIGIT_RATE[size], DIGIT_RATE[size] / DIGIT_CORES, *([DIGIT_P95_MS[size]] if size in DIGIT_P95_MS else [])]
    ours = ("lifecycles_per_second", "lifecycles_per_second_per_core", "lifecycle_p95_ms")
    return (*(RESULTS[name][str(size)] for name in ours), *digit)


STEPS, NEXT, SUSPENDED, SPIKE = (RESULTS[name] for name in ("steps_per_second", "next_state_seconds", "suspended", "spike"))
QUOTES = [
    Quote(
        "steps a second",
        "README.md",
        r"^\| steps a second \(a form answered[^|]*\|",
        (*(STEPS["casework"], STEPS["ratio"], STEPS["process"]), *(STEPS["old_pin"], STEPS["dbos"], STEPS["dbos_two_processes"])),
    ),
    Quote(
        "until the next wait is shown",
        "README.md",
        r"^\| decision until the next wait[^|]*\|",
        tuple(
            side[share]
            for side in (NEXT, NEXT["process"], NEXT["old_pin"], NEXT["dbos"], NEXT["dbos_two_processes"])
            for share in ("p50", "p95")
        ),
    ),
    Quote("an idle stack", "README.md", r"^\| idle stack[^|]*\|", (RESULTS["idle_share_of_a_core"],)),
    Quote(
        "suspended petitions",
        "README.md",
        r"^\| steps a second with ",
        (SUSPENDED["few_suspended"], SUSPENDED["suspended"], None, SUSPENDED["few"], SUSPENDED["many"]),
    ),
    Quote(
        "the worker's memory", "README.md", r"^\| worker's memory with ", (SUSPENDED["suspended"], None, SUSPENDED["worker_mb"])
    ),
    *(Quote(f"lives on {size:,}", "README.md", rf"^\| {size:,} \|", lives(size)) for size in DIGIT_RATE),
    Quote("the spike", "README.md", r"^Spike: .* for ", (SPIKE["spike_seconds"], SPIKE["petitions_on_file"], SPIKE["errors"])),
    Quote("the spike's end", "README.md", r"^Spike: .*as quick as before ", (SPIKE["recovery_seconds"],)),
    Quote(
        "the stock worker in ADR 0008",
        "docs/adr/0008-casework-worker.md",
        r"starts two interpreters per step: ",
        (STEPS["process"],),
    ),
]


@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: quote.what)
def test_a_quoted_figure_is_the_measured_one(quote: Quote) -> None:
    shown = quote.found((ROOT / quote.page).read_text())
    assert len(shown) == len(quote.figures)
    assert [(text, figure) for text, figure in zip(shown, quote.figures, strict=True) if not agrees(text, figure)] == []


@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: quote.what)
def test_a_figure_that_is_changed_in_the_document_alone_is_noticed(quote: Quote) -> None:
    shown = quote.found((ROOT / quote.page).read_text())
    for text, figure in zip(shown, quote.figures, strict=True):
        assert figure is None or not agrees(_next(text), figure)


def _next(text: str) -> str:
    """The figure with its last digit counted up by two: what is one off may still be a rounding."""
    decimals = len(text.partition(".")[2])
    return f"{float(text.replace(',', '')) + 2 * 10**-decimals:.{decimals}f}"
