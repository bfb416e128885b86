"""What is decided upon at a step, as the form's page may show it: texts with the people in them masked, or only their codes.

The engine's page is seen by everybody who has its password. Of an accusation, and of a paper whose author asked for
confidence, it tells what was proposed or asked for in codes and days, and none of the words (条例 第三十条第三款).
"""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import Event, Flag, Step
from rules.grounds import EXAMINATION_CHECKS
from tasks.keeping.vault import vault
from tasks.reading.in_words import in_words
from tasks.reading.masks import kept_secret, mask_id_number, mask_name, mask_phone
from tasks.reading.plain import on_markdown
from tasks.record.cases import dispatches_of, people_of, subject_of
from tasks.record.organs import organs_by_id

E = Event
ON_A_PAGE = 400
"""Characters of one text that stand above a form; the rest is read with ``xinfang read``."""

UPON: dict[Step, tuple[Event, ...]] = {
    Step.CORRECT: (),
    Step.SCREEN: (),
    Step.PROPOSE: (E.SEND_BACK, E.UPHOLD_OBJECTION),
    Step.APPROVE: (E.PROPOSE, E.SEND_BACK),
    Step.ANSWER: (E.PROPOSE, E.APPROVE),
    Step.OVERSEE: (E.PROPOSE, E.APPROVE),
    Step.DELIVER: (E.REPORT, E.ANSWER_DIRECT, E.RETURN_TO_DELIVERY),
    Step.CLOSE: (E.REPORT, E.ANSWER_DIRECT, E.ANSWER_ON_SPOT, E.DELIVER),
    Step.ARCHIVE: (E.CLOSE, E.CONCLUDE_REVIEW, E.CONCLUDE_RE_REVIEW, E.WITHDRAW),
    Step.REVIEW: (E.DELIVER, E.CONCLUDE_REVIEW),
    Step.DETACH: (),
    Step.SIGN_IN: (E.OVERRULE_OBJECTION,),
    Step.REPORT: (E.REDO, E.GRANT_EXTENSION, E.REFUSE_EXTENSION),
    Step.EXAMINE: (E.REPORT,),
    Step.DECIDE_OBJECTION: (E.OBJECT,),
    Step.DECIDE_EXTENSION: (E.REQUEST_EXTENSION,),
}
"""Of which events the newest is looked at when a step is decided; of a share's step, those of that share."""

TOLD_BY_LETTER = frozenset({Step.SIGN_IN, Step.REPORT, Step.ARCHIVE})
"""Where what the petitioner asks is not shown: a unit has its letter, and the file is closed."""


@dataclass(frozen=True)
class UponLine:
    """One thing that is decided upon: what it is, its codes and days, and its words as far as the page shows them."""

    label: str
    said: str = ""
    text: str = ""


def decided_upon(session: Session, petition: Petition, share: Dispatch | None, step: Step) -> list[UponLine]:
    """List what is decided upon at a step, the newest first, and what the petitioner asks."""
    closed = kept_secret(petition) or Flag.CONFIDENTIAL.value in petition.flags
    mask = _Mask(session, petition, closed=closed)
    lines = [
        UponLine(_label(session, petition, event), in_words(session, event), mask.shown(event.note_sealed))
        for event in _newest(session, petition, share, step)
    ]
    if step is Step.EXAMINE:
        lines.append(UponLine("六项审查", f"{'、'.join(EXAMINATION_CHECKS)}：逐项核对，未通过的填在“未通过的项目”"))
    if step is Step.DETACH and petition.parent_id is not None:
        lines.append(UponLine("并入", subject_of(session.get_one(Petition, petition.parent_id))))
    if step not in TOLD_BY_LETTER:
        lines.append(UponLine("信访人反映", text=mask.shown(petition.content_sealed)))
    return lines


def upon_markdown(lines: list[UponLine], number: str) -> str:
    """Write what is decided upon above a form, and how the rest is read."""
    rows = [f"- **{line.label}**：{on_markdown('；'.join(part for part in (line.said, line.text) if part))}" for line in lines]
    return "\n".join([*rows, f"- 全文查阅：`xinfang read {number} --as 工号 --reason 理由`"])


@dataclass(frozen=True)
class _Mask:
    session: Session
    petition: Petition
    closed: bool

    def shown(self, sealed: str | None) -> str:
        """A sealed text as the page may show it, without the people of the case."""
        if not sealed:
            return ""
        if self.closed:
            return "（密，本页不显示）"
        text = without_people(vault().open(sealed), self._known())
        return text if len(text) <= ON_A_PAGE else f"{text[:ON_A_PAGE]}……（未完）"

    def _known(self) -> dict[str, str]:
        known: dict[str, str] = {}
        for one in people_of(self.session, self.petition):
            for sealed, mask in (
                (one.name_sealed, mask_name),
                (one.phone_sealed, mask_phone),
                (one.id_number_sealed, mask_id_number),
                (one.address_sealed, lambda _text: "（住址）"),
                (one.email_sealed, lambda _text: "（邮箱）"),
            ):
                if sealed and len(clear := vault().open(sealed).strip()) > 1:
                    known[clear] = mask(clear)
        return known


def without_people(text: str, known: dict[str, str]) -> str:
    """Put masks in the place of what is known of people, the longest first, for one may stand within another."""
    for clear in sorted(known, key=len, reverse=True):
        text = text.replace(clear, known[clear])
    return text


def _newest(session: Session, petition: Petition, share: Dispatch | None, step: Step) -> list[CaseEvent]:
    """The newest event of each kind, of each unit its own; newest first."""
    if not UPON[step]:
        return []
    query = select(CaseEvent).where(CaseEvent.petition_id == petition.id, col(CaseEvent.event).in_(UPON[step]))
    if share is not None:
        query = query.where(CaseEvent.dispatch_id == share.id)
    newest: dict[tuple[Event, int | None], CaseEvent] = {}
    for event in session.exec(query.order_by(col(CaseEvent.seq).desc())):
        newest.setdefault((event.event, event.dispatch_id), event)
    return list(newest.values())


def _label(session: Session, petition: Petition, event: CaseEvent) -> str:
    by = f"{event.actor_role.label} {event.actor_code}"
    share = next((one for one in dispatches_of(session, petition) if one.id == event.dispatch_id), None)
    if share is None:
        return f"{event.event.label}（{by}）"
    organ = organs_by_id(session, {share.organ_id})[share.organ_id]
    return f"{event.event.label}（{on_markdown(organ.name)}，{by}）"
