"""The catalogue: one row per letter or message, with its addressee, the facts it needs and the article it rests on."""

from dataclasses import dataclass
from typing import Literal

from models.vocabulary import Letter


@dataclass(frozen=True, kw_only=True)
class CatalogueRow:
    """One letter: to whom, under which subject, from which facts, by which article, numbered in which series."""

    letter: Letter
    addressee: Literal["petitioner", "unit", "office"]
    subject: str
    needs: tuple[str, ...]
    article: str
    serial: str = ""
    """The mark of the letter's number series (转、交、督……); nothing for plain messages, which have no number."""

    @property
    def template(self) -> str:
        """The name of the letter's template, without its ending."""
        return self.letter.value


CATALOGUE: tuple[CatalogueRow, ...] = (
    CatalogueRow(
        letter=Letter.RECEIPT, addressee="petitioner", subject="信访件收件回执", article="信访工作条例 第十八条",
        needs=("channel", "number", "office_name", "office_phone", "petitioner_name", "receipt_on", "title", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.REFERRAL_LETTER, addressee="unit", subject="信访件转送函", article="信访工作条例 第二十三条", serial="转",
        needs=("letter_no", "number", "office_name", "office_phone", "people_count", "petitioner_name", "receipt_on", "title", "unit_name", "unit_role", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.REFERRAL_NOTICE, addressee="petitioner", subject="信访件转送（交办）告知单", article="信访工作条例 第二十三条", serial="告",
        needs=("letter_no", "number", "office_name", "office_phone", "petitioner_name", "title", "units", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.ASSIGNMENT_LETTER, addressee="unit", subject="信访件交办函", article="信访工作条例 第二十三条", serial="交",
        needs=("due_on", "lead_unit", "letter_no", "number", "office_name", "office_phone", "people_count", "petitioner_name", "receipt_on", "title", "unit_name", "unit_role", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.REJECTION_NOTICE, addressee="petitioner", subject="不予受理告知书", article="信访工作条例 第二十三条", serial="告",
        needs=("basis", "letter_no", "number", "office_name", "petitioner_name", "reason", "title", "where_to_go", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.REFUSAL_NOTICE, addressee="petitioner", subject="不再受理告知书", article="信访工作条例 第三十六条", serial="告",
        needs=("basis", "letter_no", "number", "office_name", "petitioner_name", "title", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.ACCEPTANCE_NOTICE, addressee="petitioner", subject="受理告知书", article="信访工作条例 第二十三条", serial="告",
        needs=("due_on", "letter_no", "number", "office_name", "petitioner_name", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.OBJECTION_ALERT, addressee="office", subject="承办单位提出退回申请", article="信访工作条例 第二十三条",
        needs=("number", "office_name", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.OBJECTION_UPHELD, addressee="unit", subject="同意退回函", article="信访工作条例 第二十三条", serial="复",
        needs=("letter_no", "number", "office_name", "reason", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.OBJECTION_OVERRULED, addressee="unit", subject="不同意退回函", article="信访工作条例 第二十三条", serial="复",
        needs=("letter_no", "number", "office_name", "reason", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.EXTENSION_NOTICE, addressee="petitioner", subject="延长办理期限告知书", article="信访工作条例 第三十四条", serial="告",
        needs=("extension_due_on", "letter_no", "number", "office_name", "petitioner_name", "reason", "title", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.EXTENSION_REFUSED, addressee="unit", subject="不同意延期函", article="信访工作条例 第三十四条", serial="复",
        needs=("letter_no", "number", "office_name", "reason", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.REPORT_ALERT, addressee="office", subject="承办单位报结待审", article="办公室设定（法规无明文）",
        needs=("number", "office_name", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.REDO_LETTER, addressee="unit", subject="退回重办函", article="办公室设定（法规无明文）", serial="复",
        needs=("letter_no", "number", "office_name", "reason", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.REPEAT_ALERT, addressee="unit", subject="重复来件提醒", article="信访工作条例 第十九条第三款",
        needs=("number", "office_name", "parent_number", "receipt_on", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.URGING_LETTER, addressee="unit", subject="催办函", article="办公室设定（法规无明文）", serial="催",
        needs=("letter_no", "number", "office_name", "reason", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.SUPERVISION_LETTER, addressee="unit", subject="督办函", article="信访工作条例 第四十条", serial="督",
        needs=("basis", "ground", "letter_no", "number", "office_name", "reason", "reply_due_on", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.MEETING_NOTICE, addressee="unit", subject="协调会通知", article="信访工作条例 第二十四条",
        needs=("meeting", "number", "office_name", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.REPLY_NOTICE, addressee="petitioner", subject="办理答复告知", article="信访工作条例 第三十五条", serial="告",
        needs=("answer", "delivered_on", "lead_unit", "letter_no", "number", "office_name", "outcome", "petitioner_name", "title", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.RECALL_LETTER, addressee="unit", subject="撤回函", article="办公室设定（法规无明文）", serial="复",
        needs=("letter_no", "number", "office_name", "title", "unit_name", "written_on"),
    ),
    CatalogueRow(
        letter=Letter.CLOSURE_NOTICE, addressee="petitioner", subject="办结告知", article="办公室设定（法规无明文）",
        needs=("closed_on", "number", "office_name", "outcome", "petitioner_name", "title", "written_on"),
    ),
)
_ROWS = {row.letter: row for row in CATALOGUE}


def row_for(letter: Letter) -> CatalogueRow:
    """Find a letter's row."""
    return _ROWS[letter]
