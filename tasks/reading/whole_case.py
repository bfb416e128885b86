"""The whole case in clear, for somebody known who says why: its people, its texts, its papers, its letters.

What is opened follows the one table of sight (``rules/access.py``), and stands on record before it is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from models.attachment import Attachment
from models.case_event import CaseEvent
from models.dispatch import Dispatch
from models.outbox_message import OutboxMessage
from models.petitioner import Party, Petitioner
from models.vocabulary.case import Event
from notifications.catalogue import row_for
from notifications.rendering import RenderingError, render
from rules.access import TextKind, Tie
from rules.zone import SHANGHAI
from tasks.casework.looks import note_look
from tasks.keeping.vault import vault
from tasks.reading.admission import Admitted, Request, admit
from tasks.reading.in_words import in_words
from tasks.record.cases import dispatches_of
from tasks.record.organs import organs_by_id

K, E = TextKind, Event
KIND_OF: dict[Event, TextKind] = {
    **dict.fromkeys((E.PROPOSE, E.APPROVE, E.CLOSE, E.ACCEPT_REPORT), K.OPINIONS),
    **dict.fromkeys((E.SEND_BACK, E.RETURN_TO_DELIVERY, E.VOID, E.WITHDRAW, E.FINALIZE, E.DETACH), K.REASONS),
    **dict.fromkeys((E.UPHOLD_OBJECTION, E.OVERRULE_OBJECTION, E.GRANT_EXTENSION, E.REFUSE_EXTENSION, E.REDO), K.REASONS),
    **dict.fromkeys((E.SUSPEND_CLOCK, E.RESUME_CLOCK), K.REASONS),
    E.OBJECT: K.OBJECTIONS,
    E.REQUEST_EXTENSION: K.EXTENSIONS,
    E.REPORT: K.REPORTS,
    **dict.fromkeys((E.ANSWER_ON_SPOT, E.ANSWER_DIRECT, E.DELIVER, E.CONCLUDE_REVIEW, E.CONCLUDE_RE_REVIEW), K.TOLD),
}
"""What kind of text an event's is; every other event's is a note of the office."""

Shown = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class WholeCase:
    """What somebody may see of a case, in clear; what he may not see is not in it, and ``withheld`` names it."""

    number: str
    summary: Shown
    people: list[Shown]
    content: str
    accused: str
    texts: list[Shown]
    papers: list[Shown]
    letters: list[Shown]
    withheld: list[str]


def read_case(request: Request, *, as_of: datetime) -> WholeCase:
    """Open a case, or with a share's number that share; the look stands on record first.

    Raises ``UnknownCaseError`` for what is not there or not to be seen, ``AnswerRefusedError`` without a reason.
    """
    return admit(request, frozenset(TextKind), _open, as_of=as_of)


def _open(admitted: Admitted) -> WholeCase:
    kinds = [kind for kind in TextKind if admitted.sees(kind)]
    note_look(admitted.case, admitted.act, reason=admitted.reason, kinds=kinds)
    petition = admitted.case.petition
    return WholeCase(
        number=admitted.case.subject,
        summary=_summary(admitted),
        people=_people(admitted),
        content=_opened(petition.content_sealed) if admitted.sees(K.CONTENT) else "",
        accused=_opened(petition.accused_sealed) if admitted.sees(K.ACCUSED) else "",
        texts=_texts(admitted),
        papers=[_paper_row(number, paper) for number, paper in papers_of(admitted).items()],
        letters=_letters(admitted),
        withheld=[kind.label for kind in TextKind if kind not in kinds],
    )


def _summary(admitted: Admitted) -> Shown:
    petition = admitted.case.petition
    shown = {
        "标题": petition.title,
        "状态": petition.state.label,
        "类别": petition.petition_class.label if petition.petition_class else "",
        "收信日期": str(petition.receipt_on),
        "信访形式": f"{petition.channel.label}，{petition.source.label}",
        "问题属地": petition.place or "",
        "受信人": petition.addressee or "",
    }
    if admitted.tie is Tie.UNIT:
        shown = {name: shown[name] for name in ("标题", "类别", "收信日期", "信访形式")}
    else:
        accused = petition.accused_organ_id
        shown["被反映单位"] = organs_by_id(admitted.case.session, {accused})[accused].name if accused else ""
    return {name: text for name, text in shown.items() if text}


def _people(admitted: Admitted) -> list[Shown]:
    shown: dict[str, Callable[[Petitioner], str | None]] = {}
    if admitted.sees(K.PEOPLE):
        shown |= {"姓名": lambda one: one.name_sealed}
    if admitted.sees(K.IDENTITY):
        shown |= {
            "证件号码": lambda one: one.id_number_sealed,
            "电话": lambda one: one.phone_sealed,
            "住址": lambda one: one.address_sealed,
            "邮箱": lambda one: one.email_sealed,
        }
    if not shown:
        return []
    query = (
        select(Party, Petitioner)
        .join(Petitioner, col(Petitioner.id) == col(Party.petitioner_id))
        .where(Party.petition_id == admitted.case.petition.id)
        .order_by(col(Party.position))
    )
    return [
        {"身份": party.role.label} | {head: _opened(of(person)) for head, of in shown.items()}
        for party, person in admitted.case.session.exec(query)
    ]


def _shares(admitted: Admitted) -> dict[int, Dispatch]:
    """The shares that are read: the one that was asked for, or all; of a unit, its own alone."""
    case = admitted.case
    asked = [case.share] if case.share else dispatches_of(case.session, case.petition)
    return {one.id: one for one in asked if admitted.organ_id in (None, one.organ_id)}


def _texts(admitted: Admitted) -> list[Shown]:
    case, shares = admitted.case, _shares(admitted)
    organs = organs_by_id(case.session, {share.organ_id for share in shares.values()})
    query = select(CaseEvent).where(CaseEvent.petition_id == case.petition.id).order_by(col(CaseEvent.seq))
    of_shares_alone = case.share is not None or admitted.tie is Tie.UNIT
    shown = []
    for event in case.session.exec(query):
        kind, share = KIND_OF.get(event.event, K.NOTES), shares.get(event.dispatch_id or 0)
        elsewhere = share is None and (of_shares_alone or event.dispatch_id is not None)
        said, text = in_words(case.session, event), _opened(event.note_sealed)
        if elsewhere or not admitted.sees(kind) or not (said or text):
            continue
        shown.append(
            {
                "序": str(event.seq),
                "时间": f"{event.occurred_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
                "事项": event.event.label,
                "单位": organs[share.organ_id].name if share else "",
                "经办": f"{event.actor_role.label} {event.actor_code}",
                "要点": said,
                "内容": text,
            }
        )
    return shown


def papers_of(admitted: Admitted) -> dict[int, Attachment]:
    """The papers that somebody sees, by their number in the file, in the order in which they came.

    A paper does not say yet to whose share it belongs, so that a unit, which would see its own, sees none.
    """
    if not admitted.sees(K.PAPERS):
        return {}
    query = select(Attachment).where(Attachment.petition_id == admitted.case.petition.id).order_by(col(Attachment.id))
    return dict(enumerate(admitted.case.session.exec(query), start=1))


def _paper_row(number: int, paper: Attachment) -> Shown:
    return {
        "序号": str(number),
        "种类": paper.kind.label,
        "名称": _opened(paper.name_sealed),
        "字节": str(paper.size),
        "SHA-256": paper.sha256,
        "原件": "在卷" if paper.is_original else "",
    }


def _letters(admitted: Admitted) -> list[Shown]:
    if not admitted.sees(K.LETTERS):
        return []
    case, shares = admitted.case, _shares(admitted)
    query = select(OutboxMessage).where(OutboxMessage.petition_id == case.petition.id).order_by(col(OutboxMessage.id))
    if case.share is not None or admitted.tie is Tie.UNIT:
        query = query.where(col(OutboxMessage.dispatch_id).in_(shares))
    to_units_alone = admitted.tie is Tie.UNIT
    return [
        {
            "函件": row_for(message.letter).subject,
            "文号": message.letter_no or "",
            "收件": message.addressee,
            "状态": message.state.label,
            "正文": _wording(message),
        }
        for message in case.session.exec(query)
        if not to_units_alone or row_for(message.letter).addressee == "unit"
    ]


def _wording(message: OutboxMessage) -> str:
    """A letter's wording as it leaves; a letter that cannot be written says why, and keeps nobody from the rest."""
    try:
        return render(message.letter, vault().open_facts(message.facts_sealed)).text
    except RenderingError as fault:
        return str(fault)


def _opened(sealed: str | None) -> str:
    return vault().open(sealed) if sealed else ""
