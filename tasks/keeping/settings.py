"""Every choice that a province, a city or an office may make differently: one class, one prefix."""

import os
from collections.abc import Mapping
from datetime import time, timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from models.vocabulary.people import Role

PREFIX = "XINFANG_"
ENV_FILE = Path(".env")


class Settings(BaseModel):
    """The settings, read from ``XINFANG_*`` in the environment or in ``.env``."""

    home: Path = Field(default=Path("var"), description="Where the database, keys, papers and logs live")
    database_url: str = Field(default="", description="Casework database; empty: SQLite under the home")
    keys: SecretStr = Field(default=SecretStr(""), description="Sealing keys, newest first; empty: key file")
    key_file: Path | None = Field(default=None, description="Key file; empty: keys.txt under the home")
    pg_bin: Path | None = Field(default=None, description="Folder of pg_dump and pg_restore; empty: found on the PATH")

    prefect_host: str = Field(default="127.0.0.1", description="Address the engine's server binds to")
    allow_remote: bool = Field(
        default=False, description="The server may bind to another address than loopback; only behind a TLS proxy"
    )
    prefect_port: int = Field(default=4200, description="Port of the engine's server and its pages")
    public_url: str = Field(
        default="", description="Address under which browsers reach the pages (the TLS proxy's); empty: host and port"
    )
    engine_password: SecretStr = Field(
        default=SecretStr(""), description="Password of the engine's API, user xinfang; empty: made once under the home"
    )
    prefect_database_url: str = Field(default="", description="The engine's own database; empty: SQLite")
    work_pool: str = Field(default="casework", description="Name of the work pool")
    worker_threads: int = Field(default=4, ge=1, description="Runs that one casework worker drives at once")
    worker_poll: timedelta = Field(default=timedelta(milliseconds=400), description="Pause between two looks for due runs")
    nudge_poll: timedelta = Field(
        default=timedelta(milliseconds=250), description="Pause between two looks for cases ahead of their run"
    )
    engine_watch: timedelta = Field(
        default=timedelta(seconds=20),
        description="Pause between two looks at how the engine is set up (deployments, schedules, pool); 0: never",
    )
    stuck_after: timedelta = Field(
        default=timedelta(seconds=60), description="How long a run may be under way before it counts as stuck"
    )
    sole_worker: bool = Field(
        default=False, description="This is the only worker: what is under way when it starts was left by the one before"
    )
    background_runs_kept: timedelta = Field(
        default=timedelta(days=1), description="How long the engine keeps completed runs of sweeps and outbox"
    )

    office_name: str = Field(default="市人大常委会信访办公室", description="The office's name on letters")
    office_short_name: str = Field(default="市人信", description="The office's short name in letter numbers")
    office_phone: str = Field(default="", description="The office's phone on letters")
    number_prefix: str = Field(default="XF", description="Prefix of petition numbers")
    pack: str = Field(default="npc_city", description="Rule pack in force here")
    pack_folder: Path | None = Field(default=None, description="A folder with the office's own rule packs")
    calendar_overlay: Path | None = Field(default=None, description="A file with the city's own holidays")
    roll_last_day: bool = Field(default=True, description="A last day on a rest day moves to the next working day")
    upstream_lead_days: int = Field(default=7, ge=0, description="Days before an upstream letter's limit that ours ends")
    group_visit_from: int = Field(default=5, ge=2, description="From how many people on a visit is a group visit")

    referral_approver: Role = Field(default=Role.DIRECTOR, description="Who approves a referral")
    assignment_approver: Role = Field(default=Role.VICE_CHAIR, description="Who approves an assignment")
    cross_department_approver: Role = Field(default=Role.CHAIRS_MEETING, description="Who approves a cross-department matter")
    other_approver: Role = Field(default=Role.DIRECTOR, description="Who approves every other way")
    district_via_congress: bool = Field(
        default=False, description="District bodies only together with the district's congress (沪 第三十条)"
    )
    office_opens: time = Field(default=time(8, 30), description="From when the ladder's messages may leave, on working days")
    office_closes: time = Field(default=time(17, 30), description="Until when the ladder's messages may leave")
    calendar_moves_earlier: bool = Field(
        default=False, description="A calendar that arrives later may also move a running due date earlier"
    )

    office_channel: SecretStr = Field(
        default=SecretStr(""), description="Apprise address of the office itself; empty: recorded only"
    )
    mail_channel: SecretStr = Field(
        default=SecretStr(""), description="Apprise mail address through which letters to mail addresses leave"
    )
    outbox_tries: int = Field(default=8, ge=1, description="Tries before a message waits for a person")
    outbox_first_pause: timedelta = Field(default=timedelta(seconds=30), description="Pause after the first failed try; doubles")
    outbox_lease: timedelta = Field(default=timedelta(minutes=5), description="How long a sender may hold a message")

    @property
    def casework_url(self) -> str:
        """The casework database's address in SQLAlchemy's words."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{self.home.resolve() / 'casework.db'}"

    @property
    def api_url(self) -> str:
        """The address of the engine's API."""
        return f"http://{self.prefect_host}:{self.prefect_port}/api"

    @property
    def ui_url(self) -> str:
        """The address of the engine's pages, where staff fill in forms."""
        return self.public_url.rstrip("/") or f"http://{self.prefect_host}:{self.prefect_port}"


@lru_cache
def settings() -> Settings:
    """Read the settings once a process; the environment goes before the file. Raises pydantic's ``ValidationError``."""
    return Settings.model_validate(_written(ENV_FILE) | _ours(os.environ))


def _written(file: Path) -> dict[str, str]:
    """What an ``.env`` file sets."""
    if not file.is_file():
        return {}
    from dotenv import dotenv_values  # only offices with such a file wait for its reader

    return _ours({name: value for name, value in dotenv_values(file, encoding="utf-8").items() if value is not None})


def _ours(variables: Mapping[str, str]) -> dict[str, str]:
    """The settings among variables, by field; capital or small letters are the same, as they are on Windows."""
    named = {name.upper(): value for name, value in variables.items() if name.upper().startswith(PREFIX)}
    return {name.removeprefix(PREFIX).lower(): value for name, value in named.items()}
