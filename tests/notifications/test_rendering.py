"""A letter has all its facts or is not written; its HTML says what its text says, and nothing gets through raw."""

import html
import re

import pytest
from jinja2 import UndefinedError

from models.vocabulary.papers import Letter
from notifications.catalogue import CATALOGUE, CatalogueRow
from notifications.rendering import RenderingError, cited, environment, render
from tests.notifications.invented import BARE_FACTS, FACTS, ON_THE_LADDER, PERSONAL

each_row = pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.template)
SCARS = re.compile(r"，，|。。|[，：至于为][，。]|（）|《》|“”|于前|\n\n\n|　\n")


def words_of(page: str) -> str:
    """What a reader of the page sees, without white space."""
    body = page.partition("<body")[2].partition(">")[2]
    return "".join(html.unescape(re.sub(r"<[^>]*>", "", body)).split())


class TestRender:
    @each_row
    def test_says_the_same_in_html(self, row: CatalogueRow) -> None:
        rendered = render(row.letter, FACTS)
        assert words_of(rendered.html).endswith("".join(rendered.text.split()))

    @each_row
    def test_leaves_no_scar_where_an_optional_fact_is_empty(self, row: CatalogueRow) -> None:
        assert not SCARS.findall(render(row.letter, BARE_FACTS).text)

    @each_row
    def test_keeps_personal_data_out_of_the_subject(self, row: CatalogueRow) -> None:
        subject = render(row.letter, FACTS).subject
        assert subject == f"{row.letter.label}（XF-2026-0007）"
        assert not [word for word in PERSONAL if word in subject]

    @each_row
    def test_misses_each_fact_that_it_needs(self, row: CatalogueRow) -> None:
        for name in row.needs:
            facts = {known: value for known, value in FACTS.items() if known != name}
            with pytest.raises(RenderingError, match=f"{re.escape(row.letter.label)}”缺少：{name}$"):
                render(row.letter, facts)

    @pytest.mark.parametrize("value", [None, 16, ["市公安局", None]], ids=["nothing", "a number", "a gap in a list"])
    def test_takes_only_text_for_a_fact(self, value: object) -> None:
        with pytest.raises(RenderingError, match="units"):
            render(Letter.REFERRAL_NOTICE, FACTS | {"units": value})  # type: ignore[arg-type]

    def test_says_nothing_of_a_fact_in_an_error(self) -> None:
        with pytest.raises(RenderingError) as caught:
            render(Letter.RECEIPT, {"petitioner_name": "钱来顺"})
        assert "钱来顺" not in str(caught.value)

    def test_escapes_markup_in_html_only(self) -> None:
        rendered = render(Letter.RECEIPT, FACTS | {"title": "<script>偷</script> & “引号”"})
        assert "<script>偷</script> & “引号”" in rendered.text
        assert "<script>" not in rendered.html
        assert "&lt;script&gt;偷&lt;/script&gt; &amp; “引号”" in rendered.html

    def test_keeps_the_lines_of_a_long_answer(self) -> None:
        rendered = render(Letter.REPLY_NOTICE, FACTS | {"answer": "一、停业。\r\n\r\n\r\n二、整改。"})
        assert "一、停业。\n\n二、整改。" in rendered.text
        assert rendered.html.count("<p ") == rendered.text.count("\n\n") + 1

    def test_leaves_its_facts_alone(self) -> None:
        before = {name: value if isinstance(value, str) else list(value) for name, value in FACTS.items()}
        assert render(Letter.ASSIGNMENT_LETTER, FACTS) == render(Letter.ASSIGNMENT_LETTER, FACTS)
        assert before == FACTS

    def test_is_strict(self) -> None:
        with pytest.raises(UndefinedError):
            environment().from_string("{{ nothing }}").render()


class TestVariants:
    @pytest.mark.parametrize(
        ("letter", "facts", "said", "unsaid"),
        [
            (Letter.ASSIGNMENT_LETTER, {"due_on": ""}, "自贵单位签收之日起", "前办结"),
            (Letter.ASSIGNMENT_LETTER, {"report_wanted": ""}, "不要求专门报送", "三、书面报告"),
            (Letter.REFERRAL_LETTER, {"lead_unit": "市生态环境局"}, "协办单位：市公安局。", "由市公安局主办"),
            (Letter.REFERRAL_LETTER, {"people_count": "1"}, "信访人：钱来顺\n", "等1人"),
            (Letter.REJECTION_NOTICE, {"basis": "办公室设定（法规无明文）"}, "不予受理", "依据"),
            (Letter.REPLY_NOTICE, {"lead_unit": ""}, "可以向我办提出", "复查"),
            (Letter.RECEIPT, {"petitioner_name": ""}, "信访人：", "钱来顺"),
        ],
        ids=[
            "limit not known yet",
            "no report wanted",
            "to the lead",
            "one petitioner",
            "office rule is no law",
            "the office's own answer",
            "no name known",
        ],
    )
    def test_follow_the_facts(self, letter: Letter, facts: dict[str, str], said: str, unsaid: str) -> None:
        text = render(letter, FACTS | facts).text
        assert said in text
        assert unsaid not in text

    @pytest.mark.parametrize("letter", [Letter.DEADLINE_WARNING, Letter.DEADLINE_ALERT])
    @pytest.mark.parametrize(
        ("days", "said", "unsaid"),
        [("12", "，距届满还有12日", "今日届满"), ("10", "，距届满还有10日", "今日届满"), ("0", "，今日届满。", "0日")],
        ids=["days left", "a round number", "last day"],
    )
    def test_name_the_last_day(self, letter: Letter, days: str, said: str, unsaid: str) -> None:
        text = render(letter, FACTS | {"days": days}).text
        assert said in text
        assert unsaid not in text
        assert ("（催办）" in text) == (letter is Letter.DEADLINE_ALERT and days != "0")

    @pytest.mark.parametrize(
        ("letter", "unit_asked"),
        [
            (Letter.DEADLINE_ALERT, "提醒承办单位按期完成"),
            (Letter.OVERDUE_ALERT, "核实情况后办理"),
            (Letter.LEADER_REPORT, "约谈"),
            (Letter.CHAIRS_REPORT, "专题询问"),
        ],
    )
    def test_ask_the_office_itself_when_the_limit_is_its_own(self, letter: Letter, unit_asked: str) -> None:
        of_unit = render(letter, FACTS).text
        own = render(letter, FACTS | {"unit_name": str(FACTS["office_name"])}).text
        assert (unit_asked in of_unit, "该项由本办负责" in of_unit) == (True, False)
        assert (unit_asked in own, "承办单位" in own, "该项由本办负责" in own) == (False, False, True)
        assert not SCARS.findall(own)

    @pytest.mark.parametrize("letter", ON_THE_LADDER)
    def test_never_restart_a_limit_and_mark_a_provisional_one(self, letter: Letter) -> None:
        text = render(letter, FACTS | {"due_on": "2027年1月4日（暂定）"}).text
        assert "重新计算。" in text
        assert "期限为2027年1月4日（暂定），" in text

    @pytest.mark.parametrize("letter", [Letter.LEADER_REPORT, Letter.CHAIRS_REPORT])
    def test_say_what_was_tried_and_leave_the_decision_to_the_unit(self, letter: Letter) -> None:
        text = render(letter, FACTS).text
        assert "此前措施：2026年5月7日催办；2026年5月13日督办\n" in text
        assert "由承办单位依法决定" in text
        bare = render(letter, FACTS | {"tried": "", "basis": ""}).text
        assert "此前措施：无记录\n" in bare
        assert "依据：" not in bare

    @pytest.mark.parametrize(
        "basis", ["办公室设定（当日登记；信访工作条例 第二十二条只要求“予以登记”）", "来函限期 2026-05-01，提前 7 日"]
    )
    def test_give_a_basis_in_its_own_words(self, basis: str) -> None:
        assert f"依据：{basis}\n" in render(Letter.LEADER_REPORT, FACTS | {"basis": basis}).text

    @pytest.mark.parametrize(
        ("basis", "citation"),
        [
            ("信访工作条例 第三十四条", "《信访工作条例》第三十四条"),
            ("北京市信访条例 第三十二条第一项", "《北京市信访条例》第三十二条第一项"),
            ("办公室设定（法规无明文）", ""),
            ("", ""),
        ],
    )
    def test_cite_only_what_is_law(self, basis: str, citation: str) -> None:
        assert cited(basis) == citation
