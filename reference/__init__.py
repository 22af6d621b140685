"""What makes the documentation: the pages that are generated, and the site."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pages() -> dict[str, str]:
    """The generated files of the documentation by their path in the checkout."""
    from kg import queries
    from reference import code, ontology

    return {
        "docs/queries.md": queries.manual(),
        "docs/ontology.md": ontology.page(),
        "docs/ontology.svg": ontology.diagram(),
        "docs/calls.md": code.calls(),
        "docs/api.md": code.api(),
    }
