"""The commands that run the stack: up, demo, migrate."""

from pathlib import Path
from typing import Annotated

import typer

from desk.cli.output import say, spoken, table
from desk.wall_time import now


@spoken
def migrate_command() -> None:
    """把业务数据库升级到本版本。"""
    from tasks.backup.restore import refuse_unfinished
    from tasks.keeping.database import database
    from tasks.keeping.schema import migrate
    from tasks.keeping.settings import settings
    from tasks.sweeping.backfilled_limits import complete_limits

    refuse_unfinished(settings())
    migrate(database())
    with database().write() as session:
        started = complete_limits(session, as_of=now())
    say("业务数据库已是最新版本" + (f"，为在办件补建期限 {started} 个" if started else ""))


@spoken
def up_command(
    demo: Annotated[bool, typer.Option("--demo", help="启动后放入八件示范信访件，停在不同环节")] = False,
    roster: Annotated[Path | None, typer.Option(help="启动前载入的单位和人员名册（TOML）")] = None,
) -> None:
    """启动全套服务：业务数据库、流程引擎、工作进程；Ctrl-C 停止。"""
    from desk.stack.whole import Stack

    try:
        with Stack(say) as stack:
            stack.start(roster=roster)
            if demo:
                from desk.demo.driver import show_demo

                show_demo(say)
            stack.tell_addresses()
            stack.watch()
    except KeyboardInterrupt:
        say("已停止")


@spoken
def demo_command(keep: Annotated[bool, typer.Option("--keep", help="不清空上一次的示范数据")] = False) -> None:
    """把八件示范信访件从登记办到归档，打印结果后退出（不影响正式数据）。"""
    from desk.demo.driver import run_demo

    raise SystemExit(run_demo(say, table, fresh=not keep))
