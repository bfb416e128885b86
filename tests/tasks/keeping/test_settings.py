"""Settings come from the environment, then from ``.env``, then from their defaults."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.vocabulary.people import Role
from tasks.keeping.settings import Settings, settings


@pytest.fixture
def read(home: Path) -> Iterator[Callable[..., Settings]]:
    with pytest.MonkeyPatch.context() as patch:

        def reading(file: str = "", **variables: str) -> Settings:
            patch.chdir(home)
            patch.delenv("XINFANG_HOME")
            (home / ".env").write_text(file, encoding="utf-8")
            for name, value in variables.items():
                patch.setenv(name, value)
            settings.cache_clear()
            return settings()

        yield reading


@pytest.mark.parametrize(
    ("file", "variables", "field", "value"),
    [
        pytest.param("", {}, "number_prefix", "XF", id="the default, when nothing is said"),
        pytest.param("XINFANG_NUMBER_PREFIX=甲", {}, "number_prefix", "甲", id="the file"),
        pytest.param(
            "XINFANG_NUMBER_PREFIX=甲", {"XINFANG_NUMBER_PREFIX": "乙"}, "number_prefix", "乙", id="the environment first"
        ),
        pytest.param("xinfang_number_prefix=甲", {}, "number_prefix", "甲", id="small letters are the same"),
        pytest.param(
            '# 说明\nexport XINFANG_OFFICE_PHONE="12 34" # 电话', {}, "office_phone", "12 34", id="quotes, remarks, export"
        ),
        pytest.param("NUMBER_PREFIX=甲", {}, "number_prefix", "XF", id="without our prefix it is not ours"),
        pytest.param("XINFANG_UNKNOWN=1\nOTHER=2", {}, "number_prefix", "XF", id="what there is no setting for is left alone"),
        pytest.param("", {"XINFANG_WORKER_POLL": "PT1.5S"}, "worker_poll", timedelta(seconds=1.5), id="a span of time"),
        pytest.param("", {"XINFANG_OFFICE_OPENS": "09:15"}, "office_opens", time(9, 15), id="a time of day"),
        pytest.param("", {"XINFANG_ALLOW_REMOTE": "true"}, "allow_remote", True, id="yes or no"),
        pytest.param("", {"XINFANG_REFERRAL_APPROVER": "vice_chair"}, "referral_approver", Role.VICE_CHAIR, id="a role"),
    ],
)
def test_a_setting_is_read(
    read: Callable[..., Settings], file: str, variables: dict[str, str], field: str, value: object
) -> None:
    assert getattr(read(file, **variables), field) == value


def test_a_setting_that_makes_no_sense_is_refused_by_name(read: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError, match="worker_threads"):
        read(XINFANG_WORKER_THREADS="0")
