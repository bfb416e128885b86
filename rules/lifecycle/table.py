"""The lifecycle of a petition and of one unit's share: one flat table, and the few questions asked of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.vocabulary.case import Audience, DispatchState, Event, Stage, State, Way
from models.vocabulary.papers import Letter
from models.vocabulary.people import Role
from rules.errors import TransitionRefusedError
from rules.facts import Facts
from rules.lifecycle import guards as g

AnyState = State | DispatchState
S, D, E, R, L = State, DispatchState, Event, Role, Letter
CLERKS = (R.CLERK, R.DIRECTOR)
APPROVERS = (R.DIRECTOR, R.VICE_CHAIR, R.CHAIRS_MEETING)
SYSTEM = (R.SYSTEM,)
UNIT = (R.LIAISON,)
OFFICE_RULE = "办公室设定（法规无明文）"
PAUSE_RULE = "办公室设定（每次须写明依据；复核的听证时间见信访工作条例 第三十六条第二款）"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row: who may do what from where to where, under which condition, and what follows from it.

    ``target`` is nothing for an overlay, which leaves the state as it is. ``starts``, ``stops`` and
    ``resumes`` are rule keys of the pack (``*`` stops every clock of the subject); ``basis`` cites the article.
    """

    event: Event
    sources: tuple[AnyState, ...]
    target: AnyState | None
    roles: tuple[Role, ...]
    basis: str
    guard: g.Guard = g.always
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ()
    audience: Audience = Audience.INTERNAL

    def leads_to(self, source: AnyState) -> AnyState:
        """Name the state after this row, which for an overlay is the state before it."""
        return source if self.target is None else self.target


UNITS_AT_WORK = (S.REFERRED, S.ASSIGNED, S.RETURN_REQUESTED, S.HANDLING, S.EXTENSION_REQUESTED, S.JOINT_HANDLING, S.REPORTED)
ROLLED_UP = tuple(state for state in UNITS_AT_WORK if state is not S.REFERRED)
BEFORE_APPROVAL = (S.REGISTERED, S.DUPLICATE_CHECK, S.PROPOSING, S.APPROVING)
CLOCKS_RUN_AFTER = (S.DONE, S.REVIEWING, S.RE_REVIEWING, S.FINAL, S.WITHDRAWN)
OPEN = (*BEFORE_APPROVAL, S.APPROVED, S.DIRECT, *UNITS_AT_WORK, S.DELIVERING, S.CLOSING)
CLOCKS_RUN = (*OPEN, *CLOCKS_RUN_AFTER)


def _row(
    event: Event,
    sources: tuple[AnyState, ...],
    target: AnyState | None,
    roles: tuple[Role, ...],
    basis: str,
    guard: g.Guard = g.always,
    **more: tuple[str, ...] | tuple[Letter, ...] | Audience,
) -> Transition:
    return Transition(event=event, sources=sources, target=target, roles=roles, basis=basis, guard=guard, **more)  # type: ignore[arg-type]


# fmt: off
PETITION_ROWS: tuple[Transition, ...] = (
    # intake 登记受理
    _row(E.REGISTER, (S.DRAFT,), S.REGISTERED, (*CLERKS, R.SYSTEM), "信访工作条例 第二十三条", g.registrable,
         starts=("divert", "notify", "upstream"), stops=("register",), letters=(L.RECEIPT,), audience=Audience.PETITIONER),
    _row(E.FLAG_DUPLICATE, (S.REGISTERED,), S.DUPLICATE_CHECK, SYSTEM, "信访工作条例 第十九条", g.duplicates_found),
    _row(E.SCREEN, (S.REGISTERED, S.DUPLICATE_CHECK), S.PROPOSING, CLERKS, "信访工作条例 第二十九至三十一条", g.screened),
    _row(E.ATTACH, (S.REGISTERED, S.DUPLICATE_CHECK), S.ATTACHED, CLERKS, "信访工作条例 第十九条第三款",
         g.repeats_an_open_petition, stops=("*",), letters=(L.REPEAT_ALERT,)),
    _row(E.ANSWER_ON_SPOT, (S.REGISTERED, S.DUPLICATE_CHECK, S.PROPOSING), S.CLOSING, CLERKS, "信访工作条例 第二十三条",
         g.answered_and_classed, starts=("close",), stops=("divert", "notify", "redirect"), audience=Audience.PETITIONER),
    _row(E.VOID, (S.DRAFT, S.REGISTERED, S.DUPLICATE_CHECK, S.PROPOSING), S.VOID, (R.DIRECTOR,), OFFICE_RULE,
         g.second_person, stops=("*",)),
    # routing 拟办审批
    _row(E.PROPOSE, (S.PROPOSING,), S.APPROVING, CLERKS, OFFICE_RULE, g.proposal_complete),
    _row(E.SEND_BACK, (S.APPROVING,), S.PROPOSING, APPROVERS, OFFICE_RULE, g.has_reason),
    _row(E.APPROVE, (S.APPROVING,), S.APPROVED, APPROVERS, OFFICE_RULE, g.approver_in_authority),
    _row(E.REFER, (S.APPROVED,), S.REFERRED, SYSTEM, "信访工作条例 第二十三条", g.way_is(Way.REFERRAL),
         starts=("sign_in",), stops=("divert", "notify", "redirect"), letters=(L.REFERRAL_LETTER, L.REFERRAL_NOTICE), audience=Audience.PETITIONER),
    _row(E.ASSIGN, (S.APPROVED,), S.ASSIGNED, SYSTEM, "信访工作条例 第二十三条", g.way_is(Way.ASSIGNMENT),
         starts=("sign_in",), stops=("divert", "notify", "redirect"), letters=(L.ASSIGNMENT_LETTER, L.REFERRAL_NOTICE), audience=Audience.PETITIONER),
    _row(E.TAKE_DIRECT, (S.APPROVED,), S.DIRECT, SYSTEM, "信访工作条例 第二十三条", g.way_is(Way.DIRECT),
         starts=("direct",), stops=("divert", "redirect")),
    _row(E.REJECT, (S.APPROVED,), S.DELIVERING, SYSTEM, "信访工作条例 第二十三条", g.way_is(Way.REJECTION),
         starts=("deliver",), stops=("divert", "notify", "redirect"), letters=(L.REJECTION_NOTICE,), audience=Audience.PETITIONER),
    _row(E.REFUSE_REPEAT, (S.APPROVED,), S.DELIVERING, SYSTEM, "信访工作条例 第三十六条", g.way_is(Way.REFUSAL_OF_REPEAT),
         starts=("deliver",), stops=("divert", "notify", "redirect"), letters=(L.REFUSAL_NOTICE,), audience=Audience.PETITIONER),
    _row(E.FILE_AWAY, (S.APPROVED,), S.CLOSING, SYSTEM, OFFICE_RULE, g.way_is(Way.FILING),
         starts=("close",), stops=("divert", "notify", "redirect")),
    # joint handling 办理: the petition follows its units
    _row(E.ANSWER_DIRECT, (S.DIRECT,), S.DELIVERING, CLERKS, "信访工作条例 第二十三条", g.answered,
         starts=("deliver",), stops=("notify", "direct")),
    _row(E.OBJECTION_RAISED, UNITS_AT_WORK, S.RETURN_REQUESTED, SYSTEM, "信访工作条例 第二十三条", g.an_objection_is_open),
    _row(E.EXTENSION_ASKED, ROLLED_UP, S.EXTENSION_REQUESTED, SYSTEM, "信访工作条例 第三十四条", g.an_extension_is_asked),
    _row(E.SIGN_IN_AWAITED, ROLLED_UP, S.ASSIGNED, SYSTEM, "信访工作条例 第二十三条", g.a_sign_in_is_awaited),
    _row(E.REFERRAL_RESUMED, (S.RETURN_REQUESTED,), S.REFERRED, SYSTEM, "信访工作条例 第二十三条", g.a_referral_awaits_sign_in),
    _row(E.HANDLING_BEGUN, ROLLED_UP, S.HANDLING, SYSTEM, "信访工作条例 第三十四条", g.one_unit_handles),
    _row(E.JOINT_HANDLING_BEGUN, ROLLED_UP, S.JOINT_HANDLING, SYSTEM, "信访工作条例 第二十四条", g.several_units_handle),
    _row(E.REPORTS_IN, ROLLED_UP, S.REPORTED, SYSTEM, OFFICE_RULE, g.reports_await_examination),
    _row(E.ALL_ACCEPTED, ROLLED_UP, S.DELIVERING, SYSTEM, "信访工作条例 第三十二条", g.all_reports_accepted,
         starts=("deliver",)),
    _row(E.REFERRAL_RECEIVED, (S.REFERRED, S.RETURN_REQUESTED), S.CLOSING, SYSTEM, "信访工作条例 第二十三条",
         g.all_referrals_received, starts=("close",)),
    _row(E.ALL_RETURNED, UNITS_AT_WORK, S.PROPOSING, SYSTEM, "信访工作条例 第二十三条", g.no_unit_left,
         starts=("redirect",)),
    # overlays 催办、督办、协调: they never change the state
    _row(E.URGE, UNITS_AT_WORK, None, (*CLERKS, R.SYSTEM), OFFICE_RULE, g.has_reason,
         letters=(L.URGING_LETTER,), audience=Audience.UNIT),
    _row(E.SUPERVISE, UNITS_AT_WORK, None, (R.DIRECTOR, R.VICE_CHAIR, R.SYSTEM), "信访工作条例 第四十条",
         g.supervision_grounded,
         letters=(L.SUPERVISION_LETTER,), audience=Audience.UNIT),
    _row(E.CONVENE, (S.DIRECT, *UNITS_AT_WORK), None, CLERKS, "信访工作条例 第二十四条", g.meeting_in_order,
         letters=(L.MEETING_NOTICE,), audience=Audience.UNIT),
    _row(E.ANNOTATE, OPEN, None, (*CLERKS, R.SYSTEM), OFFICE_RULE, g.has_reason),
    _row(E.RECORD_REPLY, UNITS_AT_WORK, None, CLERKS, OFFICE_RULE, g.has_reason),
    # clocks 期限: warned of, missed, escalated, suspended, counted anew; none of them changes the state
    _row(E.WARN, (S.DRAFT, *CLOCKS_RUN), None, SYSTEM, OFFICE_RULE),
    _row(E.MISS, (S.DRAFT, *CLOCKS_RUN), None, SYSTEM, OFFICE_RULE),
    _row(E.ESCALATE, (S.DRAFT, *CLOCKS_RUN), None, (*CLERKS, R.VICE_CHAIR, R.SYSTEM), OFFICE_RULE, g.has_reason),
    _row(E.SUSPEND_CLOCK, CLOCKS_RUN, None, (R.DIRECTOR,), PAUSE_RULE, g.suspension_grounded),
    _row(E.RESUME_CLOCK, CLOCKS_RUN, None, CLERKS, PAUSE_RULE, g.has_reason),
    _row(E.RECOUNT, (S.DRAFT, *CLOCKS_RUN), None, (R.DIRECTOR, R.SYSTEM), OFFICE_RULE),
    _row(E.DISCLOSE, (*OPEN, S.ATTACHED, S.DONE, S.REVIEWING, S.RE_REVIEWING, S.FINAL, S.WITHDRAWN, S.ARCHIVED, S.VOID), None,
         (*CLERKS, R.VICE_CHAIR, R.ARCHIVIST), "个人信息保护法 第五十一条", g.has_reason),
    # feedback 答复
    _row(E.DELIVER, (S.DELIVERING,), S.CLOSING, CLERKS, "信访工作条例 第三十五条", g.delivery_proved,
         starts=("review_request", "close"), stops=("notify", "deliver"), letters=(L.REPLY_NOTICE,), audience=Audience.PETITIONER),
    # closure 结案归档
    _row(E.RETURN_TO_DELIVERY, (S.CLOSING,), S.DELIVERING, (R.DIRECTOR,), OFFICE_RULE, g.has_reason,
         starts=("deliver",), stops=("review_request", "close")),
    _row(E.CLOSE, (S.CLOSING,), S.DONE, (R.DIRECTOR,), OFFICE_RULE, g.checklist_complete, starts=("archive",),
         stops=("divert", "notify", "upstream", "close"), letters=(L.CLOSURE_NOTICE,), audience=Audience.PETITIONER),
    _row(E.DETACH, (S.ATTACHED,), S.PROPOSING, (R.DIRECTOR,), OFFICE_RULE, g.has_reason,
         starts=("divert", "notify", "upstream")),
    _row(E.REQUEST_REVIEW, (S.DONE,), S.REVIEWING, CLERKS, "信访工作条例 第三十五条", g.review_window_open,
         starts=("review",), stops=("review_request",)),
    _row(E.CONCLUDE_REVIEW, (S.REVIEWING,), S.DONE, CLERKS, "信访工作条例 第三十五条", g.answered,
         starts=("re_review_request",), stops=("review",)),
    _row(E.REQUEST_RE_REVIEW, (S.DONE,), S.RE_REVIEWING, CLERKS, "信访工作条例 第三十六条", g.review_window_open,
         starts=("re_review",), stops=("re_review_request",)),
    _row(E.CONCLUDE_RE_REVIEW, (S.RE_REVIEWING,), S.FINAL, CLERKS, "信访工作条例 第三十六条", g.answered, stops=("re_review",)),
    _row(E.FINALIZE, (S.DONE,), S.FINAL, (R.DIRECTOR,), "信访工作条例 第三十六条", g.has_reason,
         stops=("review_request", "re_review_request")),
    _row(E.WITHDRAW, OPEN, S.WITHDRAWN, CLERKS, OFFICE_RULE, g.has_reason, starts=("archive",), stops=("*",),
         audience=Audience.PETITIONER),
    _row(E.ARCHIVE, (S.DONE, S.FINAL, S.WITHDRAWN, S.ATTACHED), S.ARCHIVED, (R.ARCHIVIST, R.DIRECTOR),
         "档案法实施条例 第十九条", g.file_complete, stops=("*",)),
)
# fmt: on

# fmt: off
DISPATCH_ROWS: tuple[Transition, ...] = (
    _row(E.SIGN_IN, (D.AWAITING_SIGN_IN,), D.HANDLING, UNIT, "信访工作条例 第二十三条",
         starts=("objection", "assign", "progress"), stops=("sign_in",), letters=(L.ACCEPTANCE_NOTICE,), audience=Audience.UNIT),
    _row(E.SIGN_IN_REFERRAL, (D.AWAITING_SIGN_IN,), D.RECEIVED, UNIT, "信访工作条例 第二十三条",
         stops=("*",), audience=Audience.UNIT),
    _row(E.OBJECT, (D.AWAITING_SIGN_IN, D.HANDLING), D.RETURN_REQUESTED, UNIT, "信访工作条例 第二十三条", g.has_reason,
         starts=("assign", "objection_decision"), stops=("objection", "sign_in"), letters=(L.OBJECTION_ALERT,), audience=Audience.UNIT),
    _row(E.UPHOLD_OBJECTION, (D.RETURN_REQUESTED,), D.RETURNED, (R.DIRECTOR,), "信访工作条例 第二十三条", g.has_reason,
         stops=("*",), letters=(L.OBJECTION_UPHELD,), audience=Audience.UNIT),
    _row(E.OVERRULE_OBJECTION, (D.RETURN_REQUESTED,), D.AWAITING_SIGN_IN, (R.DIRECTOR,), "信访工作条例 第二十三条", g.has_reason,
         starts=("sign_in",), stops=("objection_decision",), letters=(L.OBJECTION_OVERRULED,), audience=Audience.UNIT),
    _row(E.REQUEST_EXTENSION, (D.HANDLING,), D.EXTENSION_REQUESTED, UNIT, "信访工作条例 第三十四条", g.extension_allowed,
         starts=("extension_decision",), audience=Audience.UNIT),
    _row(E.GRANT_EXTENSION, (D.EXTENSION_REQUESTED,), D.HANDLING, (R.DIRECTOR,), "信访工作条例 第三十四条",
         stops=("extension_decision",), letters=(L.EXTENSION_NOTICE,), audience=Audience.PETITIONER),
    _row(E.REFUSE_EXTENSION, (D.EXTENSION_REQUESTED,), D.HANDLING, (R.DIRECTOR,), "信访工作条例 第三十四条", g.has_reason,
         stops=("extension_decision",), letters=(L.EXTENSION_REFUSED,), audience=Audience.UNIT),
    _row(E.REPORT, (D.HANDLING,), D.REPORTED, UNIT, OFFICE_RULE, g.report_complete,
         starts=("report_examination",),
         stops=("objection", "assign", "progress", "promise", "supervision_reply", "meeting_task"),
         letters=(L.REPORT_ALERT,), audience=Audience.UNIT),
    _row(E.ACCEPT_REPORT, (D.REPORTED,), D.ACCEPTED, CLERKS, OFFICE_RULE, g.report_passes, stops=("*",), audience=Audience.UNIT),
    _row(E.REDO, (D.REPORTED,), D.HANDLING, CLERKS, OFFICE_RULE, g.has_reason,
         stops=("report_examination",), resumes=("assign", "progress"), letters=(L.REDO_LETTER,), audience=Audience.UNIT),
    _row(E.RECALL, (D.AWAITING_SIGN_IN, D.HANDLING, D.RETURN_REQUESTED, D.EXTENSION_REQUESTED, D.REPORTED, D.RECEIVED),
         D.RECALLED, SYSTEM, OFFICE_RULE, stops=("*",), letters=(L.RECALL_LETTER,), audience=Audience.UNIT),
)
# fmt: on

STAGES: dict[State, Stage] = {
    **dict.fromkeys((S.DRAFT, S.REGISTERED, S.DUPLICATE_CHECK), Stage.INTAKE),
    **dict.fromkeys((S.PROPOSING, S.APPROVING, S.APPROVED), Stage.ROUTING),
    **dict.fromkeys((S.DIRECT, *UNITS_AT_WORK), Stage.JOINT_HANDLING),
    S.DELIVERING: Stage.FEEDBACK,
    **dict.fromkeys((S.CLOSING, S.DONE, S.REVIEWING, S.RE_REVIEWING, S.FINAL, S.WITHDRAWN, S.ATTACHED), Stage.CLOSURE),
    **dict.fromkeys((S.ARCHIVED, S.VOID), Stage.CLOSED),
}
GONE_UNITS = (D.RETURNED, D.RECALLED)
FINISHED_UNITS = (D.ACCEPTED, D.RECEIVED, *GONE_UNITS)
ROLL_UP_EVENTS = (
    E.ALL_RETURNED,
    E.ALL_ACCEPTED,
    E.REFERRAL_RECEIVED,
    E.OBJECTION_RAISED,
    E.EXTENSION_ASKED,
    E.SIGN_IN_AWAITED,
    E.REFERRAL_RESUMED,
    E.REPORTS_IN,
    E.HANDLING_BEGUN,
    E.JOINT_HANDLING_BEGUN,
)


def rows_from(state: AnyState) -> Iterator[Transition]:
    """Yield the rows that leave (or overlay) a state."""
    table = PETITION_ROWS if isinstance(state, State) else DISPATCH_ROWS
    return (row for row in table if state in row.sources)


def permitted(state: AnyState, role: Role) -> tuple[Event, ...]:
    """Name what a role may do in a state, guards apart; drives forms and buttons."""
    return tuple(row.event for row in rows_from(state) if role in row.roles)


def advance_from(state: AnyState, event: Event, role: Role, facts: Facts) -> Transition:
    """Find the row for a change, or raise ``TransitionRefusedError`` with the reason in the office's words."""
    row = next((row for row in rows_from(state) if row.event is event), None)
    if row is None:
        raise TransitionRefusedError(f"当前状态为“{state.label}”，不能{event.label}")
    if role not in row.roles:
        allowed = "、".join(allowed.label for allowed in row.roles)
        raise TransitionRefusedError(f"{event.label}须由{allowed}办理，您的身份是{role.label}")
    if reason := row.guard(facts):
        raise TransitionRefusedError(reason)
    return row


def roll_up(state: State, facts: Facts) -> Event | None:
    """Name the system event by which the petition follows its units, or nothing when it already stands right."""
    for event in ROLL_UP_EVENTS:
        row = next((row for row in rows_from(state) if row.event is event), None)
        if row and row.guard(facts) is None:
            return event if row.target is not state else None
    return None
