"""One row of the table: which fault, where, how long until everything went on, and what does not hold."""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Result:
    """What became of one fault; green when nothing is wrong."""

    fault: str
    where: str
    kind: str = ""
    """The kind of database under it."""

    seconds: float | None = None
    """From the fault until the petition waited at its next step or was at its end; nothing where none is measured."""

    problems: list[str] = field(default_factory=list)
    note: str = ""
    skipped: bool = False

    @property
    def green(self) -> bool:
        """Say whether everything held."""
        return not self.problems
