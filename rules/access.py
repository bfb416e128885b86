"""Access: who may read what of a case.

One table: how a reader stands to a case, and for each kind of text whether he sees it. A cell is one value and none widens
another; whoever stands in no row sees nothing, not even that there is such a case.
"""

from dataclasses import dataclass

from models.vocabulary.case import Flag, PetitionClass
from models.vocabulary.labelled import Labelled
from models.vocabulary.people import Role


class TextKind(Labelled):
    """A kind of sealed text of a case file."""

    PEOPLE = "people", "信访人姓名"
    IDENTITY = "identity", "证件号码、电话、住址"
    CONTENT = "content", "来信内容"
    ACCUSED = "accused", "被反映人"
    OPINIONS = "opinions", "拟办、审批意见"
    REASONS = "reasons", "决定的理由"
    OBJECTIONS = "objections", "单位的异议"
    EXTENSIONS = "extensions", "延期申请"
    REPORTS = "reports", "办结报告"
    TOLD = "told", "对信访人的答复"
    NOTES = "notes", "办理记录"
    LETTERS = "letters", "函件"
    PAPERS = "papers", "附件"


class Tie(Labelled):
    """How a reader stands to a case."""

    OFFICE = "office", "信访办工作人员"
    ENTRUSTED = "entrusted", "检举控告件的受托人"
    UNIT = "unit", "承办单位"
    ACCUSED = "accused", "被反映单位及其上级、承继单位"
    STRANGER = "stranger", "与该件无关的人员"


class Sight(Labelled):
    """How much of a kind of text is seen: all of it, what concerns the reader's own share, or nothing."""

    ALL = "all", "全部"
    OWN = "own", "限本单位的一份"
    NOTHING = "nothing", "不可查阅"


ALL_OF_IT = dict.fromkeys(TextKind, Sight.ALL)
NOTHING_OF_IT = dict.fromkeys(TextKind, Sight.NOTHING)

SIGHTS: dict[Tie, dict[TextKind, Sight]] = {
    Tie.OFFICE: ALL_OF_IT,
    Tie.ENTRUSTED: ALL_OF_IT,
    # Its letter tells a unit of the matter and of the people; what the office thinks of it, and what others report, is not its own.
    Tie.UNIT: NOTHING_OF_IT
    | {
        TextKind.REASONS: Sight.OWN,
        TextKind.OBJECTIONS: Sight.OWN,
        TextKind.EXTENSIONS: Sight.OWN,
        TextKind.REPORTS: Sight.OWN,
        TextKind.LETTERS: Sight.OWN,
    },
    Tie.ACCUSED: NOTHING_OF_IT,
    Tie.STRANGER: NOTHING_OF_IT,
}


@dataclass(frozen=True, kw_only=True)
class CaseSituation:
    """What there is to be read: its class (nothing before screening), whether it names somebody accused, whether it has ended."""

    petition_class: PetitionClass | None = None
    accuses: bool = False
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who wants to read.

    ``took_part``: has decided a step of it, or registered or drafted it. ``put_before``: it waits for a decision in just
    this capacity. ``accused``: belongs to the accused unit or to one that took over from it; ``above_accused``: to one above
    that. ``has_share``: belongs to a unit that holds a share of it.
    """

    role: Role
    took_part: bool = False
    put_before: bool = False
    accused: bool = False
    above_accused: bool = False
    has_share: bool = False


def is_secret(petition_class: PetitionClass | None, *, accuses: bool) -> bool:
    """Say whether lists and pages keep a matter's title and people to themselves (条例 第三十条第三款).

    A paper that names somebody accused may be an accusation until it is screened, and is kept like one.
    """
    return petition_class is PetitionClass.ACCUSATION or (petition_class is None and accuses)


def tie_between(reader: Reader, case: CaseSituation) -> Tie:
    """Say how a reader stands to a case.

    An accusation is seen only by those to whom it is entrusted: the director, who took part in it, and before whom it is put
    (办公室设定); never by the accused, nor by units above them (条例 第三十条第三款 forbids to tell the accused).
    """
    secret = is_secret(case.petition_class, accuses=case.accuses)
    if secret and (reader.accused or (reader.above_accused and reader.role is Role.LIAISON)):
        return Tie.ACCUSED
    if reader.role is Role.LIAISON:
        return Tie.UNIT if reader.has_share else Tie.STRANGER
    if secret:
        return Tie.ENTRUSTED if _is_entrusted(reader, case) else Tie.STRANGER
    return Tie.OFFICE if _is_at_work_on(reader, case) else Tie.STRANGER


def _is_entrusted(reader: Reader, case: CaseSituation) -> bool:
    if reader.role is Role.DIRECTOR or reader.put_before:
        return True
    if reader.role is Role.CLERK and case.petition_class is None:
        return True  # somebody has to read it to say that it is an accusation
    return reader.took_part and reader.role in (Role.CLERK, Role.VICE_CHAIR, Role.CHAIRS_MEETING)


def _is_at_work_on(reader: Reader, case: CaseSituation) -> bool:
    if reader.role is Role.CHAIRS_MEETING:
        return reader.put_before or reader.took_part
    if reader.role is Role.ARCHIVIST:
        return case.ended
    return reader.role in (Role.CLERK, Role.DIRECTOR, Role.VICE_CHAIR)


def sight_of(tie: Tie, kind: TextKind) -> Sight:
    """Say how much of a kind of text somebody sees."""
    return SIGHTS[tie][kind]


def sees_anything(tie: Tie) -> bool:
    """Say whether there is anything that somebody may see."""
    return any(sight is not Sight.NOTHING for sight in SIGHTS[tie].values())


def shows_petitioner(petition_class: PetitionClass | None, flags: frozenset[Flag], *, to_self: bool) -> bool:
    """Say whether a paper may name the petitioner.

    Towards anybody else an accuser's name stays with the office (条例 第三十条第三款), and so does the name of whoever
    asked for confidence.
    """
    return to_self or not (petition_class is PetitionClass.ACCUSATION or Flag.CONFIDENTIAL in flags)
