"""docs/notebook.ipynb runs from top to bottom and gives what it shows. Read as JSON and run here: a kernel would need sockets."""

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTEBOOK = json.loads((DOCS / "notebook.ipynb").read_text(encoding="utf-8"))
CELLS = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def run(source: str, names: dict[str, Any]) -> tuple[str, Any]:
    """What a cell prints, and the value of the expression at its end."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "notebook", "exec"), names)  # noqa: S102 - our own notebook
        value = eval(compile(ast.Expression(last.value), "notebook", "eval"), names) if last else None  # noqa: S307
    return printed.getvalue(), value


def shown(cell: dict[str, Any]) -> str:
    """What a cell shows in the file."""
    [output] = cell["outputs"]
    return "".join(output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"])


def test_it_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "corpus").symlink_to(DOCS / "corpus")
    monkeypatch.chdir(tmp_path / "docs")
    names: dict[str, Any] = {"__name__": "__main__"}
    compared = 0
    for cell in CELLS:
        printed, value = run("".join(cell["source"]), names)
        if cell["outputs"]:
            assert (printed or repr(value)) == shown(cell), "".join(cell["source"])
            compared += 1
        else:
            assert 'title="alliances"' in value._repr_html_()
    assert compared == len(CELLS) - 1


def test_it_is_a_notebook_of_version_4() -> None:
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in NOTEBOOK["cells"]}) == len(NOTEBOOK["cells"])
    assert all({"cell_type", "id", "metadata", "source"} <= set(cell) for cell in NOTEBOOK["cells"])
    assert all({"execution_count", "outputs"} <= set(cell) for cell in CELLS)
