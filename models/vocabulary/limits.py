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


class StepFate(Labelled):
    """What became of one step of a clock's ladder."""

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
