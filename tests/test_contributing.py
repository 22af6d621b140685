"""CONTRIBUTING.md keeps its word: its change holds, its sentence is misread without it, and what it calls exists."""

import re
import tomllib
from pathlib import Path

from kg import frames
from kg.examples import differences
from kg.frames import Example

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    """The only fenced block of a kind."""
    [found] = re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return found


def test_the_change_does_what_it_says(tmp_path: Path) -> None:
    sentence, other = (
        Example("aids", one["text"], tuple(one["yields"])) for one in tomllib.loads(block("toml"))["example"]
    )
    assert sentence.text in TEXT.partition("Say how English says it")[0]
    assert differences(sentence) == (sentence.yields, ())
    assert differences(other) == ((), ())
    path = tmp_path / "aids.toml"
    path.write_text(block("toml"), encoding="utf-8")
    pattern, *examples = frames.read(path)
    assert "extend" in pattern.lemmas and examples == [sentence, other]


def test_the_targets_of_make_exist() -> None:
    named = set(re.findall(r"\bmake (\w+)", TEXT))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"demo", "test", "docs", "site"} <= named
    assert [name for name in sorted(named) if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []
