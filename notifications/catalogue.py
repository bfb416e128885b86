"""The catalogue: every letter with its addressee, the facts it is written from and the article it rests on."""

from dataclasses import dataclass
from typing import Literal

from models.vocabulary.papers import Letter

AddresseeKind = Literal["petitioner", "unit", "office"]
OFFICE_RULE = "办公室设定（法规无明文）"

ALERT = ("number", "office_name", "unit_name", "written_on")
"""Alerts may land in a chat group: nothing of the matter itself is in them, not even its title."""
LATENESS = (*ALERT, "clock_label", "days", "due_on", "step")
"""What is said of a limit that runs out or has passed; the unit is the office itself when the limit is its own."""
NOTICE = ("letter_no", "number", "office_name", "office_phone", "petitioner_name", "title", "written_on")
LETTER = ("letter_no", "number", "office_name", "office_phone", "title", "unit_name", "written_on")
# fmt: off
PAPERS = (
    *LETTER, "basis", "channel", "lead_unit", "people_count", "petitioner_name", "receipt_on", "unit_role", "units",
)
# fmt: on


@dataclass(frozen=True, kw_only=True)
class CatalogueRow:
    """One letter; ``serial`` is the mark of its number series, nothing for a message without a number."""

    letter: Letter
    addressee: AddresseeKind
    article: str
    needs: tuple[str, ...]
    serial: str | None = None

    @property
    def subject(self) -> str:
        """The letter's name, which is all that a mail's subject may say besides the petition's number."""
        return self.letter.label

    @property
    def template(self) -> str:
        """The stem of its two templates."""
        return self.letter.value


def _row(
    letter: Letter, addressee: AddresseeKind, serial: str | None, article: str, needs: tuple[str, ...], *more: str
) -> CatalogueRow:
    return CatalogueRow(letter=letter, addressee=addressee, serial=serial, article=article, needs=(*needs, *more))


# fmt: off
CATALOGUE: tuple[CatalogueRow, ...] = (
    # intake 登记受理
    _row(Letter.RECEIPT, "petitioner", None, "信访工作条例 第二十三条",
         ("channel", "number", "office_name", "office_phone", "petitioner_name", "receipt_on", "registered_on", "title",
          "written_on")),
    _row(Letter.REPEAT_ALERT, "unit", None, "信访工作条例 第十九条第三款",
         ("number", "office_name", "office_phone", "parent_number", "receipt_on", "unit_name", "written_on")),
    # routing 拟办审批
    _row(Letter.REFERRAL_LETTER, "unit", "转", "信访工作条例 第二十三条", PAPERS),
    _row(Letter.ASSIGNMENT_LETTER, "unit", "交", "信访工作条例 第二十三条",
         PAPERS, "due_on", "reason", "report_wanted"),
    _row(Letter.REFERRAL_NOTICE, "petitioner", "告", "信访工作条例 第二十三条第一款",
         NOTICE, "lead_unit", "receipt_on", "units"),
    _row(Letter.REJECTION_NOTICE, "petitioner", "告", "信访工作条例 第二十三条",
         NOTICE, "basis", "reason", "receipt_on", "where_to_go"),
    _row(Letter.REFUSAL_NOTICE, "petitioner", "告", "信访工作条例 第三十六条第三款",
         NOTICE, "basis", "reason", "receipt_on", "where_to_go"),
    # handling 办理
    _row(Letter.ACCEPTANCE_NOTICE, "petitioner", "告", "信访工作条例 第二十三条第三款", NOTICE, "due_on", "unit_name"),
    _row(Letter.OBJECTION_ALERT, "office", None, "信访工作条例 第二十三条第三款", ALERT),
    _row(Letter.OBJECTION_UPHELD, "unit", "函", "信访工作条例 第二十三条第三款", LETTER, "reason"),
    _row(Letter.OBJECTION_OVERRULED, "unit", "函", "信访工作条例 第二十三条第三款", LETTER, "due_on", "reason"),
    _row(Letter.EXTENSION_NOTICE, "petitioner", "告", "信访工作条例 第三十四条",
         NOTICE, "extension_due_on", "reason", "unit_name"),
    _row(Letter.EXTENSION_REFUSED, "unit", "函", "信访工作条例 第三十四条", LETTER, "due_on", "reason"),
    _row(Letter.REPORT_ALERT, "office", None, OFFICE_RULE, ALERT),
    _row(Letter.REDO_LETTER, "unit", "函", OFFICE_RULE, LETTER, "due_on", "reason"),
    _row(Letter.RECALL_LETTER, "unit", "函", OFFICE_RULE, LETTER, "reason"),
    # urging, supervising, convening 催办、督办、协调
    _row(Letter.URGING_LETTER, "unit", "催", OFFICE_RULE, LETTER, "due_on", "owed", "owed_on", "reason", "reply_due_on"),
    _row(Letter.SUPERVISION_LETTER, "unit", "督", "信访工作条例 第四十条",
         LETTER, "basis", "ground", "reason", "reply_due_on"),
    _row(Letter.MEETING_NOTICE, "unit", "会", "信访工作条例 第二十四条", LETTER, "meeting", "units"),
    # deadlines and the ladder 到期提醒、逾期升级
    _row(Letter.DEADLINE_WARNING, "unit", None, OFFICE_RULE,
         ("clock_label", "days", "due_on", "may_extend", "number", "office_name", "office_phone", "title", "unit_name", "written_on")),
    _row(Letter.DEADLINE_ALERT, "office", None, OFFICE_RULE, LATENESS),
    _row(Letter.OVERDUE_ALERT, "office", None, OFFICE_RULE, LATENESS),
    _row(Letter.LEADER_REPORT, "office", "报", OFFICE_RULE, LATENESS, "basis", "letter_no", "tried"),
    _row(Letter.CHAIRS_REPORT, "office", "报", OFFICE_RULE, LATENESS, "basis", "letter_no", "tried"),
    # feedback and closure 答复、结案
    _row(Letter.REPLY_NOTICE, "petitioner", "告", "信访工作条例 第三十五条",
         NOTICE, "answer", "delivered_on", "lead_unit", "outcome"),
    _row(Letter.CLOSURE_NOTICE, "petitioner", "告", OFFICE_RULE, NOTICE, "closed_on", "outcome"),
)
# fmt: on
_BY_LETTER = {row.letter: row for row in CATALOGUE}


def row_for(letter: Letter) -> CatalogueRow:
    """Find a letter's row; every letter has one."""
    return _BY_LETTER[letter]
