"""The lifecycle of a petition: one flat table, a row a change."""

from models.vocabulary.case import Audience, Event, State, Way
from models.vocabulary.papers import Letter
from models.vocabulary.people import Role
from rules.lifecycle.guards import closure, common, intake, oversight, roll_up, routing
from rules.lifecycle.row import APPROVERS, CLERKS, OFFICE_RULE, PAUSE_RULE, PERSONS, SYSTEM, Transition, row
from rules.lifecycle.stages import CLOCKS_RUN, OPEN, ROLLED_UP, UNITS_AT_WORK

S, E, R, L = State, Event, Role, Letter

# fmt: off
PETITION_ROWS: tuple[Transition, ...] = (
    # intake 登记受理
    row(E.REGISTER, (S.DRAFT,), S.REGISTERED, (*CLERKS, R.SYSTEM), "信访工作条例 第二十三条", intake.registrable,
        starts=("divert", "notify", "upstream"), stops=("register",), letters=(L.RECEIPT,), audience=Audience.PETITIONER),
    row(E.FLAG_DUPLICATE, (S.REGISTERED,), S.DUPLICATE_CHECK, SYSTEM, "信访工作条例 第十九条", intake.duplicates_found),
    row(E.SCREEN, (S.REGISTERED, S.DUPLICATE_CHECK), S.PROPOSING, CLERKS, "信访工作条例 第二十九至三十一条", intake.screened),
    row(E.ATTACH, (S.REGISTERED, S.DUPLICATE_CHECK), S.ATTACHED, CLERKS, "信访工作条例 第十九条第三款",
        intake.repeats_an_open_petition, stops=("*",), letters=(L.REPEAT_ALERT,)),
    row(E.ANSWER_ON_SPOT, (S.REGISTERED, S.DUPLICATE_CHECK, S.PROPOSING), S.CLOSING, CLERKS, "信访工作条例 第二十三条",
        intake.answered_and_classed, starts=("close",), stops=("divert", "notify", "redirect"), audience=Audience.PETITIONER),
    row(E.VOID, (S.DRAFT, S.REGISTERED, S.DUPLICATE_CHECK, S.PROPOSING), S.VOID, (R.DIRECTOR,), OFFICE_RULE,
        intake.second_person, stops=("*",)),
    # routing 拟办审批
    row(E.PROPOSE, (S.PROPOSING,), S.APPROVING, CLERKS, OFFICE_RULE, routing.proposal_complete),
    row(E.SEND_BACK, (S.APPROVING,), S.PROPOSING, APPROVERS, OFFICE_RULE, common.has_reason),
    row(E.APPROVE, (S.APPROVING,), S.APPROVED, APPROVERS, OFFICE_RULE, routing.approver_in_authority),
    row(E.REFER, (S.APPROVED,), S.REFERRED, SYSTEM, "信访工作条例 第二十三条", routing.way_is(Way.REFERRAL),
        starts=("sign_in",), stops=("divert", "notify", "redirect"), letters=(L.REFERRAL_LETTER, L.REFERRAL_NOTICE), audience=Audience.PETITIONER),
    row(E.ASSIGN, (S.APPROVED,), S.ASSIGNED, SYSTEM, "信访工作条例 第二十三条", routing.way_is(Way.ASSIGNMENT),
        starts=("sign_in",), stops=("divert", "notify", "redirect"), letters=(L.ASSIGNMENT_LETTER, L.REFERRAL_NOTICE), audience=Audience.PETITIONER),
    row(E.TAKE_DIRECT, (S.APPROVED,), S.DIRECT, SYSTEM, "信访工作条例 第二十三条", routing.way_is(Way.DIRECT),
        starts=("direct",), stops=("divert", "redirect")),
    row(E.REJECT, (S.APPROVED,), S.DELIVERING, SYSTEM, "信访工作条例 第二十三条", routing.way_is(Way.REJECTION),
        starts=("deliver",), stops=("divert", "notify", "redirect"), letters=(L.REJECTION_NOTICE,), audience=Audience.PETITIONER),
    row(E.REFUSE_REPEAT, (S.APPROVED,), S.DELIVERING, SYSTEM, "信访工作条例 第三十六条", routing.way_is(Way.REFUSAL_OF_REPEAT),
        starts=("deliver",), stops=("divert", "notify", "redirect"), letters=(L.REFUSAL_NOTICE,), audience=Audience.PETITIONER),
    row(E.FILE_AWAY, (S.APPROVED,), S.CLOSING, SYSTEM, OFFICE_RULE, routing.way_is(Way.FILING),
        starts=("close",), stops=("divert", "notify", "redirect")),
    # joint handling 办理: the petition follows its units
    row(E.ANSWER_DIRECT, (S.DIRECT,), S.DELIVERING, CLERKS, "信访工作条例 第二十三条", intake.answered,
        starts=("deliver",), stops=("notify", "direct")),
    row(E.OBJECTION_RAISED, UNITS_AT_WORK, S.RETURN_REQUESTED, SYSTEM, "信访工作条例 第二十三条", roll_up.an_objection_is_open),
    row(E.EXTENSION_ASKED, ROLLED_UP, S.EXTENSION_REQUESTED, SYSTEM, "信访工作条例 第三十四条", roll_up.an_extension_is_asked),
    row(E.SIGN_IN_AWAITED, ROLLED_UP, S.ASSIGNED, SYSTEM, "信访工作条例 第二十三条", roll_up.a_sign_in_is_awaited),
    row(E.REFERRAL_RESUMED, (S.RETURN_REQUESTED,), S.REFERRED, SYSTEM, "信访工作条例 第二十三条", roll_up.a_referral_awaits_sign_in),
    row(E.HANDLING_BEGUN, ROLLED_UP, S.HANDLING, SYSTEM, "信访工作条例 第三十四条", roll_up.one_unit_handles),
    row(E.JOINT_HANDLING_BEGUN, ROLLED_UP, S.JOINT_HANDLING, SYSTEM, "信访工作条例 第二十四条", roll_up.several_units_handle),
    row(E.REPORTS_IN, ROLLED_UP, S.REPORTED, SYSTEM, OFFICE_RULE, roll_up.reports_await_examination),
    row(E.ALL_ACCEPTED, ROLLED_UP, S.DELIVERING, SYSTEM, "信访工作条例 第三十二条", roll_up.all_reports_accepted,
        starts=("deliver",)),
    row(E.REFERRAL_RECEIVED, (S.REFERRED, S.RETURN_REQUESTED), S.CLOSING, SYSTEM, "信访工作条例 第二十三条",
        roll_up.all_referrals_received, starts=("close",)),
    row(E.ALL_RETURNED, UNITS_AT_WORK, S.PROPOSING, SYSTEM, "信访工作条例 第二十三条", roll_up.no_unit_left,
        starts=("redirect",)),
    # overlays 催办、督办、协调: they never change the state
    row(E.URGE, UNITS_AT_WORK, None, (*CLERKS, R.SYSTEM), OFFICE_RULE, common.has_reason,
        letters=(L.URGING_LETTER,), audience=Audience.UNIT),
    row(E.SUPERVISE, UNITS_AT_WORK, None, (R.DIRECTOR, R.VICE_CHAIR, R.SYSTEM), "信访工作条例 第四十条",
        oversight.supervision_grounded,
        letters=(L.SUPERVISION_LETTER,), audience=Audience.UNIT),
    row(E.CONVENE, (S.DIRECT, *UNITS_AT_WORK), None, CLERKS, "信访工作条例 第二十四条", oversight.meeting_in_order,
        letters=(L.MEETING_NOTICE,), audience=Audience.UNIT),
    row(E.ANNOTATE, OPEN, None, (*CLERKS, R.SYSTEM), OFFICE_RULE, common.has_reason),
    row(E.CORRECT_FACTS, OPEN, None, CLERKS, OFFICE_RULE, intake.correctable),
    row(E.RECORD_REPLY, UNITS_AT_WORK, None, CLERKS, OFFICE_RULE, common.has_reason),
    # clocks 期限: warned of, missed, escalated, suspended, counted anew; none of them changes the state
    row(E.WARN, (S.DRAFT, *CLOCKS_RUN), None, SYSTEM, OFFICE_RULE),
    row(E.MISS, (S.DRAFT, *CLOCKS_RUN), None, SYSTEM, OFFICE_RULE),
    row(E.ESCALATE, (S.DRAFT, *CLOCKS_RUN), None, (*CLERKS, R.VICE_CHAIR, R.SYSTEM), OFFICE_RULE, common.has_reason),
    row(E.SUSPEND_CLOCK, CLOCKS_RUN, None, (R.DIRECTOR,), PAUSE_RULE, oversight.suspension_grounded),
    row(E.RESUME_CLOCK, CLOCKS_RUN, None, CLERKS, PAUSE_RULE, common.has_reason),
    row(E.RECOUNT, (S.DRAFT, *CLOCKS_RUN), None, (R.DIRECTOR, R.SYSTEM), OFFICE_RULE),
    row(E.DISCLOSE, (*OPEN, S.ATTACHED, S.DONE, S.REVIEWING, S.RE_REVIEWING, S.FINAL, S.WITHDRAWN, S.ARCHIVED, S.VOID), None,
        (*CLERKS, R.VICE_CHAIR, R.ARCHIVIST), "个人信息保护法 第五十一条", common.has_reason),
    row(E.READ, tuple(S), None, PERSONS, "个人信息保护法 第五十一条", common.has_reason),
    row(E.LOOK_REFUSED, tuple(S), None, PERSONS, OFFICE_RULE),
    # feedback 答复
    row(E.DELIVER, (S.DELIVERING,), S.CLOSING, CLERKS, "信访工作条例 第三十五条", closure.delivery_proved,
        starts=("review_request", "close"), stops=("notify", "deliver"), letters=(L.REPLY_NOTICE,), audience=Audience.PETITIONER),
    # closure 结案归档
    row(E.RETURN_TO_DELIVERY, (S.CLOSING,), S.DELIVERING, (R.DIRECTOR, R.VICE_CHAIR), OFFICE_RULE, common.has_reason,
        starts=("deliver",), stops=("review_request", "close")),
    row(E.CLOSE, (S.CLOSING,), S.DONE, (R.DIRECTOR, R.VICE_CHAIR), OFFICE_RULE, closure.checklist_complete,
        starts=("archive",), stops=("divert", "notify", "upstream", "close"), letters=(L.CLOSURE_NOTICE,), audience=Audience.PETITIONER),
    row(E.DETACH, (S.ATTACHED,), S.PROPOSING, (R.DIRECTOR,), OFFICE_RULE, common.has_reason,
        starts=("divert", "notify", "upstream")),
    row(E.REQUEST_REVIEW, (S.DONE,), S.REVIEWING, CLERKS, "信访工作条例 第三十五条", closure.review_window_open,
        starts=("review",), stops=("review_request",)),
    row(E.CONCLUDE_REVIEW, (S.REVIEWING,), S.DONE, CLERKS, "信访工作条例 第三十五条", intake.answered,
        starts=("re_review_request",), stops=("review",)),
    row(E.REQUEST_RE_REVIEW, (S.DONE,), S.RE_REVIEWING, CLERKS, "信访工作条例 第三十六条", closure.review_window_open,
        starts=("re_review",), stops=("re_review_request",)),
    row(E.CONCLUDE_RE_REVIEW, (S.RE_REVIEWING,), S.FINAL, CLERKS, "信访工作条例 第三十六条", intake.answered, stops=("re_review",)),
    row(E.FINALIZE, (S.DONE,), S.FINAL, (R.DIRECTOR,), "信访工作条例 第三十六条", common.has_reason,
        stops=("review_request", "re_review_request")),
    row(E.WITHDRAW, OPEN, S.WITHDRAWN, CLERKS, OFFICE_RULE, common.has_reason, starts=("archive",), stops=("*",),
        audience=Audience.PETITIONER),
    row(E.ARCHIVE, (S.DONE, S.FINAL, S.WITHDRAWN, S.ATTACHED), S.ARCHIVED, (R.ARCHIVIST, R.DIRECTOR),
        "档案法实施条例 第十九条", closure.file_complete, stops=("*",)),
)
# fmt: on
