"""What we lean on in the engine without its promise: named, explained, and looked at before anything starts.

A ``Hook`` only uses such parts; a ``Patch`` changes them. When a new version of the engine has lost or changed one,
the process that needs it refuses to start and says which, instead of failing later, or silently doing without.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, ClassVar

import prefect

from rules.errors import CaseworkError


class PatchError(CaseworkError):
    """The installed engine is not the one that a patch was made for."""

    def __init__(self, name: str, reason: str) -> None:
        """Name the patch and what it did not find."""
        super().__init__(
            f"流程引擎 Prefect {prefect.__version__} 与补丁 {name} 不合（{reason}）："
            "请执行 make setup 装回 requirements.txt 所定的版本后重新启动"
        )


class Hook(ABC):
    """Parts of the engine on which something of ours stands, though nobody has promised them."""

    name: ClassVar[str]
    why: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    """Names as ``module:path``."""

    def check(self) -> None:
        """Raise ``PatchError`` when a name is gone, or stands for something that behaves otherwise."""
        for need in self.needs:
            try:
                found(need)
            except (ImportError, AttributeError):
                raise PatchError(self.name, f"没有 {need}") from None
        try:
            differences = list(self.differences())
        except Exception as fault:
            raise PatchError(self.name, f"{type(fault).__name__}: {fault}") from fault
        if differences:
            raise PatchError(self.name, "；".join(differences))

    def differences(self) -> Iterable[str]:
        """In which ways that which is needed behaves otherwise than we take for granted; looks, and changes nothing."""
        return ()


class Patch(Hook):
    """A change that we make to the engine in this process."""

    @abstractmethod
    def apply(self) -> None:
        """Make the change; ``check`` comes first."""


def found(need: str) -> Any:
    """What a name ``module:path`` stands for; raises ``ImportError`` or ``AttributeError``."""
    module, _, path = need.partition(":")
    thing: Any = import_module(module)
    for part in path.split("."):
        thing = getattr(thing, part)
    return thing


def takes(function: Callable[..., Any], *parameters: str) -> Iterable[str]:
    """A difference when a function's parameters are not just these, in this order."""
    if (given := tuple(inspect.signature(inspect.unwrap(function)).parameters)) != parameters:
        yield f"{function.__qualname__} 的参数是 {', '.join(given)}"


def accepts(function: Callable[..., Any], *keywords: str) -> Iterable[str]:
    """A difference for each keyword that a function does not accept."""
    known = inspect.signature(function).parameters
    return (f"{function.__qualname__} 不接受 {keyword}" for keyword in keywords if keyword not in known)


def mentions(function: Callable[..., Any], *names: str) -> Iterable[str]:
    """A difference for each name that a function's code does not use."""
    used = inspect.unwrap(function).__code__.co_names
    return (f"{function.__qualname__} 不再用 {name}" for name in names if name not in used)
