"""The case file: a petition's summary, clocks, letters and timeline, masked, as Markdown and as plain rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.clock import Clock
from models.dispatch import Dispatch
from models.organ import Organ
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.petitioner import Party, Petitioner
from models.vocabulary.case import Event, Flag, Step
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import MessageState
from models.vocabulary.people import PartyRole, Role
from notifications.catalogue import row_for
from rules.lifecycle.stages import STAGES
from rules.signing import lacks_signature
from rules.steps import step_of
from rules.zone import SHANGHAI, days_left, legal_day
from tasks.casework.awaited import awaited
from tasks.casework.suspending import suspension_lines
from tasks.keeping.vault import vault
from tasks.limits.clocks import ON_FOOT
from tasks.limits.rulebook import pack_of, rule_of
from tasks.reading.decided_upon import decided_upon, upon_markdown
from tasks.reading.in_words import LATE, is_late
from tasks.reading.masks import kept_secret, mask_name, shown_title
from tasks.reading.plain import on_markdown
from tasks.record.cases import clocks_of, dispatches_of, subject_of

ShownRow = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """Everything a reader without special rights may see of a petition."""

    summary: dict[str, str]
    shares: list[ShownRow]
    clocks: list[ShownRow]
    why: list[ShownRow]
    letters: list[ShownRow]
    timeline: list[ShownRow]

    def markdown(self) -> str:
        """Write the file as Markdown, for the engine's artifact and for forms."""
        parts = [f"## {self.summary['编号']} {on_markdown(self.summary['标题'])}", _bullets(self.summary)]
        for title, rows in self.tables():
            if rows:  # reasons are sentences, which a table would cut off
                parts.append(f"### {title}\n\n{_reasons(rows) if rows is self.why else _table(rows)}")
        return "\n\n".join(parts)

    def tables(self) -> tuple[tuple[str, list[ShownRow]], ...]:
        """The file's tables with their titles, in the order in which people read them."""
        return (
            ("承办单位", self.shares),
            ("期限", self.clocks),
            ("期限怎样算出", self.why),
            ("函件", self.letters),
            ("经过", self.timeline),
        )


def case_file(session: Session, petition: Petition, *, today: date) -> CaseFile:
    """Read a petition's file; names are masked, free text is left out, an accusation shows no title."""
    shares = dispatches_of(session, petition)
    clocks = clocks_of(session, petition)
    organs = {organ.id: organ for organ in session.exec(select(Organ).where(col(Organ.id).in_([s.organ_id for s in shares])))}
    return CaseFile(
        summary=_summary(session, petition),
        shares=[_share_row(share, organs[share.organ_id]) for share in shares],
        clocks=[clock_row(clock, petition, shares, today) for clock in clocks],
        why=[row for clock in clocks if clock.state in ON_FOOT for row in _why_rows(session, petition, clock)],
        letters=_letter_rows(session, petition),
        timeline=_timeline(session, petition, {share.id: organs[share.organ_id].name for share in shares}),
    )


def _summary(session: Session, petition: Petition) -> dict[str, str]:
    step = step_of(petition.state)
    shown = {
        "编号": petition.number or f"草稿 {petition.id}",
        "标题": shown_title(petition),
        "状态": petition.state.label,
        "阶段": STAGES[petition.state].label,
        "等待": step.label if step else "",
        "信访人": _people(session, petition),
        "信访形式": f"{petition.channel.label}，{petition.source.label}",
        "收信日期": str(petition.receipt_on),
        "登记日期": str(petition.registered_on or ""),
        "邮戳日期": str(petition.postmark_on or ""),
        "类别": petition.petition_class.label if petition.petition_class else "",
        "内容分类": petition.content_code or "",
        "初重件": petition.relation.label if petition.relation else "",
        "问题属地": petition.place or "",
        "标记": "、".join(Flag(flag).label for flag in petition.flags),
        "办理方式": petition.way.label if petition.way else "",
        "结论": petition.outcome.label if petition.outcome else "",
        "化解": petition.settlement.label if petition.settlement else "",
        "送达日期": str(petition.delivered_on or ""),
        "保管期限": petition.retention.label if petition.retention else "",
    }
    return {name: text for name, text in shown.items() if text}


def _people(session: Session, petition: Petition) -> str:
    if kept_secret(petition):
        return f"（保密），{petition.people_count} 人"
    query = (
        select(Petitioner.name_sealed, Party.role)
        .join(Party, col(Party.petitioner_id) == col(Petitioner.id))
        .where(Party.petition_id == petition.id)
        .order_by(col(Party.position))
        .limit(6)
    )
    people = [(name, PartyRole(role)) for name, role in session.exec(query) if name]
    names = [f"{mask_name(vault().open(name))}（{role.label}）" for name, role in people]
    return f"{'、'.join(names) or '匿名'}，{petition.people_count} 人"


def _share_row(share: Dispatch, organ: Organ) -> ShownRow:
    return {
        "序号": share.position,
        "单位": organ.name,
        "角色": share.role.label,
        "文号": share.letter_no,
        "状态": share.state.label,
        "签收": share.signed_in_on or "",
        "报结": share.reported_on or "",
        "退回": share.objections,
        "重办": share.redos,
    }


def clock_row(clock: Clock, petition: Petition, shares: list[Dispatch], today: date) -> ShownRow:
    """Show one limit in a line: whose it is, from when, until when, on which basis."""
    position = next((share.position for share in shares if share.id == clock.dispatch_id), "")
    return {
        "序号": clock.number,
        "期限": rule_of(petition, clock).label,
        "责任": clock.owner.label,
        "派件": position,
        "起算": f"{clock.starts_on}（{clock.start_reason}）",
        "届满": shown_day(clock),
        "余": _left(clock, today),
        "依据": clock.basis,
    }


def shown_day(clock: Clock) -> str:
    """A clock's due date as lists and files show it: the day before rolling beside it, and whether it is provisional."""
    rolled = f"（顺延前 {clock.raw_due_on}）" if clock.raw_due_on != clock.due_on else ""
    return f"{clock.due_on}{rolled}{'（暂定）' if clock.provisional else ''}"


def _left(clock: Clock, today: date) -> str:
    if clock.state is ClockState.SUSPENDED:
        return "已中止"
    if clock.state is not ClockState.RUNNING:
        return f"{clock.stopped_on}止"
    left = days_left(clock.due_on, today)
    if left < 0 and not clock.duty:
        return "已过（权利）"
    return f"{left} 日" if left >= 0 else f"超 {-left} 日"


def why_lines(session: Session, clock: Clock) -> list[str]:
    """Say why a clock is due on its day: start, rule and article, days skipped, rolls, versions, times it stood still."""
    return [*clock.why, *suspension_lines(session, clock)]


def _why_rows(session: Session, petition: Petition, clock: Clock) -> list[ShownRow]:
    head = f"{clock.number} {rule_of(petition, clock).label}"
    lines = why_lines(session, clock)
    return [{"期限": "" if number else head, "说明": line} for number, line in enumerate(lines)]


def _letter_rows(session: Session, petition: Petition) -> list[ShownRow]:
    query = select(OutboxMessage).where(OutboxMessage.petition_id == petition.id).order_by(col(OutboxMessage.id))
    return [
        {
            "函件": row_for(message.letter).subject,
            "文号": message.letter_no or "",
            "收件": message.addressee,
            "状态": message.state.label,
            "发出": _moment(message.sent_at) if message.state is MessageState.SENT else "",
        }
        for message in session.exec(query)
    ]


def _timeline(session: Session, petition: Petition, units: dict[int | None, str]) -> list[ShownRow]:
    query = select(CaseEvent).where(CaseEvent.petition_id == petition.id).order_by(col(CaseEvent.seq))
    ladder = {one.key: one.label for one in pack_of(petition).ladder}
    return [
        {
            "序": event.seq,
            "时间": _moment(event.occurred_at),
            "事项": f"{event.event.label}{_limit_of(event, ladder)}",
            "单位": units.get(event.dispatch_id, ""),
            "经办": f"{event.actor_role.label} {event.actor_code}".strip(),
            "核验": _known_by(event, petition),
            "补录": "是" if legal_day(event.occurred_at) != legal_day(event.recorded_at) else "",
        }
        for event in session.exec(query)
    ]


def _known_by(event: CaseEvent, petition: Petition) -> str:
    """Say by what a person's act is known to be his own, and whether a signature is wanting.

    Nothing of the system's acts, which need no proof, and of those from before proofs were kept.
    """
    if event.proof is None or event.actor_role is Role.SYSTEM:
        return ""
    login = event.facts.get("login")
    said = [f"{event.proof.label}{f'（{login}）' if login else ''}"]
    if lacks_signature(event.event, petition.petition_class, event.actor_role, event.proof):
        said.append("未经签批核验")
    return "，".join(said)


def _limit_of(event: CaseEvent, ladder: dict[str, str]) -> str:
    """Say which limit an event is about, which rung of its ladder was taken, and whether an objection came late."""
    facts = event.facts
    clocks = [facts["clock"]] if isinstance(facts.get("clock"), int) else facts.get("clocks", [])
    numbers = [str(one["clock"] if isinstance(one, dict) else one) for one in clocks]
    said = [ladder[rung] for rung in (facts.get("step"),) if rung in ladder and event.event is Event.ESCALATE]
    said += [LATE] if is_late(event) else []
    said += [f"期限 {'、'.join(numbers)}"] if numbers else ["未涉及逾期期限"] if event.event is Event.ESCALATE else []
    return f"（{'，'.join(said)}）" if said else ""


def _moment(instant: Any) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if instant else ""


def form_description(
    session: Session, petition: Petition, dispatch: Dispatch | None, step: Step, *, today: date, refusal: str | None
) -> str:
    """Write what a person sees above a form: why the last answer was not taken, who may decide, upon what, and the case."""
    summary = _summary(session, petition)
    head = f"## {step.label} {petition.number or '草稿'}"
    if dispatch is not None:
        organ = session.get(Organ, dispatch.organ_id)
        head += f" → {on_markdown(organ.name) if organ else ''}（{dispatch.role.label}）"
    parts = [f"> **上一次填写没有被采用：{on_markdown(refusal)}**" if refusal else "", head]
    parts.append(f"**{on_markdown(shown_title(petition))}**")
    parts.append("可办理：" + on_markdown(awaited(session, petition, step, today=today).text))
    parts.append(upon_markdown(decided_upon(session, petition, dispatch, step), subject_of(petition, dispatch)))
    parts.append(_bullets({name: text for name, text in summary.items() if name != "等待"}))
    shares = dispatches_of(session, petition)
    if clocks := [clock_row(clock, petition, shares, today) for clock in clocks_of(session, petition) if clock.state in ON_FOOT]:
        parts.append(_table([{key: row[key] for key in ("序号", "期限", "派件", "届满", "余", "依据")} for row in clocks]))
    return "\n\n".join(part for part in parts if part)


def _bullets(items: dict[str, str]) -> str:
    return "\n".join(f"- {name}：{on_markdown(text)}" for name, text in items.items() if name not in ("编号", "标题"))


def _table(rows: list[ShownRow]) -> str:
    heads = list(rows[0])
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join(on_markdown(str(row[head])) for head in heads) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _reasons(rows: list[ShownRow]) -> str:
    lines = [
        f"- **{on_markdown(row['期限'])}**\n  - {on_markdown(row['说明'])}" if row["期限"] else f"  - {on_markdown(row['说明'])}"
        for row in rows
    ]
    return "\n".join(lines)
