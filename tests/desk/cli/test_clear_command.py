"""The commands that open what is sealed, as somebody types them: read, paper, disclose."""

import json
from pathlib import Path

import pytest

from models.attachment import Attachment
from models.vocabulary.case import Event
from models.vocabulary.papers import AttachmentKind
from tasks.casework.drafts import Person
from tasks.casework.papers import add_paper, stored_at
from tasks.record.cases import lock_case
from tests.desk.cli.test_cases_command import Typist
from trials.harness.office import MONDAY, Office

SCAN = b"%PDF-1.7 scan"
AS_CLERK = ("--as", "Z01", "--reason", "核对原信")
HOSTILE = "内容\x1b[31m红\u202e反"


@pytest.fixture
def xinfang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typist:
    return Typist(monkeypatch, capsys)


@pytest.fixture
def number(office: Office, tmp_path: Path) -> str:
    """A petition with one paper in its file."""
    made = office.register(content="电梯停用。", persons=(Person(name="测试人丙", phone="13800007777"),))
    scan = tmp_path / "原信.pdf"
    scan.write_bytes(SCAN)
    with office.database.write() as session:
        act = office.act(session, "Z01", MONDAY)
        add_paper(lock_case(session, made), scan, kind=AttachmentKind.ORIGINAL_LETTER, act=act)
    return made


def events(office: Office, number: str) -> list[Event]:
    return [event.event for event in office.events(number)][2:]


class TestRead:
    def test_prints_the_whole_case(self, office: Office, number: str, xinfang: Typist) -> None:
        code, out, err = xinfang("read", number, *AS_CLERK)
        assert (code, err) == (0, "")
        for text in ("电梯停用。", "测试人丙", "13800007777", "【收件回执  → 信访人（待发）】", "原信.pdf"):
            assert text in out
        assert events(office, number) == [Event.READ]

    def test_gives_the_same_as_json(self, office: Office, number: str, xinfang: Typist) -> None:
        code, out, _ = xinfang("read", number, *AS_CLERK, "--json")
        found = json.loads(out)
        assert (code, found["content"], found["people"][0]["姓名"]) == (0, "电梯停用。", "测试人丙")
        assert found["papers"][0] | {"SHA-256": ""} == {
            "序号": "1", "种类": "原信", "名称": "原信.pdf", "字节": str(len(SCAN)), "SHA-256": "", "原件": ""
        }  # fmt: skip

    def test_lets_nothing_that_was_typed_give_orders_to_the_terminal(self, office: Office, xinfang: Typist) -> None:
        out = xinfang("read", office.register(content=HOSTILE), *AS_CLERK)[1]
        assert "内容␛[31m红⟨U+202E⟩反" in out
        assert "\x1b" not in out

    def test_takes_the_share_as_an_option(self, office: Office, xinfang: Typist) -> None:
        made = office.assigned("市住建局", "某街道办事处", approver="F01")
        code, out, _ = xinfang("read", made, "--share", "2", *AS_CLERK)
        assert (code, f"编号：{made}/2" in out) == (0, True)
        assert xinfang("read", made, "--share", "3", *AS_CLERK)[0] == 1

    def test_of_what_is_none_of_somebodys_business_says_one_sentence(self, office: Office, number: str, xinfang: Typist) -> None:
        code, out, err = xinfang("read", number, "--as", "L-SZJ", "--reason", "想看看")
        assert (code, out) == (1, "")
        assert err == f"没有编号为“{number}”的信访件，或者您无权查阅；确需查阅的，请向信访办主任说明\n"
        assert events(office, number) == [Event.LOOK_REFUSED]


class TestPaper:
    def test_brings_back_what_was_put_on_file_for_its_owner_alone(
        self, office: Office, number: str, xinfang: Typist, tmp_path: Path
    ) -> None:
        out = tmp_path / "back.pdf"
        code, said, _ = xinfang("paper", number, "1", "--out", str(out), *AS_CLERK)
        assert (code, out.read_bytes(), out.stat().st_mode & 0o777) == (0, SCAN, 0o600)
        assert f"{number} 第 1 份附件（原信，原信.pdf）已存为 {out}，13 字节，SHA-256 相符" in said
        assert office.events(number)[-1].facts["paper"] == 1
        assert events(office, number) == [Event.READ]

    @pytest.mark.parametrize(
        ("place", "said"),
        [("there.pdf", "已存在"), (".", "已存在"), ("nowhere/back.pdf", "没有文件夹")],
        ids=["a file that is there", "a folder", "a folder that is not there"],
    )
    def test_overwrites_nothing_and_opens_nothing_for_it(
        self, office: Office, number: str, xinfang: Typist, tmp_path: Path, place: str, said: str
    ) -> None:
        (tmp_path / "there.pdf").write_bytes(b"mine")
        code, _, err = xinfang("paper", number, "1", "--out", str(tmp_path / place), *AS_CLERK)
        assert (code, said in err, (tmp_path / "there.pdf").read_bytes()) == (1, True, b"mine")
        assert events(office, number) == []

    def test_overwrites_when_it_is_told_to(self, number: str, xinfang: Typist, tmp_path: Path) -> None:
        out = tmp_path / "there.pdf"
        out.write_bytes(b"mine")
        assert xinfang("paper", number, "1", "--out", str(out), "--force", *AS_CLERK)[0] == 0
        assert out.read_bytes() == SCAN
        assert [left.name for left in tmp_path.iterdir() if left.name.startswith(".")] == []

    def test_of_a_number_that_there_is_not_says_how_many_there_are(self, number: str, xinfang: Typist, tmp_path: Path) -> None:
        code, _, err = xinfang("paper", number, "2", "--out", str(tmp_path / "back"), *AS_CLERK)
        assert (code, "没有第 2 份附件（共 1 份附件）" in err) == (1, True)

    def test_that_was_changed_on_disk_is_not_given_out(
        self, office: Office, number: str, xinfang: Typist, tmp_path: Path
    ) -> None:
        from sqlmodel import select

        from tasks.keeping.vault import vault

        with office.database.read() as session:
            paper = session.exec(select(Attachment)).one()
        stored_at(paper.sha256).write_bytes(vault().seal_bytes(b"something else"))
        code, _, err = xinfang("paper", number, "1", "--out", str(tmp_path / "back"), *AS_CLERK)
        assert (code, "内容已被改动" in err, (tmp_path / "back").exists()) == (1, True, False)

    def test_is_refused_to_a_unit_and_the_try_names_the_paper(
        self, office: Office, number: str, xinfang: Typist, tmp_path: Path
    ) -> None:
        words = ("--as", "L-SZJ", "--reason", "想看看")
        assert xinfang("paper", number, "1", "--out", str(tmp_path / "back"), *words)[0] == 1
        last = office.events(number)[-1]
        assert (last.event, last.facts["paper"], (tmp_path / "back").exists()) == (Event.LOOK_REFUSED, 1, False)


def test_disclose_follows_the_same_table(office: Office, xinfang: Typist) -> None:
    number = office.register(persons=(Person(name="检某举"),))
    office.decide(number, "screen", "Z01", petition_class="检举控告", content_code="纪检监察/作风")
    code, out, err = xinfang("disclose", number, "--officer", "Z02", "--reason", "核对")
    assert (code, "检某举" in out, "无权查阅" in err) == (1, False, True)
    assert office.events(number)[-1].event is Event.LOOK_REFUSED
    assert "检某举" in xinfang("disclose", number, "--officer", "Z01", "--reason", "核对")[1]


def test_correct_puts_right_what_was_registered(office: Office, number: str, xinfang: Typist) -> None:
    code, out, err = xinfang("correct", number, "--as", "Z02", "--reason", "核对原信", "--set", "标题=反映电梯问题")
    assert (code, out, err) == (0, f"{number} 已更正登记\n", "")
    assert (office.petition(number).title, events(office, number)) == ("反映电梯问题", [Event.CORRECT_FACTS])
    assert "没有字段“收信日期”" in xinfang("correct", number, "--as", "Z02", "--reason", "x", "--set", "收信日期=2026-03-01")[2]
