"""Strangers at the engine's door, and thieves with its disk: neither gets anything."""

import socket
from base64 import b64encode
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from prefect.client.schemas.objects import State
from prefect.states import Scheduled
from sqlalchemy import create_engine, text
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from desk.stack.clear_text import Search, search_clear_text
from desk.wall_time import now
from models.types import SEAL_MARK
from models.vocabulary.case import Step
from tasks.keeping.engine_access import auth_string
from tasks.keeping.settings import settings
from trials.harness.engine import Engine

pytestmark = pytest.mark.engine
FILTER = ("POST", "/flow_runs/filter")
SUBMITTED = {"name": "欧阳封存甲", "phone": "13900007701", "id_number": "11010519491231007X", "address": "封存里七十七号"}
WRITTEN = {
    "content": "封存的来信内容一",
    "accused": "上官被告乙",
    "representatives": "司徒代表丙",
    "co_signers": "尉迟联名己",
    "proxy": "公孙代理庚",
    "email": "sealed@example.test",
}
REFUSED, TAKEN, WRONG = "未被采用的经办文字", "已被采用的经办文字", "皇甫错填丁"
SCREENED = {"petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}


def basic(account: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(account.encode()).decode()}"}


def ask(method: str, path: str, account: str = "", **headers: str) -> httpx.Response:
    sent = (basic(account) if account else {}) | headers
    return httpx.request(method, f"{settings().api_url}{path}", headers=sent, json={} if method == "POST" else None, timeout=30)


def token_of(client: str) -> dict[str, str]:
    token = ask("GET", f"/csrf-token?client={client}", auth_string()).json()["token"]
    return {"Prefect-Csrf-Client": client, "Prefect-Csrf-Token": token}


class TestTheDoor:
    @pytest.mark.parametrize("request_", [("GET", "/admin/version"), FILTER, ("GET", "/csrf-token?client=a")], ids=lambda r: r[1])
    @pytest.mark.parametrize("account", ["", "xinfang:", "xinfang:wrong", "admin:pass"])
    def test_without_the_account_nothing_is_answered(self, engine: Engine, request_: tuple[str, str], account: str) -> None:
        assert ask(*request_, account, **token_of("clerk")).status_code == 401

    def test_whoever_has_neither_account_nor_token_is_refused(self, engine: Engine) -> None:
        assert ask(*FILTER).status_code == 403  # the token is asked for first

    def test_with_the_account_questions_are_answered(self, engine: Engine) -> None:
        assert ask("GET", "/admin/version", auth_string()).status_code == 200

    def test_health_is_told_to_anybody(self, engine: Engine) -> None:
        assert ask("GET", "/health").json() is True

    def test_a_change_needs_a_token_of_the_same_client(self, engine: Engine) -> None:
        own = token_of("clerk")
        given: dict[str, dict[str, str]] = {
            "none": {},
            "wrong": own | {"Prefect-Csrf-Token": "made-up"},
            "another's": own | {"Prefect-Csrf-Client": "x"},
            "right": own,
        }
        answers = {case: ask(*FILTER, auth_string(), **headers).status_code for case, headers in given.items()}
        assert answers == {"none": 403, "wrong": 403, "another's": 403, "right": 200}

    @pytest.mark.parametrize(("host", "allowed"), [("127.0.0.1", True), ("localhost", True), ("evil.example", False)])
    def test_only_our_own_pages_may_ask_from_a_browser(self, engine: Engine, host: str, allowed: bool) -> None:
        origin = f"http://{host}:{settings().prefect_port}"
        answer = ask("OPTIONS", "/flow_runs/filter", Origin=origin, **{"Access-Control-Request-Method": "POST"})
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is allowed
        assert answer.headers.get("Access-Control-Allow-Origin") != "*"

    def test_the_server_is_there_for_this_machine_alone(self, engine: Engine) -> None:
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", settings().prefect_port), 5):
            pass

    @pytest.mark.parametrize("path", ["/events/in", "/events/out", "/logs/out", "/task_runs/subscriptions/scheduled"])
    @pytest.mark.parametrize("token", ["", "xinfang:wrong", None], ids=["no token", "a wrong token", "no greeting"])
    def test_a_websocket_without_the_account_is_closed(self, engine: Engine, path: str, token: str | None) -> None:
        with pytest.raises((ConnectionClosed, InvalidStatus)) as closed:
            greet(path, token)
        assert "1000" not in str(closed.value)

    def test_a_websocket_with_the_account_is_welcome(self, engine: Engine) -> None:
        assert greet("/events/out", auth_string()) == {"type": "auth_success"}


def greet(path: str, token: str | None) -> Any:
    url = settings().api_url.replace("http", "ws", 1) + path
    with connect(url, subprotocols=None if token is None else ["prefect"], proxy=None) as sock:  # type: ignore[list-item]
        if token is not None:
            sock.send(orjson.dumps({"type": "auth", "token": token}).decode())
        return orjson.loads(sock.recv(timeout=10))


class TestTheHome:
    def test_everything_in_it_is_its_owners_alone(self, engine: Engine) -> None:
        home = settings().home
        assert home.stat().st_mode & 0o777 == 0o700
        found = [path for path in home.rglob("*") if not path.name.endswith(("-wal", "-shm"))]
        assert {"keys.txt", "engine-password.txt", "server.log", "worker.log"} <= {path.name for path in found}
        assert [f"{path.name} {path.stat().st_mode:o}" for path in found if path.stat().st_mode & 0o077] == []

    def test_no_log_repeats_the_password(self, engine: Engine) -> None:
        password = auth_string().partition(":")[2].encode()
        assert [path.name for path in (settings().home / "logs").iterdir() if password in path.read_bytes()] == []


def raw(query: str) -> list[Any]:
    """Read the engine's database past the engine."""
    chosen = settings()
    url = chosen.prefect_database_url.replace("+asyncpg", "+psycopg") or f"sqlite:///{chosen.home / 'prefect' / 'prefect.db'}"
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(text(query)).scalars())
    engine.dispose()
    return found


def look(secrets: list[str], *known: str) -> Search:
    return search_clear_text(settings(), {secret: secret for secret in secrets}, known)


class TestTheDisk:
    def test_forms_and_answers_never_stand_in_clear_text(self, engine: Engine) -> None:
        """From a form to a letter: a petition, an answer that was refused, one that was taken, a paper to be corrected."""
        title = "反映封存检验"
        number = engine.registered(title=title, channel="来访", **SUBMITTED, **WRITTEN)
        _, mark = engine.answer(number, Step.SCREEN, "L-SZJ", **SCREENED, reason=REFUSED)
        engine.waiting(number, Step.SCREEN, after_round=mark.round)
        engine.answer(number, Step.SCREEN, "Z01", **SCREENED, reason=TAKEN)
        engine.answer(number, Step.PROPOSE, "Z01", way="交办", lead="市住建局", opinion=TAKEN)
        engine.waiting(number, Step.APPROVE)
        engine.until(
            engine.submit_intake(name=WRONG, officer=WRONG, content=WRONG, flags=WRONG, upstream_due_on=WRONG).id, "待更正"
        )
        found = look([*SUBMITTED.values(), *WRITTEN.values(), REFUSED, TAKEN, WRONG], title)
        assert found.leaks == ()
        assert {"casework.petition", "prefect.artifact"} <= set(found.controls)  # both databases were really read
        assert found.files > 5 or settings().database_url

    def test_a_form_waits_for_its_worker_sealed(self, engine: Engine) -> None:
        """A run that no worker has taken yet, which our flows cannot have scrubbed."""
        deployment = engine.client.read_deployment_by_name("intake/intake")
        form = {
            "officer": "Z01",
            "channel": "来信",
            "receipt_on": now().date().isoformat(),
            "title": "未取件题名",
            "name": "独孤未取戊",
        }
        state: State[Any] = Scheduled(scheduled_time=now() + timedelta(days=3))
        run = engine.client.create_flow_run_from_deployment(deployment.id, parameters={"form": form}, state=state)
        try:
            assert look(["独孤未取戊", "未取件题名"], str(run.id)).leaks == ()
            (stored,) = raw(f"SELECT parameters FROM flow_run WHERE id = '{run.id}'")
            assert SEAL_MARK in str(stored)[:8]
            assert engine.client.read_flow_run(run.id).parameters == {"form": form}
        finally:
            engine.client.delete_flow_run(run.id)

    def test_every_form_and_every_set_of_parameters_is_a_seal(self, engine: Engine) -> None:
        engine.registered()
        inputs, parameters = raw("SELECT value FROM flow_run_input"), raw("SELECT parameters FROM flow_run")
        stored = [str(value).strip('"') for value in [*inputs, *parameters]]
        assert [value for value in stored if value != "{}" and not value.startswith(SEAL_MARK)] == []
        assert len([value for value in stored if value.startswith(SEAL_MARK)]) > 3
