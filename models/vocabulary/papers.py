"""The coded words of papers: letters and messages, how they are delivered, attached and kept; standard library only."""

from models.vocabulary.labelled import Labelled


class DeliveryWay(Labelled):
    """How a paper or an answer reached the petitioner."""

    IN_PERSON = "in_person", "当面送达"
    POST = "post", "邮寄送达"
    PHONE = "phone", "电话告知"
    ELECTRONIC = "electronic", "电子送达"
    IMPOSSIBLE = "impossible", "无法送达"


class Retention(Labelled):
    """How long the file is kept."""

    PERMANENT = "permanent", "永久"
    THIRTY_YEARS = "thirty_years", "30年"
    TEN_YEARS = "ten_years", "10年"
    NOT_FILED = "not_filed", "不归档"


class Letter(Labelled):
    """Every letter and message of the catalogue."""

    RECEIPT = "receipt_to_petitioner", "收件回执"
    REFERRAL_LETTER = "referral_letter_to_unit", "转送函"
    REFERRAL_NOTICE = "referral_notice_to_petitioner", "转送（交办）告知单"
    ASSIGNMENT_LETTER = "assignment_letter_to_unit", "交办函"
    REJECTION_NOTICE = "rejection_notice_to_petitioner", "不予受理告知书"
    REFUSAL_NOTICE = "refusal_notice_to_petitioner", "不再受理告知书"
    ACCEPTANCE_NOTICE = "acceptance_notice_to_petitioner", "受理告知书"
    OBJECTION_ALERT = "objection_alert_to_office", "退回申请提醒"
    OBJECTION_UPHELD = "objection_upheld_to_unit", "同意退回函"
    OBJECTION_OVERRULED = "objection_overruled_to_unit", "不同意退回函"
    EXTENSION_NOTICE = "extension_notice_to_petitioner", "延长办理期限告知书"
    EXTENSION_REFUSED = "extension_refusal_to_unit", "不同意延期函"
    REPORT_ALERT = "report_alert_to_office", "报结待审提醒"
    REDO_LETTER = "redo_letter_to_unit", "退回重办函"
    REPEAT_ALERT = "repeat_alert_to_unit", "重复来件提醒"
    URGING_LETTER = "urging_letter_to_unit", "催办函"
    SUPERVISION_LETTER = "supervision_letter_to_unit", "督办函"
    DEADLINE_WARNING = "deadline_warning_to_unit", "到期提醒函"
    DEADLINE_ALERT = "deadline_alert_to_office", "到期提醒"
    OVERDUE_ALERT = "overdue_alert_to_office", "逾期提醒"
    LEADER_REPORT = "overdue_report_to_leader", "逾期情况报告（分管副主任）"
    CHAIRS_REPORT = "overdue_report_to_chairs", "提请主任会议研究"
    MEETING_NOTICE = "meeting_notice_to_unit", "会议通知"
    REPLY_NOTICE = "reply_notice_to_petitioner", "答复意见告知"
    RECALL_LETTER = "recall_letter_to_unit", "撤回函"
    CLOSURE_NOTICE = "closure_notice_to_petitioner", "办结告知"


class MessageState(Labelled):
    """Where an outbox message stands."""

    QUEUED = "queued", "待发"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发（或已备打印）"
    DEAD = "dead", "发送失败待人工处理"
    BY_HAND = "by_hand", "已人工送出"
    CANCELLED = "cancelled", "已取消（不再需要）"


class AttachmentKind(Labelled):
    """What an attached paper is."""

    ORIGINAL_LETTER = "original_letter", "原信"
    IDENTITY = "identity", "身份证明"
    JUDGMENT = "judgment", "裁判文书"
    HANDLING_REPORT = "handling_report", "办结报告"
    REPLY = "reply", "处理意见书"
    DELIVERY_PROOF = "delivery_proof", "送达回证"
    MINUTES = "minutes", "会议纪要"
    PHOTO = "photo", "照片"
    OTHER = "other", "其他"
