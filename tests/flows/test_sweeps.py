"""The scheduled flows without an engine: what they say of themselves."""

from contextlib import nullcontext

import pytest

from flows import sweeps
from tasks.sweeping.sweep import SweepReport


@pytest.fixture
def without_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "database", lambda: None)
    monkeypatch.setattr(sweeps, "get_client", lambda sync_client: nullcontext())
    monkeypatch.setattr(sweeps, "announce_rungs", lambda _client: 2)


@pytest.mark.usefixtures("without_engine")
@pytest.mark.parametrize(
    ("report", "name", "message"),
    [
        pytest.param(
            SweepReport(warned=3, missed=1), "Completed", "提醒 3，逾期 1，升级 0，已被后一步取代 0，通报 2", id="all went well"
        ),
        pytest.param(
            SweepReport(warned=3, faults=["XF-2026-0001 handling: KeyError", "XF-2026-0002 handling: KeyError"]),
            "Failed",
            "XF-2026-0001 handling: KeyError；XF-2026-0002 handling: KeyError",
            id="two clocks could not be acted on",
        ),
    ],
)
def test_a_sweep_ends_as_it_went(monkeypatch: pytest.MonkeyPatch, report: SweepReport, name: str, message: str) -> None:
    monkeypatch.setattr(sweeps, "sweep", lambda *_args, **_settings: report)
    end = sweeps.deadlines.fn()
    assert (end.name, end.message) == (name, message)
