"""README.md keeps its word: its commands exist, its Python runs, and its tables are what comes out.

A fenced block `python` is run as it stands. A block `console` is a call and its output, in which a line `...` stands
for any number of lines. A block `sparql` is the file that its first line names.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
QUERIES = [text for kind, text in BLOCKS if kind == "sparql"]
CALLS = [text for kind, text in BLOCKS if kind == "console"]


@pytest.fixture
def place(seeds_graph: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like the checkout after `make demo`."""
    (tmp_path / "seeds").symlink_to(root / "seeds")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "graph.ttl").write_bytes(seeds_graph.read_bytes())
    for text in QUERIES:
        (tmp_path / text.partition("\n")[0].removeprefix("# ")).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(root))
    return tmp_path


@pytest.mark.parametrize("code", [text for kind, text in BLOCKS if kind == "python"])
def test_the_python_runs(code: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102 - our own README
    assert "Turkey supports Azerbaijan" in capsys.readouterr().out


@pytest.mark.parametrize("text", CALLS)
def test_the_calls_print_what_they_say(text: str, place: Path) -> None:
    call, _, promised = text.partition("\n")
    assert call.startswith("$ kg ")
    done = subprocess.run(
        [sys.executable, "-m", "kg", *shlex.split(call)[2:]], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + r"\n" for line in promised.splitlines()
    )
    assert re.fullmatch(pattern, done.stdout), done.stdout


def test_there_is_a_call_and_some_python() -> None:
    assert CALLS
    assert any(kind == "python" for kind, _ in BLOCKS)


def test_the_table_of_commands_is_complete() -> None:
    import typer

    from kg.cli import app

    described = set(re.findall(r"^\| `kg (\w+)", README, re.MULTILINE))
    assert described == set(typer.main.get_command(app).commands)


def test_what_it_links_to_exists(root: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert targets
    assert [target for target in targets if not (root / target).exists()] == []


def test_the_targets_of_make_exist(root: Path) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake (\w+)", README))
    assert {"demo", "test"} <= named
    assert [name for name in sorted(named) if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []
