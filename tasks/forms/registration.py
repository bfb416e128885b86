"""The intake form: what a clerk writes down when a paper, a visitor or a call comes in."""

from datetime import date

from models.vocabulary.case import Channel, Flag, Source
from models.vocabulary.people import PartyRole
from tasks.casework.drafts import Person, Registration
from tasks.forms.base import Coded, Form, asked, read_date, read_list, read_words


class IntakeForm(Form):
    """Registration of a petition (来信、来访、来电、网上登记表); everything but the channel and the day may be empty."""

    channel: Coded[Channel] = asked("信访形式", 1, default=Channel.LETTER)
    receipt_on: date = asked("收信日期", 2, "收文章、来访或来电当日；期限从这一天起算", default=...)
    postmark_on: str = asked("邮戳日期", 3, "来信填写，例如 2026-03-02")
    source: Coded[Source] = asked("信访来源", 4, default=Source.SELF)
    title: str = asked("标题", 5, "写事由，不写姓名，例如“反映小区物业服务问题”")
    content: str = asked("投诉内容", 6, "原文或口述要点；看不清的可留空")
    name: str = asked("信访人姓名", 7, "匿名的留空")
    id_number: str = asked("证件号码", 8)
    phone: str = asked("联系电话", 9)
    address: str = asked("住址", 10)
    email: str = asked("电子邮箱", 11, "愿意接收电子告知的填写")
    people_count: int = asked("信访人数", 12, default=1)
    visitor_count: int = asked("实际来访人数", 13, "来访填写", default=0)
    representatives: str = asked("代表姓名", 14, "最多 5 人，用顿号隔开")
    co_signers: str = asked("联名人姓名", 15, "用顿号隔开")
    proxy: str = asked("代理人姓名", 16, "须有授权委托书")
    place: str = asked("问题属地", 17)
    addressee: str = asked("受信人", 18, "写给某位领导或代表的填写")
    accused: str = asked("被反映人", 19, "检举控告件填写")
    accused_unit: str = asked("被反映单位", 20, "单位名称或代码")
    upstream_number: str = asked("来函编号", 21, "上级转函填写")
    upstream_due_on: str = asked("来函限期", 22, "例如 2026-03-31")
    flags: str = asked("标记", 23, "例如：要求保密、重大紧急、扬言")

    def registration(self) -> Registration:
        """Turn the form into a paper to be registered."""
        return Registration(
            channel=self.channel,
            receipt_on=self.receipt_on,
            postmark_on=read_date(self.postmark_on, "邮戳日期"),
            source=self.source,
            title=self.title,
            content=self.content,
            persons=self._persons(),
            people_count=self.people_count,
            visitor_count=self.visitor_count,
            place=self.place,
            addressee=self.addressee,
            accused=self.accused,
            accused_unit=self.accused_unit,
            upstream_number=self.upstream_number,
            upstream_due_on=read_date(self.upstream_due_on, "来函限期"),
            flags=read_words(Flag, self.flags),
        )

    def _persons(self) -> tuple[Person, ...]:
        lead = Person(name=self.name, id_number=self.id_number, phone=self.phone, address=self.address, email=self.email)
        others = (
            (PartyRole.REPRESENTATIVE, self.representatives),
            (PartyRole.CO_SIGNER, self.co_signers),
            (PartyRole.PROXY, self.proxy),
        )
        more = tuple(Person(name=name, role=role) for role, names in others for name in read_list(names))
        return (lead, *more) if any((lead.name, lead.id_number, lead.phone, lead.address, lead.email)) else more

    def without_people(self) -> dict[str, str]:
        """The part that may stay in the engine once the paper is on file: no names, no text."""
        return {"channel": self.channel.label, "receipt_on": self.receipt_on.isoformat(), "occurred_at": self.occurred_at}
