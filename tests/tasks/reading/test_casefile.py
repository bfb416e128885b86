"""The case file's column 核验: by what each author was known, and which decisions are without their signature."""

from datetime import date

import pytest

from models.vocabulary.case import Step
from models.vocabulary.people import Proof
from tasks.casework.disclosure import disclose
from tasks.decide import decide
from tasks.reading.casefile import CaseFile, case_file
from tasks.record.act import Arrival, Who
from tasks.record.cases import find_petition, lock_case
from tests.tasks.record.test_proofs import written_before
from trials.harness.office import MONDAY, Office

SCREEN = {"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"}
PROPOSE = {"way": "交办", "lead": "市住建局", "opinion": "建议交办"}
UNSIGNED = "未经签批核验"
TYPED = "仅填工号"


def file_of(office: Office, number: str) -> CaseFile:
    with office.database.read() as session:
        return case_file(session, find_petition(session, number), today=date(2026, 3, 3))


def known_by(office: Office, number: str) -> list[str]:
    return [str(row["核验"]) for row in file_of(office, number).timeline]


def decided_by(office: Office, number: str, step: Step, who: Who, **answer: str) -> None:
    with office.database.write() as session:
        decide(session, number, step, dict(answer), who, Arrival(MONDAY))


def test_a_typed_number_is_called_one_and_a_decision_by_it_is_without_its_signature(office: Office) -> None:
    assert known_by(office, office.assigned()) == [TYPED, TYPED, TYPED, f"{TYPED}，{UNSIGNED}", ""]


@pytest.mark.parametrize(
    ("who", "screened", "approved"),
    [
        pytest.param(Who("D01", Proof.SIGNED), "签批核验", "签批核验", id="who was recognised anew"),
        pytest.param(Who("D01", Proof.DESK), "工作台登录", f"工作台登录，{UNSIGNED}", id="who is logged in"),
        pytest.param(Who("D01", Proof.CODE), "办理口令", f"办理口令，{UNSIGNED}", id="who gave a code"),
        pytest.param(
            Who("D01", Proof.CONSOLE, login="root"), "主机命令（root）", f"主机命令（root），{UNSIGNED}", id="who typed a command"
        ),
        pytest.param(Who("D01", Proof.NONE), TYPED, f"{TYPED}，{UNSIGNED}", id="who typed a number"),
    ],
)
def test_an_author_is_shown_by_what_was_known(office: Office, who: Who, screened: str, approved: str) -> None:
    number = office.register()
    decided_by(office, number, Step.SCREEN, who, **SCREEN)
    decided_by(office, number, Step.PROPOSE, Who("Z01", Proof.NONE), **PROPOSE | {"way": "转送"})
    decided_by(office, number, Step.APPROVE, who, choice="同意", opinion="同意")
    assert known_by(office, number) == [TYPED, screened, TYPED, approved, ""]


@pytest.mark.parametrize(
    ("petition_class", "content", "shown"),
    [("检举控告", "纪检监察/贪污受贿", f"{TYPED}，{UNSIGNED}"), ("申诉求决", "城乡建设/物业服务", TYPED)],
    ids=["of an accuser", "of somebody who asks for something"],
)
def test_full_data_is_seen_under_a_signature_where_it_is(office: Office, petition_class: str, content: str, shown: str) -> None:
    number = office.register()
    office.decide(number, "screen", "Z01", petition_class=petition_class, content_code=content)
    with office.database.write() as session:
        disclose(lock_case(session, number), act=office.act(session, "Z02", MONDAY), reason="核对住址")
    assert known_by(office, number)[-1] == shown


def test_a_file_from_before_is_read_as_it_was(office: Office) -> None:
    number = written_before(office)
    assert known_by(office, number) == [""] * 5


def test_it_stands_beside_who_acted_where_the_file_is_printed(office: Office) -> None:
    number = office.assigned()
    file = file_of(office, number)
    heads = list(file.timeline[0])
    assert heads[heads.index("经办") + 1] == "核验"
    assert [UNSIGNED in line for line in file.markdown().splitlines() if "分管副主任 F01" in line] == [True]
