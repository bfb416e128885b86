"""All commands of ``xinfang`` with their help, and what is said when a command line is wrong."""

import sys

import typer

from desk.cli import cases, clear, papers
from desk.cli.automations import automations_app
from desk.cli.backups import backup_command, restore_command
from desk.cli.calendars import calendar_app
from desk.cli.due import due
from desk.cli.help import speak_chinese
from desk.cli.ledger import import_command
from desk.cli.limits import clock_app, clocks_command
from desk.cli.reconciling import reconcile_command
from desk.cli.running import demo_command, migrate_command, up_command
from desk.cli.simulate import simulate_command
from desk.cli.usage import explain_usage

app = typer.Typer(
    name="xinfang",
    help="信访办：市人大常委会信访件办理系统",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("up")(up_command)
app.command("demo")(demo_command)
app.command("migrate")(migrate_command)
app.command("roster")(cases.roster_command)
app.command("import")(import_command)
app.command("list")(cases.list_command)
app.command("show")(cases.show_command)
app.command("decide")(cases.decide_command)
app.command("read")(clear.read_command)
app.command("paper")(clear.paper_command)
app.command("correct")(cases.correct_command)
app.command("disclose")(clear.disclose_command)
app.command("attach")(papers.attach_command)
app.command("letters")(papers.letters_command)
app.command("due")(due)
app.command("clocks")(clocks_command)
app.add_typer(clock_app, name="clock")
app.add_typer(calendar_app, name="calendar")
app.add_typer(automations_app, name="automations")
app.command("simulate")(simulate_command)
app.command("verify")(cases.verify_command)
app.command("reconcile")(reconcile_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)


def run() -> None:
    """Read the command line, run its command, and end with its code."""
    speak_chinese()
    try:
        app(standalone_mode=False)
    except typer.Exit as ended:
        sys.exit(ended.exit_code)
    except typer.Abort:
        sys.stderr.write("已取消\n")
        sys.exit(130)
    except Exception as misuse:  # click's own usage errors
        sys.stderr.write(f"{explain_usage(misuse)}\n")
        sys.exit(2)
