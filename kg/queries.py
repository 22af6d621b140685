"""Saved queries: their headers, their parameters bound as RDF terms, and answers that people and programs can read."""

import csv
import difflib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    Store,
    Triple,
)

from kg import resources
from kg.errors import KgError, UsageError
from kg.naming import Term, entity, readable
from kg.sparql import check
from kg.turtle import KG, PREFIXES, iri, turtle

KINDS = ("entity", "predicate", "text", "integer", "date")
"""What a parameter may be: an entity by name or IRI, a property such as attacks, a text, a whole number, a date."""

_HEADER = re.compile(r"#\s*(title|description|group|param|example)\b\s*(.*)")
_PARAM = re.compile(r"(\w+)\s*:\s*(\w+)\s*(?:-\s*(.*))?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query may be narrowed by: one of KINDS; `default` as the VALUES line has it, UNDEF for any."""

    name: str
    kind: str
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query as saved: `name` is the file's name without ending, `text` the whole file.

    `example` is a row of an answer, as in the header `# example: one | other`.
    """

    name: str
    title: str
    description: str
    group: str
    parameters: tuple[Parameter, ...]
    example: tuple[str, ...]
    text: str
    path: Path


@dataclass(frozen=True, slots=True)
class Result:
    """An answer: `rows` are readable strings, `terms` the same cells as RDF terms (None where unbound).

    `triples` is what CONSTRUCT and DESCRIBE give; `answer` what ASK gives; `more`: whether a limit cut rows off.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    terms: tuple[tuple[Term | None, ...], ...]
    triples: tuple[Triple, ...] = ()
    answer: bool | None = None
    more: bool = False

    @property
    def graph(self) -> bool:
        """Whether this is the answer to CONSTRUCT or DESCRIBE."""
        return self.columns == ("subject", "predicate", "object") and not self.terms and self.answer is None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One statement between two entities, by labels; `date` is when it happened, `published` the document's date."""

    subject: str
    predicate: str
    object: str
    sentence: str
    document: str
    date: str | None
    attributed_to: tuple[str, ...]
    negated: bool
    hypothetical: bool
    confidence: float
    rule: str
    published: str | None
    statement: str


GROUPS = (
    "actors", "alliances", "mediation", "conflict", "agreements", "claims", "casualties", "offices", "places", "time",
    "evidence", "quality",
)  # fmt: skip
"""What the saved queries are about, in the order in which they are listed."""

# Finding and reading


def catalog() -> tuple[Query, ...]:
    """The saved queries, by group and name; the user's own among them, instead of shipped ones of the same name.

    >>> "alliances" in [query.name for query in catalog()]
    True
    """
    return _catalog(resources.layers("queries"))


@cache
def _catalog(places: tuple[Path, ...]) -> tuple[Query, ...]:
    files = {path.name: path for place in places for path in sorted(place.glob("*.rq"))}
    found = [read(files[name]) for name in sorted(files)]
    return tuple(sorted(found, key=lambda query: GROUPS.index(query.group) if query.group in GROUPS else len(GROUPS)))


@cache
def checks() -> tuple[Query, ...]:
    """The queries that must return nothing on a sound graph, by name."""
    return tuple(read(path) for path in sorted((resources.folder("queries") / "checks").glob("*.rq")))


def find(name: str) -> Query:
    """A saved query by its name, or the one in a .rq file."""
    if re.fullmatch(r"[\w-]+", name):  # without reading the others, which takes longer than most answers
        shipped, *mine = resources.layers("queries")
        for place in (*mine, shipped, shipped / "checks"):
            if (place / f"{name}.rq").is_file():
                return read(place / f"{name}.rq")
    if name.endswith(".rq") or "/" in name:
        return read(Path(name))
    known = [query.name for query in catalog()]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"saved queries: {', '.join(known)}"
    raise UsageError(f"no saved query is called {name!r}", hint)


def read(path: Path) -> Query:
    """The query in a file; its header is optional, its text must be a SPARQL query that only reads."""
    try:
        return parse(path.read_bytes(), path)
    except OSError as error:
        raise UsageError(f"cannot read the query {path}: {error.strerror}") from error


def parse(content: bytes, path: Path) -> Query:
    """The query in the bytes of a file; `path` names it in messages."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KgError(f"the query {path} is not UTF-8", "save it as UTF-8") from error
    header: dict[str, str] = {}
    parameters = []
    for number, line in enumerate(text.splitlines(), 1):
        entry = _HEADER.fullmatch(line.strip())
        if not line.startswith("#"):
            break
        if entry and entry[1] == "param":
            parameters.append(_parameter(entry[2], text, f"{path}, line {number}"))
        elif entry:
            header[entry[1]] = entry[2].removeprefix(":").strip()
    check(text, str(path))
    return Query(
        path.stem, header.get("title", path.stem), header.get("description", ""), header.get("group", ""),
        tuple(parameters), tuple(cell.strip() for cell in header.get("example", "").split("|")) if "example" in header else (),
        text, path,
    )  # fmt: skip


def _parameter(entry: str, text: str, where: str) -> Parameter:
    parts = _PARAM.fullmatch(entry)
    if not parts or parts[2] not in KINDS:
        kinds = ", ".join(KINDS)
        raise KgError(f"{where}: a parameter is written `# param name: kind - what it is`", f"kinds: {kinds}")
    lines = _values(parts[1]).findall(text)
    if len(lines) != 1:
        raise KgError(f"{where}: the query needs one line `VALUES ?{parts[1]} {{ UNDEF }}`")
    return Parameter(parts[1], parts[2], lines[0].strip(), parts[3] or "")


def _values(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?m)^[ \t]*VALUES[ \t]+\?{name}[ \t]*\{{([^{{}}\n]*)\}}")


# Asking


def run(
    query: Query, store: Store, params: Mapping[str, str] | None = None, limit: int | None = None, iris: bool = False
) -> Result:
    """Asks a query of a graph; `params` are values by the parameters' names, as a person would write them.

    `limit` and `iris` are those of `ask`.
    """
    return ask(bind(query, store, params or {}), store, limit, iris)


def ask(text: str, store: Store, limit: int | None = None, iris: bool = False) -> Result:
    """Asks SPARQL text, already checked, of a graph: at most the first `limit` rows; IRIs by their labels, or as such.

    `more` of the result says whether there were more rows.
    """
    readable = _bare if iris else _readable(store)
    try:
        found = store.query(text, base_iri=PREFIXES["id"], prefixes=PREFIXES)
        if isinstance(found, QueryBoolean):
            answer = bool(found)
            return Result(("answer",), ((str(answer).lower(),),), (), answer=answer)
        if isinstance(found, QuerySolutions):
            columns = tuple(variable.value for variable in found.variables)
            terms = tuple(tuple(solution[column] for column in columns) for solution in islice(found, limit))
            rows = tuple(tuple(readable(cell) for cell in row) for row in terms)
            return Result(columns, rows, terms, more=next(found, None) is not None)
        triples = tuple(sorted(set(found), key=str))
    except (SyntaxError, OSError, RuntimeError, ValueError) as error:
        raise KgError(f"the query failed: {error}") from error
    more = limit is not None and len(triples) > limit
    triples = triples[:limit]
    rows = tuple(tuple(readable(term) for term in (t.subject, t.predicate, t.object)) for t in triples)
    return Result(("subject", "predicate", "object"), rows, (), triples, more=more)


def _readable(store: Store) -> Callable[[Term | None], str]:
    return cache(lambda term: readable(term, store))


def _bare(term: Term | None) -> str:
    """A term as it is: an IRI in full."""
    if term is None:
        return ""
    return term.value if isinstance(term, Literal | NamedNode) else str(term)


def bind(query: Query, store: Store, params: Mapping[str, str]) -> str:
    """The query's text with values in the VALUES lines of its parameters, written by the RDF library, never pasted."""
    text = query.text
    kinds = {parameter.name: parameter.kind for parameter in query.parameters}
    for name, value in params.items():
        if name not in kinds:
            known = ", ".join(kinds) or "none"
            raise UsageError(f"the query {query.name} has no parameter {name!r}", f"it has: {known}")
        line = f"VALUES ?{name} {{ {_value(name, kinds[name], value, store)} }}"
        text = _values(name).sub(lambda _, line=line: line, text, count=1)  # type: ignore[misc]
    return text


def _value(name: str, kind: str, value: str, store: Store) -> Term:
    try:
        if kind == "entity":
            return entity(value, store)
        if kind == "predicate":
            return NamedNode(KG + value.removeprefix("kg:"))
        if kind == "integer":
            return Literal(int(value))
        if kind == "date" and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
            raise ValueError(value)
        return Literal(value)
    except ValueError as error:
        raise UsageError(f"the parameter {name} is no {kind}: {value!r}") from error


def explain(subject: str, obj: str, store: Store) -> tuple[Evidence, ...]:
    """Every statement between two entities, given by name or IRI, in either direction, in order of publication."""
    result = run(find("evidence"), store, {"one": subject, "other": obj})
    found: dict[str, Evidence] = {}
    for row, terms in zip(result.rows, result.terms, strict=True):
        cell = dict(zip(result.columns, row, strict=True))
        key = str(terms[result.columns.index("statement")])
        said = (*found[key].attributed_to, cell["said_by"]) if key in found else (cell["said_by"],)
        found[key] = Evidence(
            cell["subject"], cell["predicate"], cell["object"], cell["sentence"], cell["document"],
            cell["when"] or None, tuple(source for source in said if source), cell["negated"] == "true",
            cell["hypothetical"] == "true", float(cell["confidence"] or 1), cell["rule"], cell["published"] or None,
            key.strip("<>"),
        )  # fmt: skip
    return tuple(found.values())


# Writing


def format_result(result: Result, form: str) -> str:
    """The answer as `csv` or `tsv` (labels), `json` (SPARQL 1.1 results, full terms) or `ttl` (of a CONSTRUCT)."""
    if form == "ttl":
        if not result.graph:
            raise UsageError("only CONSTRUCT and DESCRIBE queries give Turtle", "use csv, tsv, json or table")
        return "".join(turtle(result.triples, PREFIXES))
    if form == "json":
        return _json(result)
    if form not in ("csv", "tsv"):
        raise UsageError(f"no such format: {form}", "use table, csv, tsv, json or ttl")
    return _separated((result.columns, *result.rows), "," if form == "csv" else "\t")


def _separated(rows: Iterable[tuple[str, ...]], separator: str) -> str:
    out = io.StringIO()
    if separator == "\t":  # a tab or a line break in a cell would break the table; quotes are not special in TSV
        rows = (tuple(re.sub(r"[\t\r\n]+", " ", cell) for cell in row) for row in rows)
        return "".join("\t".join(row) + "\n" for row in rows)
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _json(result: Result) -> str:
    if result.answer is not None:
        return json.dumps({"head": {}, "boolean": result.answer}) + "\n"
    cells = result.terms or tuple((t.subject, t.predicate, t.object) for t in result.triples)
    bindings = [
        {column: _json_term(cell) for column, cell in zip(result.columns, row, strict=True) if cell is not None}
        for row in cells
    ]
    document = {"head": {"vars": list(result.columns)}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _json_term(term: Term) -> dict[str, object]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts.items()}}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    if term.datatype.value == iri("xsd:string"):
        return {"type": "literal", "value": term.value}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


# The manual


def manual() -> str:
    """A page of the documentation on all saved queries, in Markdown, made of their headers."""
    lines = [
        "# Saved queries", "",
        "Made from the headers of `queries/*.rq`; `make docs` writes it anew. Each is run as `kg query NAME GRAPH`, with",
        "`--param name=value` for its parameters; without a parameter it is not narrowed. Each is plain SPARQL 1.1 as it",
        "stands, so it can be pasted into any endpoint that has the graph.", "",
        "An `entity` is given by any of its names or as an IRI in `< >`; a `predicate` as in `attacks`; a `date` as 2022,",
        "2022-11 or 2022-11-10. The examples come from the small world that the tests ask.",
    ]  # fmt: skip
    for group in GROUPS:
        lines += ["", f"## {group.capitalize()}"]
        for query in catalog():
            if query.group == group:
                lines += _described(query)
    lines += [
        "", "## Checks", "",
        "They lie in `queries/checks/` and return nothing on a sound graph.", "", "| check | finds |", "| --- | --- |",
        *(f"| `{query.name}` | {query.title} |" for query in checks()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _described(query: Query) -> list[str]:
    lines = ["", f"### {query.name}", f"{query.title}. {query.description}"]
    if query.parameters:
        lines += ["", "| parameter | kind | default | |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{one.name}` | {one.kind} | {'any' if one.default == 'UNDEF' else one.default} | {one.description} |"
            for one in query.parameters
        ]
    return [*lines, "", "Such as: " + " · ".join(cell or "–" for cell in query.example)]
