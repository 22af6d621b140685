"""Whatever is installed with the package may be used in it: no GPL of any kind, and each licence is stated."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import yaml
from packaging.requirements import Requirement

import kg

ROOT = Path(__file__).resolve().parent.parent
FREE = re.compile(
    r"MIT|BSD|W3C|Apache|ISC|MPL|Mozilla|PSF|Python Software|HPND|Public Domain|Unlicense|Zlib|CC0|0BSD|Boost|BSL", re.IGNORECASE
)  # fmt: skip


def licences(name: str) -> str:
    """What a distribution says of its licence, in whichever of the three ways."""
    told = metadata.metadata(name)
    classifiers = [line for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    return " ; ".join([told.get("License-Expression", ""), told.get("License", "")[:200], *classifiers])


def installed(requirements: list[str]) -> set[str]:
    """The distributions that requirements bring here, those of theirs included."""
    waiting, found = [Requirement(one) for one in requirements], set()
    while waiting:
        one = waiting.pop()
        if one.name in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        found.add(one.name)
        waiting += [Requirement(text) for text in metadata.requires(one.name) or []]
    return found


def bound(said: str) -> bool:
    """Whether a licence is of the GPL's kind, with no other to choose."""
    choices = re.split(r"\bOR\b", said)
    return all(re.search(r"GPL|General Public", one) for one in choices)


def test_every_dependency_may_be_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = {name: licences(name) for name in sorted(installed(project["dependencies"]))}
    assert len(found) > 40
    assert {name: said for name, said in found.items() if not FREE.search(said)} == {}
    assert {name: said for name, said in found.items() if bound(said)} == {}


def test_the_citation_is_that_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(citation)
    assert citation["license"] == "MIT" and citation["version"] == kg.__version__
    bibtex = (ROOT / "docs" / "citing.md").read_text(encoding="utf-8")
    assert f"version = {{{kg.__version__}}}" in bibtex and citation["authors"][0]["name"] in bibtex
