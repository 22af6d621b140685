"""What all tests share."""

import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A shell that runs the tests in the background has Ctrl-C ignored, and so would the commands that the tests send it to.
signal.signal(signal.SIGINT, signal.default_int_handler)


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
