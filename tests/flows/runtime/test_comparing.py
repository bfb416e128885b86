"""Going through the subjects a slice at a time: nobody is passed over, whoever else compares at the same time."""

from contextlib import nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from flows import sweeps
from flows.runtime.repair import repair
from flows.runtime.repair.reading_runs import PAGE
from flows.runtime.repair.repair import Comparison
from flows.runtime.repair.report import Report
from models.bookmark import Bookmark

AS_OF = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUBJECTS = [f"XF-2026-{number:04}" for number in range(1, 2501)]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """2,500 subjects whose runs stand where they should; gives those that were compared."""
    compared: list[str] = []

    def after(_session: None, subject: str, *, before: datetime, limit: int) -> list[Bookmark]:
        assert before < AS_OF
        return [Bookmark(subject=one, run_id=one, nudge_after=AS_OF) for one in SUBJECTS if one > subject][:limit]

    def repaired(_client: None, marks: list[Bookmark], runs: dict[str, Any], **_rest: object) -> None:
        compared.extend(mark.subject for mark in marks)

    monkeypatch.setattr(repair, "database", lambda: SimpleNamespace(read=nullcontext))
    monkeypatch.setattr(repair, "unfinished_after", after)
    monkeypatch.setattr(repair, "read_runs", lambda _client, ids: dict.fromkeys(ids))
    monkeypatch.setattr(repair, "_repair", repaired)
    return compared


def go_on(comparison: Comparison, **how: bool) -> None:
    comparison.go_on(None, as_of=AS_OF, report=Report(), **how)  # type: ignore[arg-type]


def test_slices_follow_one_another_and_begin_again_after_the_last(seen: list[str]) -> None:
    comparison = Comparison()
    for _ in range(3):
        go_on(comparison)
    assert seen == SUBJECTS
    go_on(comparison)
    assert seen[len(SUBJECTS) :] == SUBJECTS[: Comparison.SLICE]


def test_a_lost_run_makes_a_slice_go_on_to_the_page_where_none_is_lost(seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lost = set(SUBJECTS[:2100])
    monkeypatch.setattr(repair, "read_runs", lambda _client, ids: {one: None for one in ids if one not in lost})
    go_on(Comparison())
    assert seen == SUBJECTS[: 2200 + PAGE]


def test_everything_is_seen_while_the_minutes_slice_is_under_way(seen: list[str]) -> None:
    comparison = Comparison()
    go_on(comparison)
    seen.clear()
    go_on(Comparison(), everything=True)
    assert seen == SUBJECTS


@pytest.mark.parametrize(
    ("thorough", "driven", "count"),
    [
        pytest.param(False, True, Comparison.SLICE, id="the minute's run looks at a slice"),
        pytest.param(True, True, len(SUBJECTS), id="a thorough one at everything"),
        pytest.param(False, False, len(SUBJECTS), id="so does one under a stock worker, which remembers no place"),
    ],
)
def test_what_a_reconcile_run_compares(
    seen: list[str], monkeypatch: pytest.MonkeyPatch, *, thorough: bool, driven: bool, count: int
) -> None:
    monkeypatch.setattr(sweeps, "_comparison", Comparison())
    monkeypatch.setattr(sweeps, "now", lambda: AS_OF)
    monkeypatch.setattr(sweeps, "driven_here", lambda: driven)
    monkeypatch.setattr(sweeps, "get_client", lambda sync_client: nullcontext())
    for name in ("repair_stuck", "revive_ended", "file_lost_subjects", "end_duplicates"):
        monkeypatch.setattr(sweeps, name, lambda *_args, **_rest: None)
    end = sweeps.reconcile.fn(thorough=thorough)
    assert len(seen) == count
    assert end.message == f"核对 {count} 件；均无需处理"
