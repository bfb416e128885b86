"""The table of kill points: at which moments of a run, in which turns of a life, the worker is killed."""

from dataclasses import dataclass

from trials.faults.life import Turn


@dataclass(frozen=True)
class Moment:
    """One moment at a seam (``trials/faults/kill_seams.py``), and in which kinds of turn it comes up."""

    seam: str
    words: str
    where: str = "always"
    """``always``, ``waits`` (the run waits again), ``ends`` (the run comes to its end), ``counts`` (not when refused)."""

    def comes_up_in(self, turn: Turn) -> bool:
        """Say whether a turn passes this moment."""
        return {"always": True, "waits": not turn.ends, "ends": turn.ends, "counts": not turn.refused}[self.where]


MOMENTS = (
    Moment("running:before", "the run is taken from the queue"),
    Moment("running:after", "the flow is entered"),
    Moment("event:before", "the answer is decided, before the commit", "counts"),
    Moment("event:after", "the answer is committed", "counts"),
    Moment("round:after", "the next round is open, its form not written yet", "waits"),
    Moment("paused:before", "the form is written, before it is handed over with Paused", "waits"),
    Moment("paused:after", "the form and Paused were accepted", "waits"),
    Moment("end:before", "the case has ended, before that is noted", "ends"),
    Moment("end:after", "the end is noted, before Completed is proposed", "ends"),
    Moment("completed:after", "Completed was accepted, the last form forgotten", "ends"),
)

REGISTERING = (
    Moment("running:before", "the run is taken from the queue"),
    Moment("running:after", "the flow is entered"),
    Moment("draft:before", "the paper is sealed, before the commit"),
    Moment("draft:after", "the draft is on file, names still in the run"),
    Moment("event:before", "the number is given, before the commit"),
    Moment("event:after", "the petition is registered"),
    Moment("end:after", "the end is noted, before Completed is proposed"),
    Moment("completed:after", "Completed was accepted"),
)
"""Moments of the run that registers a paper."""

STARTING = (
    Moment("start:before", "the pump claimed a petition, before it starts its run"),
    Moment("start:after", "the pump started a run, before its id is noted"),
)

SENDING = (
    Moment("lease:after", "letters are leased, none is sent"),
    Moment("letter:after", "a letter is sent, before that is noted"),
    Moment("sent:after", "a letter is sent and noted, others of its batch are not"),
)

WAKING = (
    Moment("claim:after", "the desk decided, the pump claimed the petition"),
    Moment("running:after", "the desk decided, the pump entered the run"),
)
