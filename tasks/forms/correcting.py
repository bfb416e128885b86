"""The form by which a registration is corrected: what was written down wrongly, and why it is known to be wrong."""

from models.vocabulary.case import Channel, Source
from tasks.casework import correcting
from tasks.forms.base import Form, asked, read_date, read_number, read_word
from tasks.record.act import Act
from tasks.record.cases import Case

PERSON = ("name", "id_number", "phone", "address", "email")
TEXTS = ("title", "content", "accused", "place", "addressee", "upstream_number")


class FactsForm(Form):
    """Facts of a registration; an empty field stays as it is. The day of receipt is not among them: every limit hangs on it."""

    reason: str = asked("更正理由", 1, "必填，例如 核对原信，登记时误录")
    title: str = asked("标题", 2)
    content: str = asked("投诉内容", 3)
    channel: str = asked("信访形式", 4)
    source: str = asked("信访来源", 5)
    postmark_on: str = asked("邮戳日期", 6, "例如 2026-03-02")
    people_count: str = asked("信访人数", 7)
    name: str = asked("信访人姓名", 8, "主访人")
    id_number: str = asked("证件号码", 9)
    phone: str = asked("联系电话", 10)
    address: str = asked("住址", 11)
    email: str = asked("电子邮箱", 12)
    accused: str = asked("被反映人", 13)
    accused_unit: str = asked("被反映单位", 14, "单位名称或代码")
    place: str = asked("问题属地", 15)
    addressee: str = asked("受信人", 16)
    upstream_number: str = asked("来函编号", 17)


def apply_facts(case: Case, answer: FactsForm, act: Act) -> None:
    """Put right what was filled in."""
    read = {
        "channel": read_word(Channel, answer.channel) if answer.channel else None,
        "source": read_word(Source, answer.source) if answer.source else None,
        "postmark_on": read_date(answer.postmark_on, "邮戳日期"),
        "people_count": read_number(answer.people_count, "信访人数"),
        **{name: getattr(answer, name) for name in TEXTS},
    }
    corrected = correcting.Corrected(
        paper={name: (_title(name), value) for name, value in read.items() if value},
        person={name: (_title(name), getattr(answer, name)) for name in PERSON if getattr(answer, name)},
        accused_unit=answer.accused_unit,
    )
    correcting.correct_facts(case, act=act, corrected=corrected, reason=answer.reason)


def _title(name: str) -> str:
    return str(FactsForm.model_fields[name].title)
