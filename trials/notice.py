"""The notice of third-party licences, from what is pinned and installed: ``python -m trials.notice > NOTICE.txt``."""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
xinfang: third-party licences

The product runs with the packages below, each under its own licence. They are installed unchanged from a package
index and are not part of this repository; each brings its full licence text in its installed folder. Tools of
development and tests are left out.

Written by `make notice` from requirements.txt and the metadata of the installed packages.
"""
DUTIES = {
    "LGPL": "may be used by a program under any licence; whoever passes it on passes on its licence and source too, and leaves the"
    " recipient free to replace it by another version (which an ordinary Python package is).",
    "MPL": "only its own files are bound: whoever changes and passes them on publishes those files under the same licence.",
    "Artistic": "offered under either licence; taken here under the Artistic License, unchanged.",
}
"""What a licence asks of whoever passes the product on, where it is more than keeping its text."""
LONGEST = 40


class LicenceError(Exception):
    """A package names no licence: somebody has to look, and nothing may be guessed."""


@dataclass(frozen=True)
class Part:
    """One package that the product runs with."""

    name: str
    version: str
    licence: str

    @property
    def duty(self) -> str:
        """What is to be minded when it is passed on; mostly nothing."""
        return next((text for kind, text in DUTIES.items() if kind in self.licence), "")


def licence_of(package: Distribution) -> str:
    """The licence as its package states it: the expression, the short field, or the classifiers; raises ``LicenceError``."""
    told = package.metadata
    field, expression = ((told.get_all(name) or [""])[0] for name in ("License", "License-Expression"))
    classifiers = [line.split(" :: ")[-1] for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
    found = expression or " or ".join(classifiers) or (field if len(field) <= LONGEST else field.splitlines()[0])
    if not found:
        raise LicenceError(f"{told['Name']} names no licence")
    return found


def parts(root: Path = ROOT) -> list[Part]:
    """Every package that the product needs at run time, directly or not, by name."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    found = {canonicalize_name(one.metadata["Name"]): one for one in _needed(project["dependencies"])}
    return [Part(name, one.version, licence_of(one)) for name, one in sorted(found.items())]


def _needed(declared: list[str]) -> Iterator[Distribution]:
    wanted, seen = [Requirement(line) for line in declared], set[tuple[str, frozenset[str]]]()
    while wanted:
        one = wanted.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        package = distribution(one.name)
        yield package
        wanted += [more for line in package.requires or [] if _applies(more := Requirement(line), one.extras)]


def _applies(more: Requirement, extras: set[str]) -> bool:
    return more.marker is None or any(more.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def notice(found: list[Part]) -> str:
    """Write the notice."""
    width = max(len(f"{part.name} {part.version}") for part in found)
    lines = [f"{f'{part.name} {part.version}':<{width}}  {part.licence}" for part in found]
    duties = [f"{part.name} ({part.licence}): {part.duty}" for part in found if part.duty]
    return "\n".join([HEAD, *lines, "", "To be minded when the product is passed on:", "", *duties, ""])


if __name__ == "__main__":
    sys.stdout.write(notice(parts()))
