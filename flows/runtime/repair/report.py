"""The report of a repair: which runs got which remedy, in words for the office."""

import logging
from collections import Counter
from dataclasses import dataclass, field

from flows.runtime.repair.verdict import Remedy

_log = logging.getLogger("prefect.casework.repair")


@dataclass
class Report:
    """What was done, by subject; nothing when everything stood where it should."""

    done: list[tuple[str, Remedy]] = field(default_factory=list)
    compared: int = 0

    def note(self, subject: str, remedy: Remedy) -> None:
        """Put a remedy on the report and into the worker's log."""
        self.done.append((subject, remedy))
        _log.warning("%s: %s", subject, remedy.name)

    def lines(self) -> list[str]:
        """Say it for people: how many were compared, and what was done how often and to which subjects."""
        kinds = Counter(remedy for _, remedy in self.done)
        told = [f"{remedy.value} {count} 件：{self._names(remedy)}" for remedy, count in kinds.items()]
        return [f"核对 {self.compared} 件", *(told or ["均无需处理"])]

    def _names(self, remedy: Remedy) -> str:
        names = sorted(subject for subject, done in self.done if done is remedy)
        return "、".join(names[:10]) + ("……" if len(names) > 10 else "")
