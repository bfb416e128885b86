"""Files of every shape: nothing is cut, shifted, glued or merged without a word, and every line is accounted for."""

import csv
import io
import os
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from models.petition import Petition
from models.vocabulary.case import Channel, PetitionClass
from tasks.casework.drafts import Registration, register_now
from tasks.casework.duplicates import likely_duplicates
from tasks.keeping.database import Database
from tasks.keeping.vault import vault
from tasks.ledger.columns import LedgerError, sort_heads
from tasks.ledger.file import Ledger, read_ledger
from tasks.ledger.row import RowError, former_fingerprint, row_warnings, to_registration
from tasks.ledger.takeover import ImportPlan, ImportReport, import_ledger
from tasks.ledger.words import DayStyle, read_day
from tasks.reading.searching import Wanted, search
from tasks.record.act import SYSTEM, Act
from tests.tasks.ledger.test_takeover import petitions
from trials.harness.office import MONDAY

ACT = Act(actor=SYSTEM, as_of=MONDAY)
TODAY = MONDAY.date()
HEADS = ("收信日期", "信访形式", "信访人", "证件号码", "联系电话", "内容")
GOOD = (datetime(2026, 3, 2), "来信", "张三", "110101199003070038", "13800000001", "噪声")  # noqa: DTZ001


def text_file(home: Path, text: str, encoding: str = "utf-8") -> Path:
    path = home / "ledger.csv"
    path.write_bytes(text.encode(encoding))
    return path


def book_file(home: Path, *rows: Sequence[Any], change: Callable[[Workbook], object] = lambda _book: None) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    change(book)
    path = home / "ledger.xlsx"
    book.save(path)
    return path


def faults(ledger: Ledger) -> dict[int, str]:
    return {line.number: line.fault for _, _, line in ledger.places() if line.fault}


def paper(**cells: str) -> Registration:
    row = {"收信日期": "2026-03-02", "信访形式": "来信", **cells}
    return to_registration(row, sort_heads(list(row)), today=TODAY)


def run(casework: Database, path: Path, **more: Any) -> ImportReport:
    return import_ledger(casework, path, ImportPlan(rejects=path.parent / "rejects.csv", **more), act=ACT)


class TestAText:
    @pytest.mark.parametrize(
        ("lines", "bad"),
        [
            pytest.param(
                ('张三,"关于噪声的信,一', "李四,垃圾,二", '赵六,"照明",三', "孙七,供水,四"),
                [2],
                id="a quote that closes in a cell",
            ),
            pytest.param(('张三,"噪声,一', "李四,垃圾,二"), [2], id="a quote that never closes"),
            pytest.param(('张三,"噪声,一', "李四,垃圾,二", '王五,道路",三'), [2], id="a quote that closes rows later"),
            pytest.param(("张三,噪声,一", '李四,"垃圾"x,二', "王五,道路,三"), [3], id="words after a quote"),
            pytest.param(("张三,噪声,一,多", "李四,垃圾,二"), [2], id="more cells than heads"),
            pytest.param(("张三,噪声,一,", "李四,垃圾,二"), [2], id="more cells than heads, the last one empty"),
            pytest.param(("张三,噪\0声,一", "李四,垃圾,二"), [2], id="a character that is none"),
            pytest.param(("张三,噪声,#REF!", "李四,垃圾,二"), [2], id="an error value"),
            pytest.param(('张三,"一\n二",三', "李四,垃圾,二"), [], id="a cell of two lines"),
        ],
    )
    def test_hands_back_the_bad_line_and_reads_the_others(self, tmp_path: Path, lines: tuple[str, ...], bad: list[int]) -> None:
        head, *rest = ("收信日期,信访形式,信访人,内容,备注", *(f"2026-03-02,来信,{line}" for line in lines))
        ledger = read_ledger(text_file(tmp_path, "\n".join((head, *rest))))
        assert list(faults(ledger)) == bad
        assert ledger.size == len(lines)

    def test_says_how_many_cells_are_too_many_and_keeps_them_for_the_clerk(self, casework: Database, tmp_path: Path) -> None:
        report = run(
            casework, text_file(tmp_path, "收信日期,信访形式,信访人,地址,电话\n2026-03-02,来信,张三,幸福路1号,2单元,138\n")
        )
        assert "本行有 6 格，表头 5 列" in report.rejects[0].reason
        back = (tmp_path / "rejects.csv").read_text("utf-8-sig")
        assert "2单元" in back
        assert "138" in back

    def test_with_one_bad_byte_hands_that_line_back(self, tmp_path: Path) -> None:
        raw = "收信日期,信访形式,信访人\n2026-03-02,来信,张三\n2026-03-02,来信,李四\n".encode("gb18030")
        (tmp_path / "ledger.csv").write_bytes(raw.replace("李四".encode("gb18030"), b"\xc0\xff\xee"))
        ledger = read_ledger(tmp_path / "ledger.csv")
        assert list(faults(ledger)) == [3]
        assert ledger.rows[0][1]["信访人"] == "张三"

    def test_of_2022_and_of_the_tables_before_it_say_the_same(self, casework: Database, tmp_path: Path) -> None:
        text = "收信日期,信访形式,信访人\n2026-03-02,来信,王{}\n"
        (tmp_path / "old.csv").write_bytes(text.format("X").encode("gb18030").replace(b"X", b"\xfe\x59"))
        assert run(casework, tmp_path / "old.csv").registered == 1
        assert run(casework, text_file(tmp_path, text.format("\u9fb4"))).known == 1

    def test_below_a_title_is_divided_as_its_heads_are(self, tmp_path: Path) -> None:
        path = text_file(tmp_path, "台账，2025\n收信日期\t信访形式\t内容\n2025-03-02\t来信\t噪声,垃圾\n")
        assert read_ledger(path).rows == ((3, {"收信日期": "2025-03-02", "信访形式": "来信", "内容": "噪声,垃圾"}),)

    def test_whose_row_is_short_is_pointed_at(self, casework: Database, tmp_path: Path) -> None:
        report = run(casework, text_file(tmp_path, "收信日期,信访形式,信访人,内容\n2026-03-02,来信,张三\n"))
        assert (report.registered, report.warnings) == (1, ("第 2 行：本行只有 3 格，表头 4 列，请核对是否断行",))


HOSTILE = st.lists(
    st.lists(st.text(alphabet="甲乙\",;\t\n\r #='\0\u3000\u202e", max_size=6), min_size=1, max_size=6).map(",".join),
    min_size=1,
    max_size=8,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=HOSTILE, plain=st.lists(st.booleans(), min_size=8, max_size=8))
@example(lines=["", '"', '"'], plain=[False, True, True, *[False] * 5])
@example(lines=['"甲', "乙"], plain=[True] * 8)
@example(lines=["", '"', '\r;"'], plain=[True] * 8)
@example(lines=['好,"', '"'], plain=[True] * 8)
def test_every_line_of_a_hostile_text_is_registered_rejected_or_known(
    casework: Database, tmp_path: Path, lines: list[str], plain: list[bool]
) -> None:
    rows = [
        f"2026-03-02,来信,本{at},{line}" if fine else f"2026-03-02,来信,本{at},好,好"
        for at, (line, fine) in enumerate(zip(lines, plain, strict=False))
    ]
    path = text_file(tmp_path, "\n".join(("收信日期,信访形式,信访人,内容,备注", *rows)))
    (tmp_path / "rejects.csv").unlink(missing_ok=True)
    report = run(casework, path, dry_run=True)
    assert report.registered + report.rejected + report.known == report.lines
    assert report.lines >= len(rows)  # no row stands in another's cell
    own = [row["信访人"] for _, row in read_ledger(path).rows]
    assert [f"本{at}" for at in range(len(rows)) if f"本{at}" in own] == [f"本{at}" for at in range(len(rows))]


class TestAWorkbook:
    def test_gives_hidden_sheets_only_to_whoever_names_them(self, tmp_path: Path) -> None:
        def hide_first(book: Workbook) -> None:
            last = book.create_sheet("今年")
            for row in (HEADS, GOOD):
                last.append(list(row))
            book.worksheets[0].title, book.worksheets[0].sheet_state = "旧", "hidden"

        path = book_file(tmp_path, HEADS, (datetime(2024, 3, 2), "来信", "旧人"), change=hide_first)  # noqa: DTZ001
        ledger = read_ledger(path)
        assert ([row["信访人"] for _, row in ledger.rows], ledger.hidden_sheets) == (["张三"], ("旧",))
        assert [row["信访人"] for _, row in read_ledger(path, "旧").rows] == ["旧人"]

    def test_reads_every_sheet_with_the_same_heads_and_names_the_others(self, casework: Database, tmp_path: Path) -> None:
        def months(book: Workbook) -> None:
            for title, rows in (("2月", (HEADS, (*GOOD[:2], "李四"), (*GOOD[:1], "托人"))), ("说明", (("说明",), ("甲",)))):
                sheet = book.create_sheet(title)
                for row in rows:
                    sheet.append(list(row))

        path = book_file(tmp_path, HEADS, GOOD, change=months)
        report = run(casework, path)
        assert (report.lines, report.registered, [(r.row_number, r.reason[:9]) for r in report.rejects]) == (
            3,
            2,
            [(3, "工作表“2月”：“")],
        )
        assert any("未读：说明" in warning for warning in report.warnings)
        with pytest.raises(LedgerError, match="没有工作表“3月”，有：Sheet、2月、说明"):
            read_ledger(path, "3月")

    def test_hands_back_formulas_without_a_value_and_errors(self, tmp_path: Path) -> None:
        path = book_file(tmp_path, HEADS, GOOD, ("=DATE(2026,3,3)", "来信", "李四"), (*GOOD[:2], "#REF!", "#N/A", "#VALUE!"))
        found = faults(read_ledger(path))
        assert list(found) == [3, 4]
        assert "“收信日期”是公式，没有计算结果，请在 Excel 中打开保存" in found[3]
        assert ("“信访人”的“#REF!”" in found[4], "“联系电话”的“#VALUE!”" in found[4], "N/A" in found[4]) == (True, True, False)

    @pytest.mark.parametrize("error", ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"])
    def test_never_takes_an_error_for_a_name(self, tmp_path: Path, error: str) -> None:
        assert list(faults(read_ledger(book_file(tmp_path, HEADS, (*GOOD[:2], error))))) == [2]

    def test_lets_a_merged_cell_count_for_every_row_that_it_covers(self, tmp_path: Path) -> None:
        def merge(book: Workbook) -> None:
            book.worksheets[0].merge_cells("A2:A3")

        path = book_file(tmp_path, HEADS, GOOD, (None, "来信", "李四"), (None, "来信", "王五"), change=merge)
        assert [row["收信日期"] for _, row in read_ledger(path).rows] == ["2026-03-02", "2026-03-02", ""]

    def test_below_titles_may_have_heads_of_two_lines(self, tmp_path: Path) -> None:
        path = book_file(
            tmp_path,
            ("2026年信访台账",),
            ("填报单位：市人大", None, "填报日期：2026-03-31"),
            ("序号", "收信日期", "信访形式", "信访人", None, None),
            (None, None, None, "姓名", "身份证号", "联系电话"),
            (1, *GOOD[:5]),
        )
        ledger = read_ledger(path)
        assert ledger.heads == ("序号", "收信日期", "信访形式", "姓名", "身份证号", "联系电话")
        assert [number for number, _ in ledger.rows] == [5]

    def test_counts_its_days_from_where_it_says(self, casework: Database, tmp_path: Path) -> None:
        def from_1904(book: Workbook) -> None:
            book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001

        assert run(casework, book_file(tmp_path, HEADS, (44621, "来信", "张三"), change=from_1904)).registered == 1
        assert petitions(casework)[0].receipt_on == date(2026, 3, 2)

    def test_with_a_style_that_openpyxl_refuses_is_read(self, tmp_path: Path) -> None:
        path = book_file(tmp_path, HEADS, GOOD)
        _rewritten(path, "xl/styles.xml", lambda text: text.replace("<fill><patternFill /></fill>", "<fill/>"))
        assert read_ledger(path).rows[0][1]["信访人"] == "张三"


def _rewritten(path: Path, part: str, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


class TestAHostileFile:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            pytest.param(
                lambda text: text.replace('r="2"', 'r="1000000000"'), "第 1000000000 行，超出 Excel 的范围", id="row 10^9"
            ),
            pytest.param(lambda text: text.replace('r="A2"', 'r="A1000000000"'), "超出 Excel 的范围", id="a cell in row 10^9"),
            pytest.param(lambda text: text.replace('r="F2"', 'r="XFD1048576"'), "太大或太散", id="two cells far apart"),
            pytest.param(lambda text: text.replace('r="F2"', 'r="ZZZZZ2"'), "超出 Excel 的范围", id="a column that no sheet has"),
            pytest.param(lambda text: '<!DOCTYPE x [<!ENTITY a "b">]>' + text, "打不开", id="entities"),
            pytest.param(lambda text: text[:400], "打不开", id="cut off"),
        ],
    )
    def test_is_refused_in_a_sentence(self, tmp_path: Path, change: Callable[[str], str], said: str) -> None:
        path = book_file(tmp_path, HEADS, GOOD)
        _rewritten(path, "xl/worksheets/sheet1.xml", change)
        with pytest.raises(LedgerError, match=said):
            read_ledger(path)

    def test_that_unpacks_to_a_giant_is_refused_before_it_is_unpacked(self, tmp_path: Path) -> None:
        path = book_file(tmp_path, HEADS, GOOD)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/image1.png", "w") as part:
            for _ in range(401):
                part.write(bytes(2**20))
        with pytest.raises(LedgerError, match="解开后超过 400 MB"):
            read_ledger(path)

    def test_that_is_a_pipe_or_endless_is_refused_at_once(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.csv")
        with pytest.raises(LedgerError, match="是目录、管道或设备"):
            read_ledger(tmp_path / "pipe.csv")
        with (tmp_path / "endless.csv").open("wb") as file:
            file.truncate(2**40)
        with pytest.raises(LedgerError, match="超过 128 MB"):
            read_ledger(tmp_path / "endless.csv")


class TestACell:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            pytest.param("46083.604", "2026-03-02", id="a serial with a time"),
            pytest.param("2026年3月2日上午9时", "2026-03-02", id="with the hour in words"),
            pytest.param("二〇二六年三月二日", "2026-03-02", id="in Chinese figures"),
            pytest.param("二○二六年三月二十一日", "2026-03-21", id="in Chinese figures with a round nought"),
            pytest.param("2026年03月02日 星期一", "2026-03-02", id="with the day of the week"),
            pytest.param("2026-03-02（补）", "2026-03-02", id="with a remark"),
            pytest.param("2026-03-02T23:30:00+00:00", "2026-03-03", id="late at night in Greenwich"),
            pytest.param("2026-03-02T08:30:00+08:00", "2026-03-02", id="in the morning in Shanghai"),
            pytest.param("2025-12-31T16:05:00Z", "2026-01-01", id="in another year"),
        ],
    )
    def test_of_a_day_is_read_in_shanghai(self, text: str, day: str) -> None:
        assert read_day(text, "日期") == date.fromisoformat(day)

    def test_of_a_foreign_day_is_read_in_the_order_that_was_told(self) -> None:
        assert read_day("3/2/2026", "日期", DayStyle(order="月日年")) == date(2026, 3, 2)
        assert read_day("3/2/2026", "日期", DayStyle(order="日月年")) == date(2026, 2, 3)

    @pytest.mark.parametrize("head", ["证件号码", "联系电话", "原编号", "来函编号"])
    def test_that_excel_rounded_is_handed_back(self, head: str) -> None:
        with pytest.raises(RowError, match=f"“{head}”的“1.10101E.17”已被 Excel 改写，请按原件补填"):
            paper(**{head: "1.10101E+17"})

    @pytest.mark.parametrize(
        ("name", "count", "people"),
        [
            ("张三等十六人", "", 16),
            ("张三等16名业主", "", 16),
            ("甲、乙、丙、丁、戊、己", "1", 6),
            ("张三等16户", "", 16),
            ("张三（30余户）", "2", 30),
        ],
    )
    def test_never_loses_how_many_people_there_are(self, name: str, count: str, people: int) -> None:
        assert paper(信访人=name, 人数=count).people_count == people

    def test_with_blanks_names_one_or_is_handed_back(self) -> None:
        assert [person.name for person in paper(信访人="张　三").persons] == ["张三"]
        assert [person.name for person in paper(信访人="García López").persons] == ["García López"]
        with pytest.raises(RowError, match="分不清是几个人"):
            paper(信访人="张三 李四 王五")

    def test_with_two_numbers_gives_each_his_own(self) -> None:
        two = paper(信访人="张三,李四", 证件号码="110101199003070038 110101199003070046").persons
        assert [person.id_number for person in two] == ["110101199003070038", "110101199003070046"]
        one = paper(信访人="张三", 证件号码="110101199003070038 110101199003070046").persons
        assert [person.id_number for person in one] == ["110101199003070038、110101199003070046"]

    @pytest.mark.parametrize("mark", ["'", "`", "’", ""])
    def test_loses_the_mark_that_kept_it_as_text(self, tmp_path: Path, mark: str) -> None:
        rows = [HEADS, ("2026-03-02", "来信", "一", f"{mark}440524188001010014", f"{mark}13800000001", "a")]
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        ((_, row),) = read_ledger(text_file(tmp_path, buffer.getvalue())).rows
        assert (row["证件号码"], row["联系电话"]) == ("440524188001010014", "13800000001")

    @pytest.mark.parametrize(
        "number", ["E12345678", "H1234567890", "M12345678", "12345678", "USA110099010101", "１１０１０１１９９００３０７００３８"]
    )
    def test_of_another_paper_is_no_doubt(self, number: str) -> None:
        assert row_warnings(paper(信访人="陈大文", 证件号码=number)) == []

    @pytest.mark.parametrize(
        ("word", "channel"),
        [
            ("人民来信", Channel.LETTER),
            ("联名信", Channel.LETTER),
            ("EMS", Channel.LETTER),
            ("视频接访", Channel.VISIT),
            ("个体访", Channel.VISIT),
        ],
    )
    def test_of_a_channel_is_read_in_the_words_of_offices(self, word: str, channel: Channel) -> None:
        assert paper(信访形式=word).channel is channel

    @pytest.mark.parametrize(
        ("word", "meant"),
        [
            ("建议意见类", PetitionClass.SUGGESTION),
            ("检举控告类", PetitionClass.ACCUSATION),
            ("申诉求决类", PetitionClass.APPEAL),
        ],
    )
    def test_of_a_class_may_end_in_class(self, word: str, meant: PetitionClass) -> None:
        assert paper(信访目的=word).petition_class is meant

    def test_means_what_the_column_file_says(self, tmp_path: Path) -> None:
        row = {"收信日期": "2026-03-02", "信访形式": "托人带信"}
        (tmp_path / "c.toml").write_text('[values]\n"托人"="来访"\n[values."信访形式"]\n"托人带信"="来信"\n', encoding="utf-8")
        columns = sort_heads(list(row), tmp_path / "c.toml")
        assert to_registration(row, columns, today=TODAY).channel is Channel.LETTER
        assert to_registration({**row, "信访形式": "托人"}, columns, today=TODAY).channel is Channel.VISIT


def test_the_numbers_of_known_rows_are_told(casework: Database, tmp_path: Path) -> None:
    path = text_file(tmp_path, "收信日期,信访形式,信访人\n2026-03-02,来信,张三\n")
    assert run(casework, path).known_rows == ()
    found: Petition = petitions(casework)[0]
    assert run(casework, path).known_rows == (f"第 2 行：以前已登记为 {found.number}，未再登记",)


def test_rejects_carry_no_formula_even_in_their_heads(casework: Database, tmp_path: Path) -> None:
    run(casework, text_file(tmp_path, "收信日期,信访形式,=HYPERLINK(1),＝SUM\n昨天,来信,@x,+1\n"))
    for cells in csv.reader(io.StringIO((tmp_path / "rejects.csv").read_text("utf-8-sig"))):
        assert [cell for cell in cells if cell[:1] in tuple("=+-@＝")] == []


class TestTheSamePersonAgain:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param(("买买提·艾力", "", "13800000001"), ("买买提•艾力", "", "13800000001"), id="another dot"),
            pytest.param(("赵六", "", "138-0000-0002"), ("赵六", "", "13800000002"), id="strokes in a phone"),
            pytest.param(
                ("赵六", "", "+86 13800000002"), ("赵六", "", "010-88880000、13800000002"), id="the second phone of a cell"
            ),
            pytest.param(
                ("孙七", "１１０１０１１９９００３０７００５４", ""), ("孙七", "110101199003070054", ""), id="a wide number"
            ),
            pytest.param(("孙七", "110101900307005", ""), ("孙七", "110101199003070054", ""), id="a number of 15 digits"),
        ],
    )
    def test_is_a_likely_repeat_and_found_by_either_writing(
        self, casework: Database, tmp_path: Path, one: tuple[str, str, str], other: tuple[str, str, str]
    ) -> None:
        rows = [("收信日期", "信访形式", "信访人", "证件号码", "联系电话", "内容")]
        rows += [("2026-03-01", "来信", *one, "a"), ("2026-03-02", "来信", *other, "b")]
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        assert run(casework, text_file(tmp_path, buffer.getvalue())).registered == 2
        first, second = petitions(casework)
        with casework.read() as session:
            assert [earlier.number for earlier in likely_duplicates(session, second)] == [first.number]
            for name, id_number, phone in (one, other):
                wanted = Wanted(name=name, id_number=id_number, phone=phone)
                assert len(search(session, wanted, today=TODAY).rows) == 2


class TestTwoPapers:
    @pytest.mark.parametrize("head", ["被反映人", "来函编号", "受信人", "属地", "电子邮箱", "实际来访人数", "邮戳日期"])
    def test_that_differ_in_one_detail_are_two(self, casework: Database, tmp_path: Path, head: str) -> None:
        value = {"实际来访人数": ("1", "2"), "邮戳日期": ("2026-03-01", "2026-02-28")}.get(head, ("甲", "乙"))
        for each in value:
            path = text_file(tmp_path, f"收信日期,信访形式,信访人,{head}\n2026-03-02,来信,张三,{each}\n")
            assert run(casework, path).registered == 1
            assert run(casework, path).known == 1

    def test_imported_by_an_earlier_version_are_still_known(self, casework: Database, tmp_path: Path) -> None:
        said = paper(信访人="张三", 被反映人="某局甲科长")
        with casework.write() as session:
            register_now(session, said, key=f"ledger:{vault().digest(former_fingerprint(said))}", act=ACT)
        text = "收信日期,信访形式,信访人,被反映人\n2026-03-02,来信,张三,某局{}科长\n"
        assert run(casework, text_file(tmp_path, text.format("甲"))).known == 1
        assert run(casework, text_file(tmp_path, text.format("乙"))).registered == 1
