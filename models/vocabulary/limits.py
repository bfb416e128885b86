"""The coded words of limits: whose they are, whether they run, how a unit is urged; standard library only."""

from models.vocabulary.labelled import Labelled


class ClockOwner(Labelled):
    """Whose limit a clock is."""

    OFFICE = "office", "信访办"
    HANDLER = "handler", "承办单位"
    PETITIONER = "petitioner", "信访人"
    UPSTREAM = "upstream", "来函机关"
    UNIT = "unit", "其他机关（复查、复核、反馈）"


class ClockState(Labelled):
    """Whether a clock still runs."""

    RUNNING = "running", "计时中"
    SUSPENDED = "suspended", "已中止"
    STOPPED = "stopped", "已停止"
    VOID = "void", "作废"


class RungFate(Labelled):
    """What became of one rung of a clock's ladder."""

    ACTED = "acted", "已办"
    BY_HAND = "by_hand", "已由人工办理"
    OVERTAKEN = "overtaken", "已被后一步取代"


class PauseGround(Labelled):
    """Why a clock was suspended."""

    HEARING = "hearing", "听证时间"
    OTHER = "other", "其他（须写明法律依据）"


class UrgingWay(Labelled):
    """How a unit was urged."""

    PHONE = "phone", "电话催办"
    LETTER = "letter", "书面催办"


class StartsFrom(Labelled):
    """The recorded day from which a limit counts; ``ACT`` is the day of whatever starts it."""

    SUBMISSION = "submission", "提交登记之日"
    RECEIPT = "receipt", "收信日期"
    UNIT_RECEIPT = "unit_receipt", "签收日期"
    DELIVERY = "delivery", "送达日期"
    ACT = "act", "事由发生之日"


class Whose(Labelled):
    """What a limit hangs on: the petition itself, one unit's share of it, or whichever it was started for."""

    PETITION = "petition", "信访件"
    SHARE = "share", "派件"
    EITHER = "either", "信访件或者派件"


class Exemption(Labelled):
    """A circumstance under which a limit does not exist."""

    HISTORIC = "historic", "历史件"
    ANONYMOUS = "anonymous", "匿名件"
    LITIGATION = "litigation", "涉法涉诉件"
    OWN_ANSWER = "own_answer", "没有承办单位的"
    REFERRAL = "referral", "不要求报结果的（转送）"
    OWN_LIMIT = "own_limit", "函件自定期限的"
    OBJECTED = "objected", "已提出过异议的"


class GivenBy(Labelled):
    """Who sets the last day of a limit, where somebody does."""

    LETTER = "letter", "交办函"
    UPSTREAM = "upstream", "来函"
    MEETING = "meeting", "协调会"
    PROMISE = "promise", "催办时的承诺"
