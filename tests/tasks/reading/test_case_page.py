"""The case file: what a reader without special rights sees of a petition, in rows and as Markdown."""

from datetime import datetime
from typing import Any

import pytest

from models.vocabulary.case import Channel, Flag, Source, Step
from models.vocabulary.people import PartyRole
from tasks.casework.drafts import Person
from tasks.limits.clocks import ON_FOOT
from tasks.reading.casefile import CaseFile, case_file, form_description, why_lines
from tasks.record.cases import clocks_of, dispatches_of, find_petition
from tasks.sweeping.sweep import sweep
from trials.harness.office import MONDAY, Office, at

ON = {"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"}


def signed(office: Office, **paper: Any) -> str:
    """Two units: the first signed on 3 March, the second has still to sign."""
    number = office.assigned("市住建局", "某街道办事处", **paper)
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    return number


def closed(office: Office) -> str:
    number = office.assigned("市住建局")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(4), text="已办结", outcome="诉求支持")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(5))
    office.decide(number, "deliver", "Z01", as_of=at(6), delivered_on="2026-03-06", settlement="部分化解")
    office.decide(number, "close", "D01", as_of=at(9))
    return number


def file_of(office: Office, number: str, *, on: datetime = MONDAY) -> CaseFile:
    with office.database.read() as session:
        return case_file(session, find_petition(session, number), today=on.date())


def described(office: Office, subject: str, step: Step, *, refusal: str | None = None) -> str:
    number, _, position = subject.partition("/")
    with office.database.read() as session:
        petition = find_petition(session, number)
        share = dispatches_of(session, petition)[int(position) - 1] if position else None
        return form_description(session, petition, share, step, today=at(4).date(), refusal=refusal)


class TestTheSummary:
    def test_of_a_new_petition_says_what_is_known_and_leaves_out_the_rest(self, office: Office) -> None:
        assert file_of(office, office.register()).summary == {
            "编号": "XF-2026-0001",
            "标题": "反映物业服务问题",
            "状态": "已登记",
            "阶段": "登记受理",
            "等待": "待甄别",
            "信访人": "测***（主访人），1 人",
            "信访形式": "来信，本机关受理",
            "收信日期": "2026-03-02",
            "登记日期": "2026-03-02",
        }

    def test_of_a_closed_petition_says_how_it_ended(self, office: Office) -> None:
        summary = file_of(office, closed(office)).summary
        told = ("状态", "阶段", "等待", "类别", "内容分类", "初重件", "办理方式", "结论", "化解", "送达日期")
        assert {name: summary[name] for name in told} == {
            "状态": "办结",
            "阶段": "结案归档",
            "等待": "待归档",
            "类别": "申诉求决",
            "内容分类": "城乡建设/物业服务",
            "初重件": "初件",
            "办理方式": "交办",
            "结论": "诉求支持",
            "化解": "部分化解",
            "送达日期": "2026-03-06",
        }
        assert "保管期限" not in summary

    @pytest.mark.parametrize(
        ("paper", "name", "shown"),
        [
            pytest.param({"flags": frozenset({Flag.URGENT})}, "标记", "重大紧急", id="a mark"),
            pytest.param({"postmark_on": at(1).date()}, "邮戳日期", "2026-03-01", id="the postmark"),
            pytest.param({"place": "某区某街道"}, "问题属地", "某区某街道", id="the place"),
            pytest.param({"channel": Channel.VISIT, "source": Source.DEPUTY}, "信访形式", "来访，代表转交", id="who brought it"),
            pytest.param({"people_count": 7}, "信访人", "测***（主访人），7 人", id="how many people"),
            pytest.param({"persons": ()}, "信访人", "匿名，1 人", id="nobody by name"),
            pytest.param({"persons": (Person(phone="13800000009"),)}, "信访人", "匿名，1 人", id="a phone without a name"),
        ],
    )
    def test_shows_what_the_paper_said(self, office: Office, paper: dict[str, Any], name: str, shown: str) -> None:
        assert file_of(office, office.register(**paper)).summary[name] == shown

    def test_shows_six_people_at_most_with_their_parts(self, office: Office) -> None:
        people = [Person(name="甲某", role=PartyRole.LEAD)]
        people += [Person(name=f"乙某{n}", role=PartyRole.CO_SIGNER) for n in range(8)]
        shown = file_of(office, office.register(persons=tuple(people), people_count=9)).summary["信访人"]
        assert shown.count("（联名人）") == 5
        assert shown.startswith("甲*（主访人）、")
        assert shown.endswith("，9 人")

    def test_of_an_accusation_counts_its_people_and_names_none(self, office: Office) -> None:
        number = office.register(persons=(Person(name="检某举"),), people_count=3)
        office.decide(number, "screen", "Z01", petition_class="检举控告", content_code="纪检监察/作风")
        summary = file_of(office, number).summary
        assert (summary["标题"], summary["信访人"]) == ("（密）", "（保密），3 人")


class TestTheRows:
    def test_of_shares_say_who_where_and_under_which_number(self, office: Office) -> None:
        assert file_of(office, signed(office)).shares == [
            {
                "序号": 1,
                "单位": "市住建局",
                "角色": "主办",
                "文号": "市人信交〔2026〕1号",
                "状态": "办理中",
                "签收": at(3).date(),
                "报结": "",
                "退回": 0,
                "重办": 0,
            },
            {
                "序号": 2,
                "单位": "某街道办事处",
                "角色": "协办",
                "文号": "市人信交〔2026〕2号",
                "状态": "待签收",
                "签收": "",
                "报结": "",
                "退回": 0,
                "重办": 0,
            },
        ]

    @pytest.mark.parametrize(
        ("on", "left"),
        [
            pytest.param(at(3), "64 日", id="the day it starts"),
            pytest.param(at(6, month=5), "0 日", id="the last day"),
            pytest.param(at(7, month=5), "超 1 日", id="the day after"),
        ],
    )
    def test_of_limits_say_how_many_days_are_left(self, office: Office, on: datetime, left: str) -> None:
        [row] = [row for row in file_of(office, signed(office), on=on).clocks if row["期限"] == "交办件办结并书面报告"]
        shown = {name: row[name] for name in ("责任", "派件", "届满", "余")}
        assert shown == {"责任": "承办单位", "派件": 1, "届满": "2026-05-06（顺延前 2026-05-02）", "余": left}
        assert row["起算"].startswith("2026-03-03（")
        assert row["依据"].startswith("信访工作条例 第二十二条")

    def test_of_limits_that_ended_say_on_which_day(self, office: Office) -> None:
        rows = {row["期限"]: row["余"] for row in file_of(office, closed(office), on=at(9)).clocks}
        assert rows["分流（转送、交办、自办或告知）"] == "2026-03-02止"
        assert rows["交办件办结并书面报告"] == "2026-03-04止"
        assert rows["信访人请求复查"] == "29 日"

    def test_of_a_right_that_lapsed_call_nobody_late(self, office: Office) -> None:
        rows = file_of(office, signed(office), on=at(20)).clocks
        assert [row["余"] for row in rows if row["期限"].startswith("对转送、交办提出异议")] == ["已过（权利）"]

    def test_of_letters_say_when_they_left(self, office: Office) -> None:
        number = signed(office)
        assert {row["状态"] for row in file_of(office, number).letters} == {"待发"}
        office.send_letters(as_of=at(4))
        rows = file_of(office, number).letters
        assert {(row["状态"], row["发出"]) for row in rows} == {("已发（或已备打印）", "2026-03-04 09:00")}
        assert [row["文号"] for row in rows][:3] == ["", "市人信交〔2026〕1号", "市人信交〔2026〕2号"]

    def test_of_the_timeline_say_who_did_what_and_for_which_unit(self, office: Office) -> None:
        rows = file_of(office, signed(office)).timeline
        assert [row["序"] for row in rows] == list(range(1, len(rows) + 1))
        assert rows[-1] == {
            "序": len(rows),
            "时间": "2026-03-03 09:00",
            "事项": "签收",
            "单位": "市住建局",
            "经办": "承办单位联络员 L-SZJ",
            "核验": "仅填工号",
            "补录": "",
        }
        assert [row["经办"] for row in rows if row["事项"] == "批准"] == ["分管副主任 F01"]

    def test_of_the_timeline_mark_what_was_entered_later(self, office: Office) -> None:
        number = office.assigned("市住建局")
        office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(5), occurred_at="2026-03-03 10:00")
        last = file_of(office, number).timeline[-1]
        assert (last["时间"], last["补录"]) == ("2026-03-03 10:00", "是")

    @pytest.mark.parametrize(
        ("choice", "said"),
        [
            pytest.param(
                {"choice": "报告分管副主任", "unit": "1", "text": "久拖"},
                "逾期升级（报告分管副主任，未涉及逾期期限）",
                id="early",
            ),
            pytest.param({"choice": "记录办理情况", "text": "家访"}, "办理记录", id="a note"),
        ],
    )
    def test_of_the_timeline_say_which_limit_a_step_was_about(self, office: Office, choice: dict[str, str], said: str) -> None:
        number = signed(office)
        office.decide(number, "oversee", "Z01", as_of=at(4), **choice)
        assert file_of(office, number).timeline[-1]["事项"] == said

    def test_of_the_timeline_number_the_limits_that_the_sweep_spoke_of(self, office: Office) -> None:
        number = signed(office)
        sweep(office.database, as_of=at(12))
        said = [
            row["事项"] for row in file_of(office, number).timeline if row["经办"].startswith("系统") and "期限" in row["事项"]
        ]
        late = next(row["序号"] for row in file_of(office, number).clocks if row["派件"] == 2)
        assert said == [f"逾期（期限 {late}）", f"催办（期限 {late}）"]


class TestTheReasons:
    def test_are_given_for_every_limit_on_foot_and_for_no_other(self, office: Office) -> None:
        number = closed(office)
        with office.database.read() as session:
            clocks = [clock for clock in clocks_of(session, find_petition(session, number)) if clock.state in ON_FOOT]
            lines = [line for clock in clocks for line in why_lines(session, clock)]
        found = file_of(office, number)
        assert [row["说明"] for row in found.why] == lines
        assert [row["期限"].split(" ")[1] for row in found.why if row["期限"]] == ["信访人请求复查", "立卷归档"]

    def test_of_a_suspended_limit_say_since_when_and_on_which_ground(self, office: Office) -> None:
        number = signed(office)
        clock = office.clocks(number)["assign"].number
        office.decide(
            number,
            "oversee",
            "D01",
            as_of=at(9),
            choice="中止计时",
            clock_no=str(clock),
            text="等待判决",
            basis="行政复议法 第三十九条",
        )
        said = [row["说明"] for row in file_of(office, number).why]
        assert "中止：2026-03-09 至 今，其他（须写明法律依据）；依据：行政复议法 第三十九条；批准人工号 D01" in said


class TestTheMarkdown:
    def test_has_a_part_for_each_table_in_the_order_of_reading(self, office: Office) -> None:
        text = file_of(office, signed(office)).markdown()
        heads = [line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")]
        assert heads == ["承办单位", "期限", "期限怎样算出", "函件", "经过"]
        assert text.startswith("## XF-2026-0001 反映物业服务问题")

    def test_leaves_out_tables_without_rows(self, office: Office) -> None:
        text = file_of(office, office.register(persons=())).markdown()
        assert "### 承办单位" not in text
        assert "### 函件" not in text

    def test_writes_every_table_with_as_many_cells_as_heads(self, office: Office) -> None:
        for line in (line for line in file_of(office, signed(office)).markdown().splitlines() if line.startswith("|")):
            assert line.endswith(" |")
        tables = file_of(office, signed(office)).markdown().split("### ")[1:]
        for table in tables:
            widths = {line.count("|") for line in table.splitlines() if line.startswith("|")}
            assert len(widths) <= 1, table

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [("甲|乙", "甲／乙"), ("甲\n乙", "甲 乙"), ("<b>甲", "＜b＞甲"), ("**甲**", "＊＊甲＊＊")],
        ids=["a bar", "a line break", "a tag", "stars"],
    )
    def test_lets_nothing_that_was_typed_change_its_form(self, office: Office, typed: str, shown: str) -> None:
        number = office.register(place=typed)
        assert f"- 问题属地：{shown}" in file_of(office, number).markdown().splitlines()


class TestWhatStandsAboveAForm:
    def test_names_the_step_the_case_and_who_may_decide(self, office: Office) -> None:
        text = described(office, signed(office), Step.OVERSEE)
        assert text.startswith(
            "## 待承办单位反馈 XF-2026-0001\n\n**反映物业服务问题**\n\n可办理：接访员（经办人）、信访办主任、分管副主任"
        )
        assert "- 等待：" not in text

    def test_of_a_share_names_its_unit_and_part(self, office: Office) -> None:
        number = signed(office)
        assert described(office, f"{number}/1", Step.REPORT).startswith("## 待报结 XF-2026-0001 → 市住建局（主办）")
        assert described(office, f"{number}/2", Step.SIGN_IN).startswith("## 待签收 XF-2026-0001 → 某街道办事处（协办）")

    def test_says_first_why_the_last_answer_was_not_taken(self, office: Office) -> None:
        text = described(office, signed(office), Step.OVERSEE, refusal="请写明理由")
        assert text.startswith("> **上一次填写没有被采用：请写明理由**")

    def test_shows_only_limits_on_foot(self, office: Office) -> None:
        text = described(office, signed(office), Step.OVERSEE)
        assert "交办件办结并书面报告" in text
        assert "| 分流" not in text
