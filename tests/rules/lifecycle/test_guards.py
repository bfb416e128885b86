"""The guards: each wrong fact is refused with the words that staff read."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from models.vocabulary.case import DispatchState, Event, PetitionClass, Relation, Way
from models.vocabulary.people import OrganKind, Role
from rules.lifecycle.guards import closure, common, handling, intake, oversight, roll_up, routing
from rules.lifecycle.guards.common import Guard
from rules.situation import Situation
from tests.rules.casework import ANSWERED, DAY, PLAIN, REASONED, SCREENED, satisfying, unit, units

NEXT = DAY + timedelta(days=1)
BEFORE = DAY - timedelta(days=1)
LONGER = satisfying(Event.REQUEST_EXTENSION)
PROPOSED = replace(REASONED, way=Way.ASSIGNMENT, units=(unit(1),))
DISTRICT = unit(2, district="东城区")
CONGRESS = unit(3, district="东城区", kind=OrganKind.CONGRESS)
D = DispatchState

REFUSED: list[tuple[str, Guard, Situation, str]] = [
    ("no receipt date", intake.registrable, replace(PLAIN, receipt_on=None), "收信日期未填写"),
    ("receipt date in the future", intake.registrable, replace(PLAIN, receipt_on=NEXT), "收信日期 2026-03-03 晚于今天"),
    (
        "postmark after receipt",
        intake.registrable,
        replace(PLAIN, postmark_on=NEXT),
        "邮戳日期 2026-03-03 晚于收信日期 2026-03-02",
    ),
    ("nobody", intake.registrable, replace(PLAIN, people_count=0), "信访人数至少为 1 人"),
    ("six representatives", intake.registrable, replace(PLAIN, people_count=20, representatives=6), "代表最多 5 人.*现填 6 人"),
    ("no reason", common.has_reason, PLAIN, "请写明理由"),
    ("a blank reason", common.has_reason, replace(PLAIN, reason=" 　\n"), "请写明理由"),
    ("voided by the registrar", intake.second_person, replace(REASONED, actor_code="Z01"), "登记人、拟办人以外"),
    (
        "voided by the drafter",
        intake.second_person,
        replace(REASONED, actor_code="Z02", drafter_code="Z02"),
        "登记人、拟办人以外",
    ),
    ("voided without reason", intake.second_person, PLAIN, "请写明理由"),
    ("no duplicates", intake.duplicates_found, PLAIN, "未发现疑似重件"),
    ("no class", intake.screened, replace(SCREENED, petition_class=None), "请选择信访事项类别"),
    ("no content code", intake.screened, replace(SCREENED, content_code=" "), "请填写内容分类"),
    ("linked to nothing", intake.screened, replace(SCREENED, relation=Relation.LINKED), "关联件须填写"),
    ("attached to nothing", intake.repeats_an_open_petition, PLAIN, "并案须填写原信访件编号"),
    ("attached to a closed one", intake.repeats_an_open_petition, replace(PLAIN, parent_number="A1"), "原信访件 A1 已办结"),
    ("no answer", intake.answered, replace(PLAIN, answer=" "), "请写明答复内容"),
    ("answered without class", intake.answered_and_classed, replace(PLAIN, answer="好"), "请选择信访事项类别"),
    ("classed without answer", intake.answered_and_classed, SCREENED, "请写明答复内容"),
    ("no way", routing.proposal_complete, replace(PROPOSED, way=None), "请选择办理方式"),
    ("no opinion", routing.proposal_complete, replace(PROPOSED, reason=""), "请写明拟办意见"),
    ("limit today", routing.proposal_complete, replace(PROPOSED, limit_on=DAY), "办理期限 2026-03-02 须晚于今天"),
    ("rejected without ground", routing.proposal_complete, replace(REASONED, way=Way.REJECTION), "不予受理须选择理由"),
    ("assigned to nobody", routing.proposal_complete, replace(PROPOSED, units=()), "请填写主办单位"),
    ("referred to nobody", routing.proposal_complete, replace(PROPOSED, way=Way.REFERRAL, units=()), "请填写主办单位"),
    (
        "accused unit as handler",
        routing.proposal_complete,
        replace(PROPOSED, petition_class=PetitionClass.ACCUSATION, accused_unit="U1"),
        "“第1单位”是被反映单位，不得承办",
    ),
    (
        "accused unit as co-handler",
        routing.units_allowed,
        replace(PLAIN, petition_class=PetitionClass.ACCUSATION, units=(unit(1), unit(2)), accused_unit="U2"),
        "“第2单位”是被反映单位",
    ),
    ("abolished unit", routing.units_allowed, replace(PLAIN, units=(unit(1, exists=False),)), "“第1单位”已撤并"),
    (
        "district without congress",
        routing.units_allowed,
        replace(PLAIN, units=(DISTRICT,), district_via_congress=True),
        "须同时经东城区人大",
    ),
    ("approved by the drafter", routing.approver_in_authority, replace(PLAIN, actor_code="Z01"), "拟办人不得审批自己拟办"),
    (
        "approved below rank",
        routing.approver_in_authority,
        replace(PLAIN, way=Way.ASSIGNMENT, approval_role=Role.VICE_CHAIR, actor_role=Role.DIRECTOR),
        "交办须由分管副主任批准",
    ),
    ("another way", routing.way_is(Way.DIRECT), PROPOSED, "批准的办理方式不是直接办理"),
    ("supervised without ground", oversight.supervision_grounded, REASONED, "督办须写明依据"),
    ("supervised without demand", oversight.supervision_grounded, replace(PLAIN, ground="fraud"), "请写明理由"),
    ("empty report", handling.report_complete, PLAIN, "办结报告须写明"),
    (
        "failed checks",
        handling.report_passes,
        replace(PLAIN, failed_checks=("事实清楚", "程序合规")),
        "未通过的项目：事实清楚、程序合规；",
    ),
    ("extended twice", handling.extension_allowed, replace(LONGER, extensions_before=1), "不得再次延期"),
    ("extended after expiry", handling.extension_allowed, replace(LONGER, clock_due_on=BEFORE), "办理期限 2026-03-01 已过"),
    ("extended over the cap", handling.extension_allowed, replace(LONGER, extension_days=31), "须在 1 至 30 日之间"),
    ("extended by nothing", handling.extension_allowed, replace(LONGER, extension_days=0), "须在 1 至 30 日之间"),
    ("extended by nobody", handling.extension_allowed, replace(LONGER, extension_approver=" "), "请写明批准延期的本单位负责人"),
    ("extended without reason", handling.extension_allowed, replace(LONGER, reason=""), "请写明理由"),
    ("no delivery date", closure.delivery_proved, PLAIN, "请填写送达日期"),
    ("delivered tomorrow", closure.delivery_proved, replace(PLAIN, delivered_on=NEXT), "送达日期 2026-03-03 晚于今天"),
    ("undeliverable without reason", closure.delivery_proved, replace(PLAIN, delivery_impossible=True), "请写明理由"),
    (
        "items missing",
        closure.checklist_complete,
        replace(PLAIN, missing_items=("无送达凭证", "无分类")),
        "不齐：无送达凭证；无分类",
    ),
    (
        "closed by the drafter",
        closure.checklist_complete,
        replace(PLAIN, actor_code="Z01", actor_role=Role.DIRECTOR),
        "拟办人不得自行结案",
    ),
    ("window shut", closure.review_window_open, PLAIN, "已超过 30 日的申请期限"),
    ("letters unsent", closure.file_complete, replace(PLAIN, unsent_letters=2), "还有 2 份函件未发出"),
    ("no unit objects", roll_up.an_objection_is_open, units(D.HANDLING), "没有待核的退回申请"),
    ("an objection first", roll_up.an_extension_is_asked, units(D.EXTENSION_REQUESTED, D.RETURN_REQUESTED), "没有待批的延期申请"),
    ("all signed", roll_up.a_sign_in_is_awaited, units(D.HANDLING), "各单位均已签收"),
    ("two handle", roll_up.one_unit_handles, units(D.HANDLING, D.HANDLING), "不是单一单位"),
    ("one handles", roll_up.several_units_handle, units(D.HANDLING, D.RETURNED), "不是多个单位"),
    ("one has not reported", roll_up.reports_await_examination, units(D.REPORTED, D.HANDLING), "还有单位未报结"),
    ("one report unexamined", roll_up.all_reports_accepted, units(D.REPORTED, D.ACCEPTED), "还有单位的报告未审核通过"),
    ("no unit at all", roll_up.all_reports_accepted, units(), "还有单位的报告未审核通过"),
    ("one referral unsigned", roll_up.all_referrals_received, units(D.RECEIVED, D.AWAITING_SIGN_IN), "还有单位未签收"),
    ("a unit left", roll_up.no_unit_left, units(D.RETURNED, D.HANDLING), "还有单位在办理"),
    ("never commissioned", roll_up.no_unit_left, units(), "还有单位在办理"),
]

ACCEPTED: list[tuple[str, Guard, Situation]] = [
    ("five representatives", intake.registrable, replace(PLAIN, people_count=20, representatives=5)),
    ("postmark on the day of receipt", intake.registrable, replace(PLAIN, postmark_on=DAY)),
    ("a letter without name or text", intake.registrable, Situation(today=DAY, receipt_on=DAY)),
    ("linked to another", intake.screened, replace(SCREENED, relation=Relation.LINKED, parent_number="A1")),
    ("limit tomorrow", routing.proposal_complete, replace(PROPOSED, limit_on=NEXT)),
    ("a way without units", routing.proposal_complete, replace(REASONED, way=Way.DIRECT)),
    ("rejected with ground", routing.proposal_complete, replace(REASONED, way=Way.REJECTION, ground="not_our_power")),
    ("district with its congress", routing.units_allowed, replace(PLAIN, units=(CONGRESS, DISTRICT), district_via_congress=True)),
    ("district where the city does not mind", routing.units_allowed, replace(PLAIN, units=(DISTRICT,))),
    ("extended on the last day", handling.extension_allowed, replace(LONGER, clock_due_on=DAY)),
    ("asked in time, entered late", handling.extension_allowed, replace(LONGER, happened_on=BEFORE, clock_due_on=BEFORE)),
    ("extended by the whole cap", handling.extension_allowed, LONGER),
    ("undeliverable with reason", closure.delivery_proved, replace(REASONED, delivery_impossible=True)),
    ("delivered today", closure.delivery_proved, replace(PLAIN, delivered_on=DAY)),
    ("closed by another", closure.checklist_complete, replace(PLAIN, actor_role=Role.DIRECTOR)),
    ("voided by a third", intake.second_person, REASONED),
    ("answered and classed", intake.answered_and_classed, ANSWERED),
]


class TestAGuard:
    @pytest.mark.parametrize(
        ("guard", "situation", "words"), [pytest.param(*row[1:], id=f"{row[1].__name__} refuses {row[0]}") for row in REFUSED]
    )
    def test_says_why_it_refuses(self, guard: Guard, situation: Situation, words: str) -> None:
        assert re.search(words, guard(situation) or "passed")

    @pytest.mark.parametrize(
        ("guard", "situation"), [pytest.param(*row[1:], id=f"{row[1].__name__} accepts {row[0]}") for row in ACCEPTED]
    )
    def test_accepts(self, guard: Guard, situation: Situation) -> None:
        assert guard(situation) is None


@pytest.mark.parametrize(
    ("guard", "situation", "said"),
    [
        pytest.param(
            intake.answered_and_classed,
            PLAIN,
            "请选择信访事项类别（建议意见、检举控告、申诉求决）；请填写内容分类；请写明答复内容",
            id="an answer at the window",
        ),
        pytest.param(
            routing.proposal_complete,
            replace(PLAIN, way=Way.ASSIGNMENT, limit_on=DAY, units=()),
            "请写明拟办意见；办理期限 2026-03-02 须晚于今天；请填写主办单位",
            id="a proposal",
        ),
        pytest.param(
            handling.extension_allowed,
            replace(PLAIN, clock_due_on=DAY, extension_cap=30),
            "延长天数须在 1 至 30 日之间；请写明批准延期的本单位负责人；请写明理由",
            id="an extension",
        ),
        pytest.param(
            intake.correctable,
            replace(PLAIN, postmark_on=DAY + timedelta(days=1), people_count=0),
            "请写明理由；邮戳日期 2026-03-03 晚于收信日期 2026-03-02，请核对信封；信访人数至少为 1 人",
            id="a correction",
        ),
    ],
)
def test_all_problems_of_an_answer_are_named_at_once(guard: Guard, situation: Situation, said: str) -> None:
    assert guard(situation) == said
