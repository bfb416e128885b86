"""The coded words of a case: how it came, what it is, where it stands, what happens to it; standard library only."""

from models.vocabulary.labelled import Labelled


class Channel(Labelled):
    """How a petition reached the office (条例 第十七条)."""

    LETTER = "letter", "来信"
    VISIT = "visit", "来访"
    CALL = "call", "来电"
    ONLINE = "online", "网上"


class Source(Labelled):
    """Who sent the petition to the office."""

    SELF = "self", "本机关受理"
    UPPER_CONGRESS = "upper_congress", "省人大转函"
    LOWER_CONGRESS = "lower_congress", "下级人大报送"
    LEADER = "leader", "领导签批"
    MEETING = "meeting", "会议研究"
    COMMITTEE = "committee", "专委会（工委）转来"
    DEPUTY = "deputy", "代表转交"
    PARTY_GOVERNMENT = "party_government", "党委、政府信访部门转来"


class PetitionClass(Labelled):
    """The three classes of the 2022 regulation, which drive the route (条例 第二十九至三十一条)."""

    SUGGESTION = "suggestion", "建议意见"
    ACCUSATION = "accusation", "检举控告"
    APPEAL = "appeal", "申诉求决"


class Relation(Labelled):
    """What the duplicate check found."""

    FIRST = "first", "初件"
    REPEAT = "repeat", "重件"
    LINKED = "linked", "关联件"


class Flag(Labelled):
    """Marks that change how a petition must be treated."""

    LITIGATION = "litigation", "涉法涉诉"
    GROUP = "group", "集体访"
    ANONYMOUS = "anonymous", "匿名"
    UNCLEAR = "unclear", "内容不清"
    CONFIDENTIAL = "confidential", "要求保密"
    URGENT = "urgent", "重大紧急"
    THREAT = "threat", "扬言"
    BACKLOG = "backlog", "积案"
    OVERSEAS = "overseas", "涉港澳台侨外"
    MILITARY = "military", "涉军"
    HISTORIC = "historic", "历史件"
    ID_DOUBTFUL = "id_doubtful", "证件号码存疑"


class Way(Labelled):
    """The way of dealing with a petition (办理方式)."""

    ON_THE_SPOT = "on_the_spot", "即接即办"
    DIRECT = "direct", "直接办理"
    REFERRAL = "referral", "转送"
    ASSIGNMENT = "assignment", "交办"
    REJECTION = "rejection", "不予受理"
    REFUSAL_OF_REPEAT = "refusal_of_repeat", "不再受理"
    FILING = "filing", "存查"


class Stage(Labelled):
    """The five stages of a petition's life, and its end."""

    INTAKE = "intake", "登记受理"
    ROUTING = "routing", "拟办审批"
    JOINT_HANDLING = "joint_handling", "办理"
    FEEDBACK = "feedback", "答复"
    CLOSURE = "closure", "结案归档"
    CLOSED = "closed", "已了结"


class State(Labelled):
    """The office's own status of a petition."""

    DRAFT = "draft", "草稿"
    REGISTERED = "registered", "已登记"
    DUPLICATE_CHECK = "duplicate_check", "判重中"
    ATTACHED = "attached", "已并案"
    PROPOSING = "proposing", "拟办"
    APPROVING = "approving", "审批"
    APPROVED = "approved", "已批准"
    DIRECT = "direct", "直接办理"
    REFERRED = "referred", "已转送"
    ASSIGNED = "assigned", "已交办"
    RETURN_REQUESTED = "return_requested", "退回申请"
    HANDLING = "handling", "办理中"
    EXTENSION_REQUESTED = "extension_requested", "延期申请"
    JOINT_HANDLING = "joint_handling", "联合办理"
    REPORTED = "reported", "报结待审"
    DELIVERING = "delivering", "待答复送达"
    CLOSING = "closing", "待结案"
    DONE = "done", "办结"
    REVIEWING = "reviewing", "复查中"
    RE_REVIEWING = "re_reviewing", "复核中"
    FINAL = "final", "终结"
    WITHDRAWN = "withdrawn", "撤回"
    ARCHIVED = "archived", "归档"
    VOID = "void", "作废"


class DispatchState(Labelled):
    """The status of one unit's share of a petition."""

    AWAITING_SIGN_IN = "awaiting_sign_in", "待签收"
    HANDLING = "handling", "办理中"
    RETURN_REQUESTED = "return_requested", "退回申请"
    EXTENSION_REQUESTED = "extension_requested", "延期申请"
    REPORTED = "reported", "已报结"
    ACCEPTED = "accepted", "审核通过"
    RECEIVED = "received", "已签收（转送）"
    RETURNED = "returned", "已退回"
    RECALLED = "recalled", "撤回"


class Event(Labelled):
    """What can happen to a petition or to one unit's share; events are recorded, never edited."""

    # intake
    REGISTER = "register", "登记"
    FLAG_DUPLICATE = "flag_duplicate", "疑似重件"
    SCREEN = "screen", "甄别"
    ATTACH = "attach", "并案"
    DETACH = "detach", "撤销并案"
    ANSWER_ON_SPOT = "answer_on_spot", "当场答复"
    VOID = "void", "作废"
    CORRECT_FACTS = "correct_facts", "更正登记"
    # routing
    PROPOSE = "propose", "拟办"
    SEND_BACK = "send_back", "退回修改"
    APPROVE = "approve", "批准"
    REFER = "refer", "转送"
    ASSIGN = "assign", "交办"
    TAKE_DIRECT = "take_direct", "转直接办理"
    REJECT = "reject", "不予受理"
    REFUSE_REPEAT = "refuse_repeat", "不再受理"
    FILE_AWAY = "file_away", "存查"
    # handling, the petition's side (the roll-up of its units)
    ANSWER_DIRECT = "answer_direct", "直接答复"
    OBJECTION_RAISED = "objection_raised", "单位提出退回"
    EXTENSION_ASKED = "extension_asked", "单位申请延期"
    HANDLING_BEGUN = "handling_begun", "进入办理"
    JOINT_HANDLING_BEGUN = "joint_handling_begun", "进入联合办理"
    SIGN_IN_AWAITED = "sign_in_awaited", "等待签收"
    REFERRAL_RESUMED = "referral_resumed", "恢复转送"
    REPORTS_IN = "reports_in", "报告待审"
    ALL_ACCEPTED = "all_accepted", "全部审核通过"
    REFERRAL_RECEIVED = "referral_received", "转送均已签收"
    ALL_RETURNED = "all_returned", "全部退回"
    # overlays: they never change the state
    URGE = "urge", "催办"
    SUPERVISE = "supervise", "督办"
    CONVENE = "convene", "召开协调会"
    ANNOTATE = "annotate", "办理记录"
    DISCLOSE = "disclose", "查阅个人信息"
    READ = "read", "查阅案卷"
    LOOK_REFUSED = "look_refused", "查阅未获准"
    RECORD_REPLY = "record_reply", "登记反馈"
    SUSPEND_CLOCK = "suspend_clock", "中止计时"
    RESUME_CLOCK = "resume_clock", "恢复计时"
    RECOUNT = "recount", "期限重算"
    WARN = "warn", "期限提醒"
    MISS = "miss", "逾期"
    ESCALATE = "escalate", "逾期升级"
    # handling, one unit's side
    SIGN_IN = "sign_in", "签收"
    SIGN_IN_REFERRAL = "sign_in_referral", "签收转送件"
    OBJECT = "object", "提出异议"
    UPHOLD_OBJECTION = "uphold_objection", "同意退回"
    OVERRULE_OBJECTION = "overrule_objection", "不同意退回"
    REQUEST_EXTENSION = "request_extension", "申请延期"
    GRANT_EXTENSION = "grant_extension", "同意延期"
    REFUSE_EXTENSION = "refuse_extension", "不同意延期"
    REPORT = "report", "报结"
    ACCEPT_REPORT = "accept_report", "审核通过"
    REDO = "redo", "退回重办"
    RECALL = "recall", "撤回派件"
    # feedback and closure
    DELIVER = "deliver", "送达"
    CLOSE = "close", "结案"
    RETURN_TO_DELIVERY = "return_to_delivery", "退回补充答复"
    REQUEST_REVIEW = "request_review", "申请复查"
    CONCLUDE_REVIEW = "conclude_review", "复查办结"
    REQUEST_RE_REVIEW = "request_re_review", "申请复核"
    CONCLUDE_RE_REVIEW = "conclude_re_review", "复核办结"
    FINALIZE = "finalize", "终结"
    WITHDRAW = "withdraw", "撤回"
    ARCHIVE = "archive", "归档"


class Step(Labelled):
    """A point where the work waits for a person; its label is the state that supervisors see."""

    CORRECT = "correct", "待更正"
    SCREEN = "screen", "待甄别"
    PROPOSE = "propose", "待拟办"
    APPROVE = "approve", "待审批"
    ANSWER = "answer", "待直接答复"
    OVERSEE = "oversee", "待承办单位反馈"
    DELIVER = "deliver", "待答复送达"
    CLOSE = "close", "待结案"
    ARCHIVE = "archive", "待归档"
    REVIEW = "review", "待复查结果"
    DETACH = "detach", "已并案"
    SIGN_IN = "sign_in", "待签收"
    REPORT = "report", "待报结"
    EXAMINE = "examine", "待审核"
    DECIDE_OBJECTION = "decide_objection", "待核退回"
    DECIDE_EXTENSION = "decide_extension", "待批延期"


class Audience(Labelled):
    """Who may read a line of the case file."""

    INTERNAL = "internal", "内部"
    UNIT = "unit", "承办单位"
    PETITIONER = "petitioner", "信访人"


class Outcome(Labelled):
    """How the handling ended (办结类型)."""

    ANSWERED = "answered", "已答复"
    SUPPORTED = "supported", "诉求支持"
    PARTLY_SUPPORTED = "partly_supported", "部分支持"
    EXPLAINED = "explained", "解释说明"
    NOT_SUPPORTED = "not_supported", "不支持"
    ADOPTED = "adopted", "采纳"
    MEDIATED = "mediated", "调解和解"
    REFERRED = "referred", "已转送"
    REJECTED = "rejected", "不予受理"
    REFUSED = "refused", "不再受理"
    FILED = "filed", "存查"


class Settlement(Labelled):
    """Whether the dispute itself ended; kept apart from the outcome."""

    SETTLED = "settled", "化解息访"
    PARTLY = "partly", "部分化解"
    UNSETTLED = "unsettled", "未化解"
    UNKNOWN = "unknown", "未回访"
