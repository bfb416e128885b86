"""The forms of intake: correcting a paper that could not be registered, and screening."""

from models.vocabulary.case import Event, Flag, PetitionClass, Relation
from rules.errors import AnswerRefusedError
from tasks.casework import closure, drafts, screening
from tasks.forms.base import Coded, Form, StepForm, asked, read_date, read_list, read_number, read_words
from tasks.forms.choices import ScreenChoice
from tasks.record.act import Act
from tasks.record.cases import Case


class CorrectForm(Form):
    """Dates and counts of a paper that could not be registered; empty fields stay as they are."""

    receipt_on: str = asked("收信日期", 1, "按收文章，例如 2026-03-02；不改则留空")
    postmark_on: str = asked("邮戳日期", 2, "按信封邮戳；不改则留空")
    people_count: str = asked("信访人数", 3, "不改则留空")
    upstream_due_on: str = asked("来函限期", 4, "不改则留空")
    representatives: str = asked("代表姓名（重填）", 5, "最多 5 人，用顿号隔开；其余代表改为联名人；不改则留空")
    void_reason: str = asked("作废理由", 6, "登记有误须作废的才填，由信访办主任办理")


def apply_correction(case: Case, answer: CorrectForm, act: Act) -> None:
    """Correct the paper and try again to register it."""
    if answer.void_reason:
        screening.void(case, act=act, reason=answer.void_reason)
        return
    dates = {
        "receipt_on": read_date(answer.receipt_on, "收信日期"),
        "postmark_on": read_date(answer.postmark_on, "邮戳日期"),
        "upstream_due_on": read_date(answer.upstream_due_on, "来函限期"),
    }
    people = read_number(answer.people_count, "信访人数")
    columns = {name: value for name, value in dates.items() if value} | ({"people_count": people} if people else {})
    corrected = drafts.Correction(columns=columns, representatives=read_list(answer.representatives))
    drafts.register(case, act=act, corrected=corrected)


class ScreenForm(Form):
    """Class, content and place of a petition, whether it repeats another, and what becomes of it."""

    choice: Coded[ScreenChoice] = asked("处理", 1, default=ScreenChoice.PROPOSE)
    petition_class: Coded[PetitionClass] = asked("信访事项类别", 2, default=PetitionClass.APPEAL)
    content_code: str = asked("内容分类", 3, "例如 城乡建设/物业服务")
    relation: Coded[Relation] = asked("初重件", 4, default=Relation.FIRST)
    parent_number: str = asked("原信访件（关联件）编号", 5, "重件、关联件必填，例如 XF-2026-0001")
    place: str = asked("问题属地", 6)
    flags: str = asked("标记", 7, "多个用顿号隔开：涉法涉诉、集体访、重大紧急、扬言、积案、要求保密……")
    accused_unit: str = asked("被反映单位", 8, "单位名称或代码；检举控告件的被反映单位不得承办")
    answer: str = asked("答复内容", 9, "当场答复的必填")
    reason: str = asked("作废或撤回理由", 10, "作废、撤回的必填")


def apply_screening(case: Case, answer: ScreenForm, act: Act) -> None:
    """Hand the petition on, answer it at once, attach it to an earlier one, or void it."""
    found = screening.Screening(
        petition_class=answer.petition_class,
        content_code=answer.content_code,
        relation=answer.relation,
        parent_number=answer.parent_number,
        place=answer.place,
        flags=read_words(Flag, answer.flags),
        accused_unit=answer.accused_unit,
    )
    if answer.choice is ScreenChoice.WITHDRAW:
        closure.withdraw(case, act=act, reason=answer.reason)
    elif answer.choice is ScreenChoice.VOID:
        screening.void(case, act=act, reason=answer.reason)
    elif answer.choice is ScreenChoice.ANSWER:
        screening.answer_on_spot(case, act=act, found=found, answer=answer.answer)
    elif answer.choice is ScreenChoice.ATTACH:
        screening.attach(case, act=act, found=found)
    elif answer.relation is Relation.REPEAT:
        raise AnswerRefusedError("选了“重件”，请把“处理”改为“并入原信访件（重件）”；如另行办理，请选“关联件”")
    else:
        screening.screen(case, act=act, found=found)


SCREEN_EVENTS = {ScreenChoice.VOID: Event.VOID, ScreenChoice.WITHDRAW: Event.WITHDRAW}
CORRECT = StepForm(CorrectForm, apply_correction, lambda answer: Event.VOID if answer.void_reason else None)
SCREEN = StepForm(ScreenForm, apply_screening, lambda answer: SCREEN_EVENTS.get(answer.choice))
