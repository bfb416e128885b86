"""The one account of the engine's API: who may ask it, and where the password is kept."""

import secrets
from pathlib import Path

from rules.errors import CaseworkError
from tasks.keeping.secret_file import read_or_make
from tasks.keeping.settings import settings

USER = "xinfang"
FILE = "engine-password.txt"


class EngineAccessError(CaseworkError):
    """The password of the engine's API is missing or cannot be used."""


def password_file() -> Path:
    """Where the account stands when no password is set: one line, as the engine's page asks for it."""
    return settings().home.resolve() / FILE


def auth_string(*, make: bool = False) -> str:
    """The account as ``name:password``; ``make`` makes a password where none was set or made yet.

    Raises ``EngineAccessError`` where there is none, or where it holds what the engine cannot compare.
    """
    if chosen := settings().engine_password.get_secret_value():
        return _checked(f"{USER}:{chosen}", "设置 XINFANG_ENGINE_PASSWORD")
    path = password_file()
    if not make and not path.exists():
        raise EngineAccessError(f"没有流程引擎的密码（{path}）：请先启动 xinfang up，或检查 XINFANG_HOME")
    return _checked(read_or_make(path, lambda: f"{USER}:{secrets.token_urlsafe(18)}\n").strip(), f"文件 {path}")


def _checked(account: str, where: str) -> str:
    name, colon, password = account.partition(":")
    if name != USER or not colon or not password or not account.isascii() or not account.isprintable():
        raise EngineAccessError(f"{where} 中的流程引擎密码不可用：应为“{USER}:密码”，密码只能用英文字母、数字和符号")
    return account
