"""The only place where flows ask what time it is."""

from datetime import datetime

import pendulum

from rules.zone import SHANGHAI


def now() -> datetime:
    """This instant, aware, in Asia/Shanghai."""
    return datetime.fromtimestamp(pendulum.now("UTC").timestamp(), tz=SHANGHAI)
