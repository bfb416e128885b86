"""The commands of every day start without what they do not use, and mean what the whole parser says that they mean."""

import subprocess
import sys

import pytest
from typer.main import get_command

from desk.cli.app import app
from desk.cli.plain import GRAMMARS, arguments, plain_call
from tests.conftest import ROOT
from trials.harness.office import Office

HEAVY = (
    "typer",
    "click",
    "rich",
    "pydantic_settings",
    "dotenv",
    "apprise",
    "pendulum",
    "dateutil",
    "httpx",
    "jinja2",
    "openpyxl",
    "alembic",
    "fastapi",
    "starlette",
    "prefect",
    "flows",
    "engine",
)
"""What takes long to import and serves other commands only."""
SCREENED = ("--set", "经办人工号=Z01", "--set", "信访事项类别=申诉求决", "--set", "内容分类=城乡建设/物业服务")
TELL = """
import sys
from desk.cli.main import main
sys.argv = ["xinfang", *sys.argv[1:]]
main()
print(*sorted({name.split(".")[0] for name in sys.modules} | {name for name in sys.modules if name.startswith("tasks.")}))
"""


def imported_by(*words: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", TELL, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        pytest.param(("list",), {"cryptography", "tasks.forms"}, id="a list"),
        pytest.param(("list", "--json"), {"cryptography", "tasks.forms"}, id="a list for programs"),
        pytest.param(("show", "XF-2026-0001"), {"tasks.forms"}, id="a file, whose names have to be unsealed"),
        pytest.param(("decide", "XF-2026-0001", *SCREENED), {"tasks.reading"}, id="a decision, which has a form"),
    ],
)
def test_a_command_imports_nothing_in_vain(office: Office, words: tuple[str, ...], unused: set[str]) -> None:
    office.register()
    assert imported_by(*words) & {*HEAVY, *unused} == set()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("list", id="bare"),
        pytest.param("list --json --overdue", id="switches"),
        pytest.param("list --stage 办理 --unit=住建局 --limit 5", id="values, in both forms"),
        pytest.param("list --stage 办理 --stage 答复", id="a value given twice"),
        pytest.param("list --unit=", id="an empty value"),
        pytest.param("list --unit=甲=乙", id="a value with an equals sign"),
        pytest.param("show XF-2026-0001", id="an argument"),
        pytest.param("show --json XF-2026-0001", id="an argument after a switch"),
        pytest.param("decide XF-2026-0001", id="an argument that may be left out"),
        pytest.param("decide XF-2026-0001/1 待签收 --answer answer.json", id="a file"),
        pytest.param("decide --set 签收=签收 XF-2026-0001 --set=理由=无 sign_in", id="a list, in both forms, between arguments"),
    ],
)
def test_a_plain_line_means_what_the_parser_reads_in_it(line: str) -> None:
    name, *words = line.split()
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    read = command.make_context(name, list(words)).params
    plain = arguments(GRAMMARS[name], words)
    assert plain is not None
    assert {key: str(value) for key, value in plain.items()} == {key: str(read[key]) for key in plain}
    assert {key for key in read if key not in plain and read[key]} <= {"limit"}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("", id="no command"),
        pytest.param("--help", id="help"),
        pytest.param("list --help", id="help of a command"),
        pytest.param("verify", id="another command"),
        pytest.param("lst", id="a command that there is not"),
        pytest.param("list --jsn", id="an option that there is not"),
        pytest.param("list --json=yes", id="a switch with a value"),
        pytest.param("list --stage", id="an option without its value"),
        pytest.param("list --stage --json", id="an option where a value belongs"),
        pytest.param("list --limit 0", id="a number that is too small"),
        pytest.param("list --limit ten", id="words where a number belongs"),
        pytest.param("list extra", id="an argument too many"),
        pytest.param("show", id="a missing argument"),
        pytest.param("show -- XF-2026-0001", id="the end of options"),
        pytest.param("show -", id="a lonely dash"),
    ],
)
def test_every_other_line_is_left_to_the_parser(line: str) -> None:
    assert plain_call(line.split()) is None


def test_the_plain_words_are_all_words_of_their_command() -> None:
    for name, grammar in GRAMMARS.items():
        options = {*grammar.switches, *grammar.values, *grammar.lists}
        known = {word for parameter in get_command(app).commands[name].params for word in parameter.opts}  # type: ignore[attr-defined]
        assert options == {word for word in known if word.startswith("--")}
