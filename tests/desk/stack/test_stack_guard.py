"""What the stack hands to the engine's parts, and where it refuses to start."""

import pytest

from desk.stack.supervisor import StackError
from desk.stack.whole import Stack, engine_environment
from tasks.keeping.engine_access import auth_string
from tasks.keeping.settings import settings


def start() -> None:
    settings.cache_clear()
    with Stack(lambda _line: None) as stack:
        stack.start()


@pytest.mark.usefixtures("home")
class TestAnAddressThatOtherMachinesReach:
    @pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", ""])
    def test_is_refused(self, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
        monkeypatch.setenv("XINFANG_PREFECT_HOST", host)
        with pytest.raises(StackError, match="XINFANG_ALLOW_REMOTE"):
            start()
        assert list(settings().home.iterdir()) == []

    def test_is_taken_when_somebody_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XINFANG_PREFECT_HOST", "192.0.2.7")  # for documentation: no machine has it
        monkeypatch.setenv("XINFANG_ALLOW_REMOTE", "true")
        with pytest.raises(StackError, match="端口"):
            start()


@pytest.mark.usefixtures("home")
class TestTheEngineIsTold:
    def test_the_account_on_both_sides(self) -> None:
        told = engine_environment()
        assert told["PREFECT_SERVER_API_AUTH_STRING"] == told["PREFECT_API_AUTH_STRING"] == auth_string()

    def test_to_ask_for_a_token_with_every_change(self) -> None:
        assert engine_environment()["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"

    @pytest.mark.parametrize(
        ("public", "origins", "api"),
        [
            ("", "http://127.0.0.1:4200,http://localhost:4200", "http://127.0.0.1:4200/api"),
            ("https://xf.example/", "https://xf.example,http://localhost:4200", "https://xf.example/api"),
        ],
        ids=["this machine", "behind a proxy"],
    )
    def test_which_pages_may_ask_and_where_they_find_it(
        self, monkeypatch: pytest.MonkeyPatch, public: str, origins: str, api: str
    ) -> None:
        monkeypatch.setenv("XINFANG_PUBLIC_URL", public)
        settings.cache_clear()
        told = engine_environment()
        assert (told["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"], told["PREFECT_SERVER_UI_API_URL"]) == (origins, api)
        assert told["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"


def test_the_way_to_the_password_is_told_and_not_the_password(home: object) -> None:
    said: list[str] = []
    password = auth_string(make=True).partition(":")[2]
    Stack(said.append).tell_addresses()
    assert [line for line in said if "engine-password.txt" in line and "xinfang:" in line]
    assert [line for line in said if password in line] == []
