"""Invented facts for letters: nobody and nothing in them exists."""

from models.vocabulary.papers import Letter

FACTS: dict[str, str | list[str]] = {
    "number": "XF-2026-0007",
    "title": "某小区真人CS场地噪声扰民",
    "petitioner_name": "钱来顺",
    "people_count": "16",
    "receipt_on": "2026年3月2日",
    "registered_on": "2026年3月3日",
    "channel": "来信",
    "unit_name": "市生态环境局",
    "unit_role": "协办",
    "units": ["市公安局", "市生态环境局"],
    "lead_unit": "市公安局",
    "due_on": "2026年5月6日",
    "basis": "信访工作条例 第二十三条",
    "reason": "该场地由两个部门分别管理",
    "ground": "推诿、敷衍、拖延",
    "reply_due_on": "2026年4月20日",
    "answer": "场地已停业整改",
    "delivered_on": "2026年4月1日",
    "closed_on": "2026年4月9日",
    "outcome": "诉求支持",
    "extension_due_on": "2026年6月5日",
    "parent_number": "XF-2026-0003",
    "report_wanted": "是",
    "meeting": "2026年4月10日上午9时，人大机关三楼会议室",
    "office_name": "市人大常委会信访办公室",
    "office_phone": "0000-1234567",
    "written_on": "2026年3月9日",
    "letter_no": "市人信〔2026〕12号",
    "where_to_go": "市中级人民法院",
    "clock_label": "交办件办结并书面报告",
    "days": "12",
    "step": "催办",
    "tried": "2026年5月7日催办；2026年5月13日督办",
    "owed": "assign",
    "owed_on": "2026年3月6日",
    "may_extend": "是",
}
PERSONAL = ("钱来顺", "qian.laishun")
"""What must never be seen in subjects, errors and logs."""

OPTIONAL = (
    "answer",
    "basis",
    "delivered_on",
    "due_on",
    "ground",
    "lead_unit",
    "may_extend",
    "office_phone",
    "outcome",
    "owed_on",
    "people_count",
    "petitioner_name",
    "reason",
    "registered_on",
    "reply_due_on",
    "report_wanted",
    "tried",
    "where_to_go",
)
"""Facts that a real petition may lack; they come as empty text."""

BARE_FACTS = FACTS | dict.fromkeys(OPTIONAL, "") | {"units": ["市生态环境局"]}

ON_THE_LADDER: dict[Letter, dict[str, str]] = {
    Letter.DEADLINE_WARNING: {"written_on": "2026年4月16日", "days": "20"},
    Letter.DEADLINE_ALERT: {"written_on": "2026年4月16日", "days": "20", "step": "期限已过75%"},
    Letter.OVERDUE_ALERT: {"written_on": "2026年5月13日", "days": "7", "step": "督办"},
    Letter.LEADER_REPORT: {
        "written_on": "2026年5月21日",
        "days": "15",
        "step": "报告分管副主任",
        "basis": "信访工作条例 第三十四条",
    },
    Letter.CHAIRS_REPORT: {
        "written_on": "2026年6月5日",
        "days": "30",
        "step": "提请主任会议",
        "basis": "信访工作条例 第三十四条",
        "tried": "2026年5月7日催办；2026年5月13日督办；2026年5月21日报告分管副主任",
    },
}
"""What the agreed wording of these letters is shown with: each stands at another day and step."""
