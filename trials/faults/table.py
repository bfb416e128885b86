"""The table of faults as it is printed."""

from rich.console import Console
from rich.table import Table

from trials.faults.result import Result

IN_A_ROW = 3
"""Problems that a row of the table quotes; all of them were told when the row came up."""

CONSOLE = Console(width=150, highlight=False)


def say(line: str) -> None:
    """Tell how far things are."""
    CONSOLE.print(line, markup=False)


def say_result(result: Result) -> None:
    """Tell one row as soon as it is known."""
    say(f"  {colour(result)[1]:5} {time_of(result):>7}  {result.kind:10}  {result.fault}: {result.where}")
    for problem in result.problems:
        say(f"          {problem}")


def colour(result: Result) -> tuple[str, str]:
    """The style and the word of a row."""
    if result.skipped:
        return "yellow", "skip"
    return ("green", "green") if result.green else ("red", "RED")


def time_of(result: Result) -> str:
    """The seconds until everything had gone on."""
    return f"{result.seconds:.1f} s" if result.seconds is not None else ""


def show(results: list[Result]) -> None:
    """Print the table, and under it the slowest recovery."""
    table = Table(title="Faults")
    for head in ("database", "fault", "where", "recovered after", "", "note"):
        table.add_column(head, overflow="fold")
    for result in results:
        style, word = colour(result)
        note = "; ".join([result.note] * bool(result.note) + result.problems[:IN_A_ROW])
        table.add_row(result.kind, result.fault, result.where, time_of(result), f"[{style}]{word}[/]", note)
    CONSOLE.print(table)
    slowest = max((result.seconds or 0.0 for result in results), default=0.0)
    red = sum(not result.green for result in results)
    say(f"{len(results)} rows, {red} red, slowest recovery {slowest:.1f} s")
