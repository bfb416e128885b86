"""Refusals: expected answers to a wrong request, in words that a clerk can act on.

CaseworkError
├── TransitionRefusedError   the lifecycle does not allow this change now
├── AnswerRefusedError       a form's answer cannot be taken as it is
├── CalendarError, PackError, DeadlineError   a file of rules or a date that cannot be computed
└── UnknownCaseError         no petition, unit, officer or paper goes by that name
"""


class CaseworkError(Exception):
    """A refusal whose message is one Chinese sentence for the person who asked."""


class TransitionRefusedError(CaseworkError):
    """The lifecycle, a guard or a role does not allow this change now; nothing was changed."""


class AnswerRefusedError(CaseworkError):
    """A form was filled in such a way that it cannot be applied; nothing was changed."""


class UnknownCaseError(CaseworkError):
    """The named petition, unit, officer or paper does not exist."""
