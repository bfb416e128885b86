"""The forms of closure: closing, archiving, reviews, and undoing an attachment."""

from models.vocabulary.case import Event, Settlement, State
from models.vocabulary.limits import PauseGround
from models.vocabulary.papers import Retention
from models.vocabulary.people import Role
from rules.errors import TransitionRefusedError
from tasks.casework import closure, reviews, screening, suspending
from tasks.forms import choices as c
from tasks.forms.base import Coded, Form, StepForm, asked, read_word
from tasks.limits.clocks import ON_FOOT
from tasks.record.act import Act
from tasks.record.cases import Case, clocks_of


class CloseForm(Form):
    """The director's signature under the closing checklist (结案审批单)."""

    choice: Coded[c.CloseChoice] = asked("结案审批", 1, default=...)
    settlement: Coded[Settlement] = asked("化解情况", 2, default=Settlement.UNKNOWN)
    opinion: str = asked("意见", 3, "退回补充答复的必填")


def apply_closing(case: Case, answer: CloseForm, act: Act) -> None:
    """Close, or send back for a better answer."""
    if answer.choice is c.CloseChoice.CLOSE:
        settlement = None if answer.settlement is Settlement.UNKNOWN else answer.settlement
        closure.close(case, act=act, opinion=answer.opinion, settlement=settlement)
    else:
        closure.return_to_delivery(case, act=act, reason=answer.opinion)


class ArchiveForm(Form):
    """What follows when a petition is closed."""

    choice: Coded[c.ArchiveChoice] = asked("处理", 1, default=c.ArchiveChoice.ARCHIVE)
    retention: str = asked("保管期限", 2, "永久、30年、10年或不归档；留空按规则定")
    reason: str = asked("说明", 3, "认定终结的必填")


def apply_archiving(case: Case, answer: ArchiveForm, act: Act) -> None:
    """Archive, open a review, or mark as final."""
    if answer.choice is c.ArchiveChoice.ARCHIVE:
        retention = read_word(Retention, answer.retention) if answer.retention else None
        closure.archive(case, act=act, retention=retention)
    elif answer.choice is c.ArchiveChoice.FINALIZE:
        reviews.finalize(case, act=act, reason=answer.reason)
    else:
        reviews.request_review(case, act=act, again=answer.choice is c.ArchiveChoice.RE_REVIEW)


class ReviewForm(Form):
    """The result of a review or re-review by the higher organ, or a hearing on the way to it."""

    choice: Coded[c.ReviewChoice] = asked("事项", 1, default=c.ReviewChoice.CONCLUDE)
    result: str = asked("复查（复核）意见", 2, "维持、撤销、变更或责令重办，并写明要点；听证的，写明听证安排")


def apply_review(case: Case, answer: ReviewForm, act: Act) -> None:
    """Put the result on file, or let the time of a hearing not count (条例 第三十六条第二款)."""
    again = case.state is State.RE_REVIEWING
    if answer.choice is not c.ReviewChoice.CONCLUDE:
        _hearing(case, answer, act, "re_review" if again else "review")
        return
    reviews.conclude_review(case, act=act, result=answer.result, again=again)


def _hearing(case: Case, answer: ReviewForm, act: Act, key: str) -> None:
    clocks = clocks_of(case.session, case.petition)
    found = [clock.number for clock in clocks if clock.rule_key == key and clock.state in ON_FOOT]
    if not found:
        raise TransitionRefusedError("没有正在计时的复查、复核期限")
    if answer.choice is c.ReviewChoice.HEARING:
        suspending.suspend_clock(case, found[-1], act=act, reason=answer.result, basis="", ground=PauseGround.HEARING)
    else:
        suspending.resume_clock(case, found[-1], act=act, reason=answer.result)


class DetachForm(Form):
    """What becomes of a repeat that was attached to its first petition."""

    choice: Coded[c.DetachChoice] = asked("处理", 1, default=c.DetachChoice.ARCHIVE)
    reason: str = asked("撤销并案的理由", 2)


def apply_detachment(case: Case, answer: DetachForm, act: Act) -> None:
    """Archive the repeat with its first petition, or let it go its own way again."""
    if answer.choice is c.DetachChoice.ARCHIVE:
        closure.archive(case, act=act, retention=Retention.NOT_FILED)
    elif act.actor.role is not Role.DIRECTOR:
        raise TransitionRefusedError("撤销并案须由信访办主任办理")
    else:
        screening.detach(case, act=act, reason=answer.reason)


CLOSE = StepForm(CloseForm, apply_closing)


ARCHIVE_EVENTS = {
    c.ArchiveChoice.ARCHIVE: Event.ARCHIVE,
    c.ArchiveChoice.FINALIZE: Event.FINALIZE,
    c.ArchiveChoice.REVIEW: Event.REQUEST_REVIEW,
    c.ArchiveChoice.RE_REVIEW: Event.REQUEST_RE_REVIEW,
}


DETACH_EVENTS = {c.DetachChoice.ARCHIVE: Event.ARCHIVE, c.DetachChoice.DETACH: Event.DETACH}


ARCHIVE = StepForm(ArchiveForm, apply_archiving, lambda answer: ARCHIVE_EVENTS[answer.choice])


REVIEW_EVENTS = {c.ReviewChoice.HEARING: Event.SUSPEND_CLOCK, c.ReviewChoice.HEARD: Event.RESUME_CLOCK}


REVIEW = StepForm(ReviewForm, apply_review, lambda answer: REVIEW_EVENTS.get(answer.choice))


DETACH = StepForm(DetachForm, apply_detachment, lambda answer: DETACH_EVENTS[answer.choice])
