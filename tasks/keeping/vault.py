"""The vault: sealing personal text, finding it again by keyed hash, and signing the record."""

import hashlib
import hmac
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from rules.errors import CaseworkError
from tasks.keeping.secret_file import read_or_make
from tasks.keeping.settings import Settings, settings


class VaultError(CaseworkError):
    """The keys are missing, damaged, or not those that sealed this text."""


class Vault:
    """Seals with the newest key, opens with any; digests and signatures use keys derived from the oldest.

    The oldest key stays in the list for good: it carries the keyed hashes and the event chain.
    """

    def __init__(self, keys: list[str]) -> None:
        """Take the Fernet keys, newest first; raises ``VaultError`` for none or a malformed one."""
        from cryptography.fernet import Fernet, MultiFernet  # here and below: a list opens nothing and starts without it

        if not keys:
            raise VaultError("没有密钥：请设置 XINFANG_KEYS 或恢复密钥文件")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise VaultError("密钥格式不正确，请从备份恢复密钥文件") from error
        root = keys[-1].encode()
        self._digest_key = hmac.digest(root, b"digest", hashlib.sha256)
        self._chain_key = hmac.digest(root, b"chain", hashlib.sha256)
        self.fingerprints = tuple(hmac.digest(key.encode(), b"fingerprint", hashlib.sha256).hex() for key in keys)
        """One keyed digest a key, newest first: tells keys apart and reveals none."""

    def seal(self, text: str) -> str:
        """Encrypt a text for a sealed column."""
        return self._fernet.encrypt(text.encode()).decode()

    def seal_facts(self, facts: dict[str, Any]) -> str:
        """Encrypt facts as JSON."""
        return self.seal(json.dumps(facts, ensure_ascii=False, sort_keys=True))

    def seal_bytes(self, content: bytes) -> bytes:
        """Encrypt a paper."""
        return self._fernet.encrypt(content)

    def open(self, sealed: str) -> str:
        """Decrypt a sealed text."""
        return self.open_bytes(sealed.encode()).decode()

    def open_facts(self, sealed: str) -> dict[str, Any]:
        """Decrypt sealed facts."""
        facts: dict[str, Any] = json.loads(self.open(sealed))
        return facts

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt a sealed paper; raises ``VaultError`` when none of the keys fits."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise VaultError("现有密钥无法解开这项内容，请检查密钥文件是否与数据库配套") from error

    def digest(self, text: str) -> str:
        """Hash a normalised text so that the same text is found again and nothing is revealed."""
        normalised = "".join(text.split()).upper()
        return hmac.new(self._digest_key, normalised.encode(), hashlib.sha256).hexdigest()

    def sign(self, text: str) -> str:
        """Sign a line of the record."""
        return hmac.digest(self._chain_key, text.encode(), "sha256").hex()  # in one call: it is made for every row of a file


def read_or_make_keys(path: Path) -> list[str]:
    """Read the key file, or make one that only its owner can read."""
    from cryptography.fernet import Fernet

    return read_or_make(path, lambda: Fernet.generate_key().decode() + "\n").split()


def key_path(chosen: Settings) -> Path:
    """Where the key file is, or would be made."""
    return chosen.key_file or chosen.home / "keys.txt"


def keys_at_hand(chosen: Settings) -> list[str]:
    """The keys of the environment or of the key file, newest first; empty when there are none. Makes none."""
    if keys := chosen.keys.get_secret_value():
        return keys.replace(",", " ").split()
    path = key_path(chosen)
    return path.read_text().split() if path.exists() else []


def vault_for(chosen: Settings) -> Vault:
    """Make the vault from the environment's keys or from the key file."""
    return Vault(keys_at_hand(chosen) or read_or_make_keys(key_path(chosen)))


@lru_cache
def vault() -> Vault:
    """The process's vault."""
    return vault_for(settings())
