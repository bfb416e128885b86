"""What the forms offer to choose from, beyond the vocabulary of the record itself."""

from models.vocabulary.labelled import Labelled


class ScreenChoice(Labelled):
    """What becomes of a screened petition."""

    PROPOSE = "propose", "转入拟办"
    ANSWER = "answer", "当场答复（即接即办）"
    ATTACH = "attach", "并入原信访件（重件）"
    VOID = "void", "作废（登记有误）"
    WITHDRAW = "withdraw", "信访人书面撤回"


class ApproveChoice(Labelled):
    """What the approver says."""

    APPROVE = "approve", "同意"
    SEND_BACK = "send_back", "退回修改"


class OverseeChoice(Labelled):
    """What the office does while units are at work."""

    URGE_BY_PHONE = "urge_by_phone", "电话催办"
    URGE_BY_LETTER = "urge_by_letter", "书面催办"
    SUPERVISE = "supervise", "督办"
    CONVENE = "convene", "召开协调会"
    REPORT_TO_LEADER = "to_leader", "报告分管副主任"
    REPORT_TO_CHAIRS = "to_chairs", "提请主任会议"
    RECORD_REPLY = "record_reply", "登记反馈（督办、承诺、会议任务）"
    SUSPEND = "suspend", "中止计时"
    RESUME = "resume", "恢复计时"
    ANNOTATE = "annotate", "记录办理情况"
    WITHDRAW = "withdraw", "信访人书面撤回"


class SignInChoice(Labelled):
    """What a unit does with papers it received."""

    SIGN_IN = "sign_in", "签收"
    OBJECT = "object", "提出异议（退回）"


class ReportChoice(Labelled):
    """What a unit that handles a matter has to say."""

    REPORT = "report", "报结"
    EXTEND = "extend", "申请延期"
    OBJECT = "object", "提出异议（退回）"


class ExamineChoice(Labelled):
    """What the office says to a report."""

    ACCEPT = "accept", "审核通过"
    REDO = "redo", "退回重办"


class YesNo(Labelled):
    """Agreement or not."""

    YES = "yes", "同意"
    NO = "no", "不同意"


class CloseChoice(Labelled):
    """What the director does with a petition ready to be closed."""

    CLOSE = "close", "同意结案"
    RETURN = "return", "退回补充答复"


class ArchiveChoice(Labelled):
    """What may follow when a petition is closed."""

    ARCHIVE = "archive", "归档"
    REVIEW = "review", "信访人申请复查"
    RE_REVIEW = "re_review", "信访人申请复核"
    FINALIZE = "finalize", "认定终结"


class ReviewChoice(Labelled):
    """What may happen while a review or re-review is under way."""

    CONCLUDE = "conclude", "登记复查（复核）意见"
    HEARING = "hearing", "听证：中止计时"
    HEARD = "heard", "听证结束：恢复计时"


class DetachChoice(Labelled):
    """What may follow when a repeat was attached."""

    ARCHIVE = "archive", "随原件归档"
    DETACH = "detach", "撤销并案"
