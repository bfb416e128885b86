"""The lifecycle of one unit's share of a petition: one flat table, a row a change."""

from models.vocabulary.case import Audience, DispatchState, Event
from models.vocabulary.papers import Letter
from models.vocabulary.people import Role
from rules.lifecycle.guards import common, handling
from rules.lifecycle.row import CLERKS, OFFICE_RULE, SYSTEM, UNIT, Transition, row

D, E, R, L = DispatchState, Event, Role, Letter

GONE_UNITS = (D.RETURNED, D.RECALLED)
FINISHED_UNITS = (D.ACCEPTED, D.RECEIVED, *GONE_UNITS)

# fmt: off
DISPATCH_ROWS: tuple[Transition, ...] = (
    row(E.SIGN_IN, (D.AWAITING_SIGN_IN,), D.HANDLING, UNIT, "信访工作条例 第二十三条",
        starts=("objection", "assign", "progress"), stops=("sign_in",), letters=(L.ACCEPTANCE_NOTICE,), audience=Audience.UNIT),
    row(E.SIGN_IN_REFERRAL, (D.AWAITING_SIGN_IN,), D.RECEIVED, UNIT, "信访工作条例 第二十三条",
        stops=("*",), audience=Audience.UNIT),
    row(E.OBJECT, (D.AWAITING_SIGN_IN, D.HANDLING), D.RETURN_REQUESTED, UNIT, "信访工作条例 第二十三条", common.has_reason,
        starts=("assign", "objection_decision"), stops=("objection", "sign_in"), letters=(L.OBJECTION_ALERT,), audience=Audience.UNIT),
    row(E.UPHOLD_OBJECTION, (D.RETURN_REQUESTED,), D.RETURNED, (R.DIRECTOR,), "信访工作条例 第二十三条", common.has_reason,
        stops=("*",), letters=(L.OBJECTION_UPHELD,), audience=Audience.UNIT),
    row(E.OVERRULE_OBJECTION, (D.RETURN_REQUESTED,), D.AWAITING_SIGN_IN, (R.DIRECTOR,), "信访工作条例 第二十三条", common.has_reason,
        starts=("sign_in",), stops=("objection_decision",), letters=(L.OBJECTION_OVERRULED,), audience=Audience.UNIT),
    row(E.REQUEST_EXTENSION, (D.HANDLING,), D.EXTENSION_REQUESTED, UNIT, "信访工作条例 第三十四条", handling.extension_allowed,
        starts=("extension_decision",), audience=Audience.UNIT),
    row(E.GRANT_EXTENSION, (D.EXTENSION_REQUESTED,), D.HANDLING, (R.DIRECTOR,), "信访工作条例 第三十四条",
        stops=("extension_decision",), letters=(L.EXTENSION_NOTICE,), audience=Audience.PETITIONER),
    row(E.REFUSE_EXTENSION, (D.EXTENSION_REQUESTED,), D.HANDLING, (R.DIRECTOR,), "信访工作条例 第三十四条", common.has_reason,
        stops=("extension_decision",), letters=(L.EXTENSION_REFUSED,), audience=Audience.UNIT),
    row(E.REPORT, (D.HANDLING,), D.REPORTED, UNIT, OFFICE_RULE, handling.report_complete,
        starts=("report_examination",),
        stops=("objection", "assign", "progress", "promise", "supervision_reply", "meeting_task"),
        letters=(L.REPORT_ALERT,), audience=Audience.UNIT),
    row(E.ACCEPT_REPORT, (D.REPORTED,), D.ACCEPTED, CLERKS, OFFICE_RULE, handling.report_passes, stops=("*",), audience=Audience.UNIT),
    row(E.REDO, (D.REPORTED,), D.HANDLING, CLERKS, OFFICE_RULE, common.has_reason,
        stops=("report_examination",), resumes=("assign", "progress"), letters=(L.REDO_LETTER,), audience=Audience.UNIT),
    row(E.RECALL, (D.AWAITING_SIGN_IN, D.HANDLING, D.RETURN_REQUESTED, D.EXTENSION_REQUESTED, D.REPORTED, D.RECEIVED),
        D.RECALLED, SYSTEM, OFFICE_RULE, stops=("*",), letters=(L.RECALL_LETTER,), audience=Audience.UNIT),
)
# fmt: on
