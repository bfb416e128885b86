"""Importing an old ledger: good rows in, bad rows back with a reason, nothing twice, nothing lost."""

import csv
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlmodel import col, select

from models.clock import Clock
from models.petition import Petition
from models.petitioner import Party, Petitioner
from models.vocabulary.case import Channel, Flag, PetitionClass, State
from models.vocabulary.people import PartyRole
from rules.identity import check_character
from rules.zone import SHANGHAI
from tasks.keeping.database import Database
from tasks.keeping.vault import vault
from tasks.ledger.columns import sort_heads
from tasks.ledger.file import clean, guarded, read_ledger
from tasks.ledger.row import row_warnings
from tasks.ledger.takeover import (
    ImportPlan,
    ImportProgress,
    ImportReport,
    LedgerError,
    RowError,
    import_ledger,
    read_rows,
    row_key,
    to_registration,
)
from tasks.record.act import SYSTEM, Act
from tests.data import make_ledger
from trials.harness.office import MONDAY

ACT = Act(actor=SYSTEM, as_of=MONDAY)
HEADS = ("原编号", "收信日期", "信访形式", "信访人", "身份证号", "电话", "标题", "内容", "人数")
GOOD = ("A-1", "2020-01-06", "来信", "甲测一", "", "13800000001", "反映物业服务问题", "电梯长期停用。", "1")
ID_NUMBER = "99000019800101001" + check_character("99000019800101001")


def write_csv(path: Path, *rows: Sequence[str], heads: Sequence[str] = HEADS, encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return path


def row_of(**changes: str) -> tuple[str, ...]:
    return tuple({**dict(zip(HEADS, GOOD, strict=True)), **changes}.values())


def run(casework: Database, path: Path, progress: ImportProgress = lambda _done, _total: None, **more: Any) -> ImportReport:
    plan = ImportPlan(**{"rejects": path.parent / "rejects.csv"} | more)
    return import_ledger(casework, path, plan, act=ACT, progress=progress)


def petitions(casework: Database) -> list[Petition]:
    with casework.read() as session:
        return list(session.exec(select(Petition).order_by(col(Petition.id))))


def figures(report: ImportReport) -> tuple[int, int, int]:
    return report.registered, report.rejected, report.known


def read_file(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def part(tmp_path: Path, places: set[int]) -> Path:
    """Some rows of the shipped ledger, as a file of their own."""
    rows = [[clean(cell) for cell in row.values()] for at, row in enumerate(make_ledger.rows(), start=1) if at in places]
    return write_csv(tmp_path / "part.csv", *rows, heads=make_ledger.HEADS)


def copied(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(make_ledger.FILE.read_bytes())
    return path


class TestAnOldLedger:
    def test_registers_480_of_500_rows_and_none_of_them_twice(self, casework: Database, tmp_path: Path) -> None:
        path = copied(tmp_path)
        assert figures(run(casework, path)) == (480, 20, 0)
        assert figures(run(casework, path)) == (0, 20, 480)
        found = petitions(casework)
        assert len(found) == 480
        assert {petition.state for petition in found} == {State.REGISTERED}
        assert all(Flag.HISTORIC in petition.flags for petition in found)
        assert Counter(flag for petition in found for flag in petition.flags) >= Counter(anonymous=6, unclear=3, id_doubtful=4)
        with casework.read() as session:
            assert session.exec(select(Clock)).all() == []  # nothing old is ever overdue

    def test_hands_each_bad_row_back_with_its_number_and_a_reason(self, casework: Database, tmp_path: Path) -> None:
        bad = {place: make_ledger.BAD[place] for place in make_ledger.BAD}
        report = run(casework, part(tmp_path, {*bad, 443}))
        assert figures(report) == (1, 20, 0)
        back = read_file(tmp_path / "rejects.csv")
        assert list(back[0]) == [*make_ledger.HEADS, "行号", "原因"]
        assert [int(row["序号"]) for row in back] == list(bad)
        assert all("“" in row["原因"] or "邮戳" in row["原因"] for row in back)
        assert all("请" in row["原因"] or "至少为 1" in row["原因"] for row in back)

    def test_names_doubtful_numbers_and_columns_it_does_not_know(self, casework: Database, tmp_path: Path) -> None:
        report = run(casework, part(tmp_path, {11, *make_ledger.WRONG_CHECK_DIGIT}))
        assert figures(report) == (5, 0, 0)
        assert report.warnings == tuple(f"第 {at} 行：证件号码校验位不符，请核对原信" for at in (3, 4, 5, 6))
        assert report.unknown_columns == ("柜号",)

    def test_goes_on_where_an_interruption_stopped_it(
        self, casework: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tasks.ledger.takeover.BATCH", 10)
        path = part(tmp_path, set(range(1, 61)))

        def stop_at_48(done: int, total: int | None) -> None:
            assert total == 60
            if done == 48:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(casework, path, progress=stop_at_48)
        assert len(petitions(casework)) == 39  # four batches of ten, without row 21
        assert [row["序号"] for row in read_file(tmp_path / "rejects.csv")] == ["21", "47"]
        assert figures(run(casework, path)) == (19, 2, 39)

    def test_of_the_tests_is_what_its_generator_makes(self) -> None:
        made = [tuple(clean(row[head]) for head in make_ledger.HEADS) for row in make_ledger.rows()]
        assert [tuple(row.values()) for _, row in read_rows(make_ledger.FILE)] == made


class TestReading:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_knows_the_encodings_of_offices(self, tmp_path: Path, encoding: str) -> None:
        path = write_csv(tmp_path / "a.csv", GOOD, encoding=encoding)
        assert list(read_rows(path)) == [(2, dict(zip(HEADS, GOOD, strict=True)))]

    def test_numbers_rows_as_the_sheet_does(self, tmp_path: Path) -> None:
        book = Workbook()
        sheet = book.worksheets[0]
        sheet["A1"] = "某办公室信访台账"
        sheet["A2"], sheet["B2"] = "收信日期", "电话"
        sheet["A5"], sheet["B5"] = datetime(2020, 1, 6, tzinfo=SHANGHAI).replace(tzinfo=None), 13800000001.0
        sheet["A7"], sheet["B7"] = date(2020, 1, 7), "=1+1"
        book.create_sheet("旧表")["A1"] = "x"
        book.save(tmp_path / "a.xlsx")
        ledger = read_ledger(tmp_path / "a.xlsx")
        assert ledger.rows == (
            (5, {"收信日期": "2020-01-06", "电话": "13800000001"}),
            (7, {"收信日期": "2020-01-07", "电话": ""}),
        )
        assert ledger.other_sheets == ("旧表",)

    def test_a_line_break_in_a_cell_is_no_new_row(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", row_of(内容="一\r\n二"), (), GOOD)
        assert [(number, row["内容"]) for number, row in read_rows(path)] == [(2, "一\n二"), (4, GOOD[7])]

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("none.csv", None, "找不到文件"),
            ("old.xls", b"x", "另存为 .xlsx"),
            ("broken.xlsx", b"x", "不是有效的 XLSX"),
            ("empty.csv", b"", "没有内容"),
            ("binary.csv", b"\x00\x01\xff\xfe", "编码读不出来"),
        ],
    )
    def test_refuses_other_files_in_one_sentence(self, tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(LedgerError, match=said):
            read_ledger(tmp_path / name)

    @pytest.mark.parametrize("text", ["0012", "990000198001010010", "=1+1", "-", "@x", "+86", "甲", "12", "'x"])
    def test_a_guard_against_excel_comes_off_again(self, text: str) -> None:
        assert clean(guarded(text)) == clean(text)


class TestARow:
    def read(self, heads: Sequence[str] = HEADS, **changes: str) -> Any:
        row = {**dict(zip(HEADS, GOOD, strict=True)), **changes}
        return to_registration(row, sort_heads([*heads, *(head for head in changes if head not in heads)]), today=MONDAY.date())

    @pytest.mark.parametrize(
        "written",
        ["2020-01-06", "2020/1/6", "2020.1.6", "20200106", "2020年1月6日", "43836", "2020-01-06 09:30", "２０２０－１－６"],
    )
    def test_reads_a_day_as_clerks_write_it(self, written: str) -> None:
        assert self.read(收信日期=written).receipt_on == date(2020, 1, 6)

    @pytest.mark.parametrize(
        ("head", "written", "said"),
        [
            ("收信日期", "", "“收信日期”没有写明日期，请按收文章补填"),
            ("收信日期", "2019-13-02", "不是有效日期"),
            ("收信日期", "2019112", "不是有效日期"),
            ("收信日期", "20190", "不是有效日期"),
            ("收信日期", "2026-03-03", "晚于今天"),
            ("收信日期", "1020-01-06", "早于 1949 年"),
            ("信访形式", "", "“信访形式”没有填写"),
            ("信访形式", "托人", "“托人”不认识，请改为来信、来访、来电、网上之一"),
            ("人数", "若干", "“人数”的“若干”不是人数"),
            ("人数", "0", "至少为 1"),
            ("人数", "9" * 5000, "不是人数"),
            ("信访目的", "看看", "请改为建议意见、检举控告、申诉求决之一"),
            ("办结日期", "2019-01-01", "早于收信日期"),
            ("邮戳日期", "三月初", "“邮戳日期”的“三月初”"),
            ("标记", "很急", "“标记”一列"),
            ("来源", "天上", "不认识"),
        ],
    )
    def test_that_is_bad_says_which_column_and_what_to_do(self, head: str, written: str, said: str) -> None:
        with pytest.raises(RowError) as refused:
            self.read(**{head: written})
        assert said in str(refused.value)
        assert "；" not in str(refused.value)

    def test_with_several_faults_names_them_all(self) -> None:
        with pytest.raises(RowError, match=r"收信日期.*；.*信访形式.*；.*人数"):
            self.read(收信日期="x1", 信访形式="x", 人数="x")

    @pytest.mark.parametrize("name", ["", "匿名", "（匿名）", "未署名", "/", "不详"])
    def test_without_a_name_or_content_is_good(self, name: str) -> None:
        paper = self.read(信访人=name, 电话="", 内容="")
        assert paper.persons == ()
        assert paper.flags == {Flag.HISTORIC, Flag.UNCLEAR}

    def test_with_a_wrong_check_digit_is_good_and_warns(self) -> None:
        assert row_warnings(self.read(身份证号=ID_NUMBER)) == []
        wrong = ID_NUMBER[:-1] + ("1" if ID_NUMBER[-1] == "0" else "0")
        assert row_warnings(self.read(身份证号=wrong)) == ["证件号码校验位不符，请核对原信"]

    def test_of_several_people_gives_each_his_own_number(self) -> None:
        persons = self.read(信访人="甲 一、乙二", 电话="13800000001、13800000002").persons
        assert [(p.name, p.phone, p.role) for p in persons] == [
            ("甲一", "13800000001", PartyRole.LEAD),
            ("乙二", "13800000002", PartyRole.CO_SIGNER),
        ]

    @pytest.mark.parametrize(
        ("name", "count", "people"),
        [("甲一等16人", "", 16), ("甲一等16人", "20人", 20), ("甲一、乙二", "", 2), ("甲一", "约30余人", 30)],
    )
    def test_counts_its_people(self, name: str, count: str, people: int) -> None:
        assert self.read(信访人=name, 人数=count).people_count == people

    def test_keeps_what_our_fields_have_no_place_for_below_its_content(self) -> None:
        paper = self.read(承办单位="市住建局", 办结日期="2020-03-02", 登记日期="2020-01-07", 信访目的="咨询", 备注="无")
        assert paper.content.startswith("电梯长期停用。\n〔原台账记载〕")
        assert all(f"：{kept}" in paper.content for kept in ("市住建局", "2020-03-02", "2020-01-07", "咨询"))
        assert "备注" not in paper.content
        assert paper.petition_class is None

    def test_takes_the_registration_day_where_no_receipt_day_is_kept(self) -> None:
        assert self.read(收信日期="", 登记日期="2020-01-07").receipt_on == date(2020, 1, 7)

    def test_understands_the_words_of_older_ledgers(self) -> None:
        paper = self.read(信访形式="走访", 信访目的="揭发控告", 信访来源="自收")
        assert (paper.channel, paper.petition_class) == (Channel.VISIT, PetitionClass.ACCUSATION)


class TestTheKeyOfARow:
    def key(self, home: Path, **changes: str) -> str:
        return row_key(TestARow().read(**changes))

    def test_is_the_offices_own_number(self, home: Path) -> None:
        assert self.key(home, 原编号="ａ-1 ", 标题="改过的标题") == self.key(home, 原编号="A-1")
        assert self.key(home, 原编号="A-2") != self.key(home, 原编号="A-1")

    def test_is_what_the_row_says_when_it_has_no_number(self, home: Path) -> None:
        plain = self.key(home, 原编号="")
        assert plain == self.key(home, 原编号="", 收信日期="2020年1月6日", 内容=" 电梯 长期停用。", 序号="7", 承办单位="市住建局")
        assert plain != self.key(home, 原编号="", 内容="别的事")


class TestAnImport:
    def test_registers_the_same_row_once_and_says_so(self, casework: Database, tmp_path: Path) -> None:
        report = run(casework, write_csv(tmp_path / "a.csv", row_of(原编号=""), row_of(原编号=""), row_of(原编号="")))
        assert figures(report) == (1, 0, 2)
        assert report.warnings == ("第 3 行：重复行，与第 2 行相同，未再登记", "第 4 行：重复行，与第 2 行相同，未再登记")

    def test_twice_at_the_same_moment_registers_nothing_twice(self, casework: Database, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", *(row_of(原编号=f"B-{number}") for number in range(60)))
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(lambda _: run(casework, path), range(2))
        assert len(petitions(casework)) == 60
        assert (first.registered + second.registered, first.known + second.known) == (60, 60)

    def test_refuses_a_number_used_for_two_petitions(self, casework: Database, tmp_path: Path) -> None:
        report = run(casework, write_csv(tmp_path / "a.csv", GOOD, row_of(标题="另一件事")))
        assert figures(report) == (1, 1, 0)
        later = run(casework, write_csv(tmp_path / "b.csv", row_of(收信日期="2021-01-06")))
        assert figures(later) == (0, 1, 0)
        assert "编号每年重编的，请在前面加年份" in later.rejects[0].reason

    def test_keeps_the_good_rows_when_the_rules_refuse_one(self, casework: Database, tmp_path: Path) -> None:
        heads = (*HEADS, "邮戳日期", "被反映单位代码")
        rows = [(*row_of(原编号="1"), "", ""), (*row_of(原编号="2"), "2020-02-01", ""), (*row_of(原编号="3"), "", "没有的局")]
        report = run(casework, write_csv(tmp_path / "a.csv", *rows, (*row_of(原编号="4"), "", ""), heads=heads))
        assert figures(report) == (2, 2, 0)
        assert [reject.row_number for reject in report.rejects] == [3, 4]
        assert [petition.number for petition in petitions(casework)] == ["XF-2026-0001", "XF-2026-0002"]

    def test_takes_a_corrected_rejects_file_back(self, casework: Database, tmp_path: Path) -> None:
        first = run(casework, write_csv(tmp_path / "a.csv", row_of(原编号="001", 身份证号=ID_NUMBER, 收信日期="昨天1")))
        assert first.rejects_path is not None
        text = first.rejects_path.read_text(encoding="utf-8-sig")
        assert f'="{ID_NUMBER}"' in text.replace('""', '"')
        first.rejects_path.write_text(text.replace("昨天1", "2020-01-06"), encoding="gb18030")
        second = run(casework, first.rejects_path, rejects=None)
        assert (figures(second), second.unknown_columns, second.rejects_path) == ((1, 0, 0), (), None)
        assert petitions(casework)[0].legacy_number == "001"

    def test_sets_a_rejects_file_with_corrections_aside(self, casework: Database, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", row_of(信访形式="？"))
        target = run(casework, path, rejects=None).rejects_path
        assert target == tmp_path / "a.rejects.csv"
        assert target.stat().st_mode & 0o077 == 0
        target.write_text("改正中", encoding="utf-8")
        report = run(casework, path, rejects=None)
        assert report.warnings == ("原有的退回行文件内容不同，已改名为 a.rejects.csv.bak",)
        assert (tmp_path / "a.rejects.csv.bak").read_text(encoding="utf-8") == "改正中"

    def test_follows_a_column_file(self, casework: Database, tmp_path: Path) -> None:
        columns = tmp_path / "columns.toml"
        columns.write_text(
            '[columns]\n"何时"="收信日期"\n"谁"="name"\n"柜"=""\n"没有的"="title"\n[defaults]\n"信访形式"="来访"\n', "utf-8"
        )
        path = write_csv(tmp_path / "a.csv", ("2020-01-06", "甲一", "3"), heads=("何时", "谁", "柜"))
        report = run(casework, path, columns=columns)
        assert (figures(report), report.unknown_columns) == ((1, 0, 0), ())
        assert report.warnings == ("列对照文件中的这些列不在台账里：没有的",)
        assert petitions(casework)[0].channel is Channel.VISIT

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('[columns]\n"a"="收信的日子"', "不是已知字段，可填：收信日期"),
            ("[columns]\n甲 = 1", "英文双引号"),
            ('[columns]\n"a"=1', "每行都应是"),
            ("[column]\n", "不认识“column”"),
        ],
    )
    def test_refuses_a_column_file_in_one_sentence(self, casework: Database, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / "c.toml").write_text(text, encoding="utf-8")
        with pytest.raises(LedgerError, match=said):
            run(casework, write_csv(tmp_path / "a.csv", GOOD), columns=tmp_path / "c.toml")

    @pytest.mark.parametrize(
        ("heads", "said"), [(("甲", "乙"), "看不出哪一列是收信日期"), (("收信日期", "乙"), "没有“信访形式”一列")]
    )
    def test_refuses_a_ledger_whose_heads_say_too_little(
        self, casework: Database, tmp_path: Path, heads: tuple[str, ...], said: str
    ) -> None:
        with pytest.raises(LedgerError, match=said):
            run(casework, write_csv(tmp_path / "a.csv", ("2020-01-06", "x"), heads=heads))

    def test_never_writes_its_rejects_over_the_ledger(self, casework: Database, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", GOOD)
        with pytest.raises(LedgerError, match="同一个文件"):
            run(casework, path, rejects=path)

    def test_on_trial_leaves_nothing_behind(self, casework: Database, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", GOOD, row_of(原编号="2", 信访形式="？"))
        assert figures(run(casework, path, dry_run=True)) == (1, 1, 0)
        assert petitions(casework) == []
        assert figures(run(casework, path)) == (1, 1, 0)

    def test_seals_what_is_personal(self, casework: Database, tmp_path: Path) -> None:
        run(casework, write_csv(tmp_path / "a.csv", row_of(身份证号=ID_NUMBER)))
        with casework.read() as session:
            person = session.exec(select(Petitioner).join(Party)).one()
            assert vault().open(person.name_sealed or "") == "甲测一"
            assert person.id_number_digest == vault().digest(ID_NUMBER)
            assert ID_NUMBER not in str(person.model_dump())


def test_the_shipped_ledger_is_invented() -> None:
    rows = [row for _, row in read_rows(make_ledger.FILE)]
    assert len(rows) == make_ledger.ROWS
    assert {row["身份证号"][:6] for row in rows if row["身份证号"]} == {"990000"}
    assert {row["联系电话"][:7] for row in rows if row["联系电话"]} == {"1380000"}
