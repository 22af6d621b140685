"""What a shell offers to complete; quick, so without whatever reads texts or graphs."""

from collections.abc import Sequence

import typer

from kg.errors import KgError

VIEWS = (
    "alliances", "claims", "conflict", "contested", "ego", "mediation", "mediators", "offices", "signed", "timeline",
)  # fmt: skip
FORMATS = ("casualties", "events", "ftm", "jsonld", "nanopubs", "neo4j", "stix")
LEVELS = ("actor", "side")
MEASURES = ("degree", "betweenness", "communities", "brokers")


def queries(incomplete: str) -> list[str]:
    """Names of saved queries, the user's own among them."""
    from kg.resources import layers

    try:
        places = layers("queries")
    except KgError:  # a folder that is not there is named when the command runs
        return []
    return _beginning(sorted({path.stem for place in places for path in place.glob("*.rq")}), incomplete)


def views(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of views, as the first word of a call."""
    return [] if ctx.params.get("words") else _beginning(VIEWS, incomplete)


def formats(incomplete: str) -> list[str]:
    """Names of export formats."""
    return _beginning(FORMATS, incomplete)


def levels(incomplete: str) -> list[str]:
    """Levels of a view."""
    return _beginning(LEVELS, incomplete)


def measures(incomplete: str) -> list[str]:
    """Measures of a view's actors."""
    return _beginning(MEASURES, incomplete)


def predicates(incomplete: str) -> list[str]:
    """Relations, the user's own among them."""
    from kg import ontology

    try:
        return _beginning(sorted(ontology.load().properties), incomplete)
    except KgError:
        return []


def _beginning(names: Sequence[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
