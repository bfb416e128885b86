"""Closure: the checklist, the signature of somebody else, the archive."""

from typing import Any

import pytest

from models.vocabulary.case import DispatchState, State
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import Letter, Retention
from rules.errors import CaseworkError, TransitionRefusedError
from tasks.casework.closure import close, gaps_of
from tasks.record.cases import lock_case
from trials.harness.office import Office, at, day


def reported(office: Office, drafter: str = "Z01", **screening: Any) -> str:
    """A petition whose only unit's report was accepted on 23 March."""
    number = office.register()
    office.decide(number, "screen", "Z01", **({"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"} | screening))
    office.decide(number, "propose", drafter, way="交办", lead="市住建局", opinion="建议交办")
    office.decide(number, "approve", "F01")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(20), outcome="诉求支持", text="已修复电梯。")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(23))
    return number


def delivered(office: Office, on: str = "2026-03-24", **more: str) -> str:
    number = reported(office, **more)
    office.decide(number, "deliver", "Z01", as_of=at(25), delivered_on=on, summary="电梯已修复")
    return number


def closed(office: Office) -> str:
    number = delivered(office)
    office.decide(number, "close", "D01", as_of=at(26), settlement="化解息访")
    return number


def test_the_gaps_are_listed_in_chinese(office: Office) -> None:
    number = office.assigned()
    with office.database.write() as session:
        gaps = gaps_of(lock_case(session, number))
    assert gaps == ("没有办理结论", "没有答复或办结报告", "没有送达记录")


def test_closing_names_what_is_missing(office: Office) -> None:
    number = reported(office)
    with pytest.raises(TransitionRefusedError, match="不能结案"), office.database.write() as session:
        close(lock_case(session, number), act=office.act(session, "D01", at(25)), opinion="同意")


def test_the_drafter_cannot_close(office: Office) -> None:
    number = delivered(office, drafter="D01")
    with pytest.raises(TransitionRefusedError, match="拟办人不得自行结案"):
        office.decide(number, "close", "D01", as_of=at(26))


def test_whoever_answered_on_the_spot_cannot_close_alone(office: Office) -> None:
    number = office.register()
    office.decide(
        number,
        "screen",
        "D01",
        choice="当场答复（即接即办）",
        petition_class="申诉求决",
        content_code="政法/户籍管理",
        answer="已告知",
    )
    with pytest.raises(TransitionRefusedError):
        office.decide(number, "close", "D01")


def test_a_clerk_cannot_close(office: Office) -> None:
    with pytest.raises(TransitionRefusedError, match="信访办主任"):
        office.decide(delivered(office), "close", "Z02", as_of=at(26))


def test_closing_stops_the_office_clocks_and_starts_the_archive(office: Office) -> None:
    number = closed(office)
    running = {key for key, clock in office.clocks(number).items() if clock.state is ClockState.RUNNING}
    assert running == {"archive", "review_request"}
    assert office.petition(number).settlement == "settled"


def test_withdrawing_calls_the_open_shares_back(office: Office) -> None:
    number = office.assigned("市住建局", "某街道办事处")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(number, "oversee", "Z01", as_of=at(4), choice="信访人书面撤回", text="信访人书面撤回")
    assert {share.state for share in office.shares(number)} == {DispatchState.RECALLED}
    assert office.petition(number).state is State.WITHDRAWN
    assert [letter.letter for letter in office.letters(number)].count(Letter.RECALL_LETTER) == 2
    assert {key for key, clock in office.clocks(number).items() if clock.state is ClockState.RUNNING} == {"archive"}


def test_the_archive_waits_for_the_letters(office: Office) -> None:
    number = closed(office)
    with pytest.raises(TransitionRefusedError, match="份函件未发出"):
        office.decide(number, "archive", "A01", as_of=at(27))
    office.send_letters(as_of=at(27))
    office.decide(number, "archive", "A01", as_of=at(27))
    petition = office.petition(number)
    assert (petition.state, petition.archived_on, petition.retention) == (
        State.ARCHIVED,
        day("2026-03-27"),
        Retention.THIRTY_YEARS,
    )


@pytest.mark.parametrize(("written", "kept"), [("永久", Retention.PERMANENT), ("10年", Retention.TEN_YEARS)])
def test_the_archivist_may_choose_the_retention(office: Office, written: str, kept: Retention) -> None:
    number = closed(office)
    office.send_letters(as_of=at(27))
    office.decide(number, "archive", "A01", as_of=at(27), retention=written)
    assert office.petition(number).retention is kept


def test_an_unknown_retention_is_refused_with_the_choices(office: Office) -> None:
    number = closed(office)
    office.send_letters(as_of=at(27))
    with pytest.raises(CaseworkError, match="可选：永久"):
        office.decide(number, "archive", "A01", as_of=at(27), retention="五百年")
