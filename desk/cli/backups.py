"""The commands that make a backup, check one, and restore one."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.cli.output import REFUSED, fail, say, spoken
from desk.wall_time import now

if TYPE_CHECKING:
    from rich.progress import TaskID

    from tasks.backup.container import BackupProgress, Manifest
    from tasks.backup.making import MadeBackup
    from tasks.backup.restore import Restored

MOST_SHOWN = 20
HOME_HELP = "恢复到哪个主目录（须为空，可先放密钥文件）；不填则用 XINFANG_HOME"


@spoken
def backup_command(
    target: Annotated[Path, typer.Argument(metavar="位置", help="备份文件，或放备份文件的文件夹")],
    with_keys: Annotated[bool, typer.Option("--with-keys", help="连同密钥一起备份（拿到备份的人就能读全部内容）")] = False,
    check: Annotated[bool, typer.Option("--check", help="不备份，只校验这一份备份是否完好")] = False,
) -> None:
    """备份业务数据库和加密材料，办公不停；或用 --check 校验一份备份。"""
    if check:
        _check(target)
        return
    from tasks.backup.making import make_backup
    from tasks.keeping.database import database
    from tasks.keeping.settings import settings

    with _Bar() as progress:
        made = make_backup(database(), settings(), target, as_of=now(), with_keys=with_keys, progress=progress)
    _tell_made(made)
    if missing := made.manifest.missing:
        _list("缺少", [f"papers/{digest[:2]}/{digest}" for digest in missing])
        fail(f"备份已做成，但数据库登记的材料有 {len(missing)} 份不在主目录里，请从更早的备份找回后再备份一次", REFUSED)


@spoken
def restore_command(
    backup: Annotated[Path, typer.Argument(metavar="备份", help="备份文件")],
    home: Annotated[Path | None, typer.Option("--home", help=HOME_HELP)] = None,
    send_letters: Annotated[
        bool,
        typer.Option(
            "--send-letters/--hold-letters", help="备份时待发的函件：照常发出，或者留待核对（默认；备份之后可能已经发出）"
        ),
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="不恢复，只校验这一份备份是否完好")] = False,
) -> None:
    """把备份恢复到空的主目录和空的数据库，升级到本版本并核验；中断后可再运行一次。"""
    if check:
        _check(backup)
        return
    from tasks.backup.restore import restore
    from tasks.keeping.database import database
    from tasks.keeping.settings import settings

    _move_to(home)
    with _Bar() as progress:
        found = restore(backup, database(), settings(), as_of=now(), hold=not send_letters, progress=progress)
    _tell_restored(found, settings().home)
    if found.findings:
        _list("核验", [f"{one.number}{f' 第 {one.seq} 条' if one.seq else ''}：{one.problem}" for one in found.findings])
        fail(f"已恢复，但核验发现 {len(found.findings)} 处问题，请先查明（见 runbook）再启动", REFUSED)


def _move_to(home: Path | None) -> None:
    """Let the whole process work in another home."""
    from tasks.keeping.home import forget_home

    if home is not None:
        os.environ["XINFANG_HOME"] = str(home.resolve())
        forget_home()


def _check(path: Path) -> None:
    from tasks.backup.container import check_backup
    from tasks.backup.making import fits
    from tasks.keeping.settings import settings
    from tasks.keeping.vault import Vault, keys_at_hand

    with _Bar() as progress:
        checked = check_backup(path, progress)
    _tell(checked.manifest)
    keys = keys_at_hand(settings())
    if not keys:
        say("密钥：手头没有密钥，只校验了内容是否完好")
    elif not fits(Vault(keys), checked.manifest):
        fail("备份完好，但现有密钥打不开它，恢复时须换上备份时的密钥文件")
    elif Vault(keys).sign(checked.text) != checked.signature:
        fail("备份的清单不是用现有密钥签的，备份可能被人改动，请换一份可信的备份")
    else:
        say("密钥：现有密钥可以打开这份备份")
    say(f"备份 {path.name} 完好，共 {len(checked.manifest.files)} 个文件")


def _tell(manifest: "Manifest") -> None:
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[manifest.database]
    say(f"备份时间 {manifest.made_at:%Y-%m-%d %H:%M:%S}，{kind}，版本 {manifest.version}，数据库结构 {manifest.revision}")
    say(f"信访件 {manifest.petitions} 件，记录 {manifest.events} 条，材料 {manifest.papers} 份")


def _tell_made(made: "MadeBackup") -> None:
    from tasks.keeping.settings import settings
    from tasks.keeping.vault import key_path

    _tell(made.manifest)
    say(f"已备份到 {made.path}（{made.size} 字节）")
    where = "环境变量 XINFANG_KEYS" if settings().keys.get_secret_value() else str(key_path(settings()).resolve())
    if made.manifest.with_keys:
        say("注意：这份备份里有密钥，谁拿到它就能读到全部信访人信息，请像密钥一样锁存")
    else:
        say(f"密钥不在备份里，在 {where}：请另外抄存，不要和备份放在一起；没有密钥，备份谁也读不出来")


def _tell_restored(found: "Restored", home: Path) -> None:
    manifest = found.checked.manifest
    _tell(manifest)
    say(
        f"已恢复到 {home}：信访件 {found.petitions} 件，记录 {found.events} 条，材料 {manifest.papers} 份，核验发现 {len(found.findings)} 处问题"
    )
    if manifest.missing:
        say(f"其中 {len(manifest.missing)} 份材料备份时就不在，请从更早的备份或纸质原件补上")
    if found.held:
        say(
            f"{found.held} 份函件备份之后可能已经发出，没有自动发送：用 xinfang letters 逐份核对，未发的用 --retry 重发，已发的用 --handed-over 注明"
        )
    for fault in found.faults[:MOST_SHOWN]:
        say(f"到期步骤未能办理，一小时后自动再试：{fault}")
    say(
        f"{manifest.made_at:%Y-%m-%d %H:%M:%S} 之后的登记和办理不在备份里，之后用过的编号会重新使用：请按纸质登记簿、发文簿补录核对后，再登记新件"
    )
    if not found.findings:
        say(f"下一步：XINFANG_HOME={home} xinfang up")


def _list(head: str, lines: list[str]) -> None:
    for line in lines[:MOST_SHOWN]:
        say(f"{head}：{line}")
    if len(lines) > MOST_SHOWN:
        say(f"{head}：另有 {len(lines) - MOST_SHOWN} 项")


class _Bar:
    """Progress on the error stream, one line for each part of the work."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        console = Console(stderr=True)
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._parts: dict[str, TaskID] = {}

    def __enter__(self) -> "BackupProgress":
        return self._show

    def _show(self, what: str, done: int, total: int | None) -> None:
        self._bar.start()  # no sooner: what cannot be done gets its sentence only
        if what not in self._parts:
            self._parts[what] = self._bar.add_task(what, total=None)
        self._bar.update(self._parts[what], completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        if self._bar.live.is_started:
            self._bar.stop()
