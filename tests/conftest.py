"""What all tests share."""

import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A shell that runs the tests in the background has Ctrl-C ignored, and so would the commands that the tests send it to.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """A mark for each row of the table of faults in docs/store.md: `pytest -m row_08`."""
    for row in range(1, 34):
        config.addinivalue_line("markers", f"row_{row:02}: acceptance test of row {row} in docs/store.md")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def seeds_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of seeds/ as a Turtle file, built once."""
    from kg.run import build

    graph = tmp_path_factory.mktemp("seeds") / "graph.ttl"
    report = build([ROOT / "seeds"], graph)
    assert not report.skipped
    return graph
