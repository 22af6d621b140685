"""The Python in the documentation gives what it says."""

import doctest
from pathlib import Path

import pytest


# rdflib uses it itself.
@pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")
@pytest.mark.parametrize("name", ["extractors.md", "python.md"])
def test_the_examples_run(name: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seeds").symlink_to(root / "seeds")
    monkeypatch.chdir(tmp_path)
    done = doctest.testfile(str(root / "docs" / name), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert done.attempted > 5 and done.failed == 0
