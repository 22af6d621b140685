"""What is done with stores besides filling them: status, remove, merge, diff, upgrade."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions, Store

from kg import generations, rdf, spread, versions
from kg.copies import Print
from kg.errors import KgError, UsageError
from kg.generations import named_errors
from kg.ledger import Judgement, Ledger, Pending, Record
from kg.store import UNKNOWN, Change, apply, base_of, is_bare, lines, links_copies, named_ledger, open_graph, required
from kg.turtle import PREFIXES, iri
from kg.versions import Versions

_MENTIONS, _STATEMENT = NamedNode(iri("schema:mentions")), NamedNode(iri("kg:Statement"))
_IDENTIFIER, _TYPE = NamedNode(iri("schema:identifier")), NamedNode(iri("rdf:type"))


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a store. `stale` are documents that other versions built, `waiting` those of an interrupted build."""

    generation: int
    documents: int
    statements: int
    entities: int
    size: int
    versions: tuple[tuple[Versions, int], ...]
    stale: int
    waiting: int
    judgements: int
    damage: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A statement that one graph has and the other has not, or has otherwise: `change` is added, removed or changed."""

    document: str
    change: str
    subject: str
    predicate: str
    object: str
    detail: str
    sentence: str


def status(path: Path) -> Status:
    """The state of a store, out of its ledger and the checksums of its files."""
    required(path)
    present = generations.current(path)
    waiting = 0
    if generations.pending(path).is_file():
        with Pending(generations.pending(path)) as pending:
            waiting = pending.count()
    if present is None:
        return Status(0, 0, 0, 0, 0, (), 0, waiting, 0, ())
    damage = generations.damage(present)
    try:
        with Ledger(present.ledger) as ledger:
            documents, statements = ledger.counts()
            by_versions = tuple(ledger.by_versions())
            entities, judgements = int(ledger.fact("entities") or 0), len(ledger.judgements())
    except KgError as error:
        damage.append(error.message)
        return Status(present.number, 0, 0, 0, generations.size(path), (), 0, waiting, 0, tuple(damage))
    now = versions.current()
    stale = sum(count for found, count in by_versions if found.stale(now))
    return Status(
        present.number, documents, statements, entities, generations.size(path), by_versions, stale, waiting,
        judgements, tuple(damage),
    )  # fmt: skip


def remove(path: Path, names: Sequence[str]) -> list[str]:
    """Takes documents out of a store with all that only they support; returns the identifiers of what is gone.

    A document is named by its identifier, by its key, or by its IRI. Where one is not there, nothing is removed.
    """
    required(path)
    base = base_of(path)
    with generations.locked(path), named_ledger(path) as ledger:
        if ledger is None:
            raise KgError(f"the store {path} holds nothing", "there is nothing to remove")
        gone: dict[str, Record] = {}
        for name in names:
            found = ledger.named(name)
            record = ledger.record(name.removeprefix(base))
            if not found and record is None:
                raise KgError(f"no document {name!r} in {path}; nothing was removed", "kg query documents lists them")
            gone |= {one.key: one for one in (*found, *((record,) if record else ()))}
        apply(path, Change(drop=set(gone)), base)
    return sorted(record.identifier for record in gone.values())


def merge(sources: Sequence[Path], target: Path) -> int:
    """Makes a new store that holds the documents of others, or of the parts of a build, as if all had been built together; returns how many.

    Of a document that several hold in different states, the one whose record comes last in order is taken, whatever
    order the stores are given in; of two judgements on the same pair, the one that keeps them apart.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists", "name a new folder for the merged store")
    bases = {spread.Folder(path).base if spread.is_folder(path) else base_of(required(path)) for path in sources}
    if len(bases) > 1:
        raise KgError(f"the stores have different bases: {', '.join(sorted(bases))}", "build them with one --base")
    base = bases.pop()
    winners: dict[str, tuple[Record, int]] = {}
    judgements: dict[tuple[str, str, str], Judgement] = {}
    change = Change(copies=any(links_copies(path) for path in sources if not spread.is_folder(path)))
    with ExitStack() as open_ledgers:
        held_by: list[tuple[Callable[[Record], bytes], Callable[[Record], Print]]] = []
        for number, path in enumerate(sources):
            if spread.is_folder(path):
                made = spread.Folder(path)
                held_by.append((made.quads, made.text))
                for record in made.records():
                    known = winners.get(record.key)
                    if known is None or known[0] < record:
                        winners[record.key] = record, number
                continue
            held = generations.hold(path)
            ledger = open_ledgers.enter_context(Ledger(held.ledger))
            held_by.append((partial(_held, open_graph(path), base), partial(_text, ledger)))
            for record in ledger.records():
                known = winners.get(record.key)
                if known is None or known[0] < record:
                    winners[record.key] = record, number
            for judgement in ledger.judgements():
                pair = judgement.first, judgement.second, judgement.judge
                judgements[pair] = min(judgements.get(pair, judgement), judgement, key=lambda j: (j.same, j))
            for name, fingerprint, key, what in ledger.inputs():
                change.inputs.setdefault((name, fingerprint), []).append((key, what))
        change.put = {key: record for key, (record, _) in sorted(winners.items())}
        change.judgements = sorted(judgements.values())
        change.quads = lambda record: held_by[winners[record.key][1]][0](record)
        change.text = lambda record: held_by[winners[record.key][1]][1](record)
        generations.create(target)
        try:
            with generations.locked(target):
                apply(target, change, base)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
    return len(change.put)


def _held(store: Store, base: str, record: Record) -> bytes:
    return lines(store.quads_for_pattern(None, None, None, rdf.local_iri(record.key, base))).encode()


def _text(ledger: Ledger, record: Record) -> Print:
    return ledger.text(record.key)


def upgrade(path: Path) -> tuple[int, Path]:
    """Brings a store of an older layout, or of an older Oxigraph, up to date; returns its documents and the backup.

    The old files stay beside it, as they were.
    """
    if generations.is_store(path):
        return _upgrade_generation(path)
    if not path.is_dir() or not is_bare(path):
        raise KgError(f"{path} is no store", "name the folder of one")
    backup = _free(path.with_name(path.name + ".before-upgrade"))
    with named_errors(path):
        work = _free(path.with_name(f".{path.name}.upgrade"))
        try:
            shutil.copytree(path, work)
            count = _frame(Store(str(work)), path, work.with_name(work.name + ".new"))
            path.rename(backup)
            work.with_name(work.name + ".new").rename(path)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            shutil.rmtree(work.with_name(work.name + ".new"), ignore_errors=True)
    return count, backup


def _frame(store: Store, path: Path, made: Path) -> int:
    """Puts the frame of a store of kg around what an Oxigraph store holds."""
    names = list(store.named_graphs())
    base = next((name.value[: -len(_local(name))] for name in names if isinstance(name, NamedNode)), rdf.BASE)
    change = Change()
    for name in names:
        named = store.quads_for_pattern(name, _IDENTIFIER, None, name) if isinstance(name, NamedNode) else ()
        identifier = next((quad.object.value for quad in named if isinstance(quad.object, Literal)), None)
        if identifier is None:
            raise KgError(f"{path} is no store that kg has written: {name} is no document", "export it with oxigraph")
        statements = sum(1 for _ in store.quads_for_pattern(None, _TYPE, _STATEMENT, name))
        entities = sum(1 for _ in store.quads_for_pattern(name, _MENTIONS, None, name))
        change.put[_local(name)] = Record(_local(name), identifier, "", statements, entities, UNKNOWN)
    change.quads = lambda record: lines(
        store.quads_for_pattern(None, None, None, rdf.local_iri(record.key, base))
    ).encode()
    generations.create(made)
    with generations.locked(made):
        apply(made, change, base)
    return len(change.put)


def _upgrade_generation(path: Path) -> tuple[int, Path]:
    with generations.locked(path):
        before = generations.current(path)
        if before is None:
            raise KgError(f"the store {path} holds nothing", "there is nothing to bring up to date")
        backup = _free(path / f"generation-{before.number}.before-upgrade")
        with named_errors(path):
            shutil.copytree(before.path, backup)
            with Ledger(before.ledger) as ledger:  # now, since what nobody reads goes when the new one is published
                count = ledger.counts()[0]
            with generations.draft(path) as work:
                generations.copy(before, work)
                Store(str(work.quads)).flush()
        return count, backup


def diff(one: Path, other: Path) -> list[Difference]:
    """What the statements of `other` have that those of `one` lack, the other way around, and what has changed.

    A statement is the same if document, sentence, subject, predicate and object are; it is changed if date, speakers,
    stance or confidence are not. Either may be a store or an RDF file.
    """
    before, after = dict(_statements(open_graph(one))), dict(_statements(open_graph(other)))
    found = []
    for what in before.keys() | after.keys():
        document, sentence, subject, predicate, target = what[:5]
        old, new = before.get(what), after.get(what)
        if old == new:
            continue
        change = "added" if old is None else "removed" if new is None else "changed"
        detail = f"{old} → {new}" if old is not None and new is not None else (new if old is None else old) or ""
        found.append(Difference(document, change, subject, predicate, target, detail, sentence))
    return sorted(found)


_STATEMENTS = """
SELECT ?document ?sentence ?start ?statement ?s ?p ?o ?when ?negated ?hypothetical ?office ?confidence WHERE {
  ?statement a kg:Statement ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; prov:wasDerivedFrom ?passage ;
    kg:confidence ?confidence .
  ?passage schema:text ?sentence ; kg:start ?start ; schema:isPartOf/schema:identifier ?document .
  OPTIONAL { ?statement kg:when ?when } OPTIONAL { ?statement kg:negated ?negated }
  OPTIONAL { ?statement kg:hypothetical ?hypothetical } OPTIONAL { ?statement kg:office ?office }
}
"""


def _statements(store: Store) -> Iterator[tuple[tuple[str, str, str, str, str, int], str]]:
    """Each statement as what makes it the same and what may change; a number tells equal ones of a document apart."""
    speakers: dict[str, list[str]] = {}
    for quad in store.quads_for_pattern(None, NamedNode(iri("kg:attributedTo")), None, DefaultGraph()):
        if isinstance(quad.subject, NamedNode):
            speakers.setdefault(quad.subject.value, []).append(_short(quad.object))
    rows = []
    found = store.query(_STATEMENTS, prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - narrows for the type checker
    for row in found:
        said = sorted(speakers.get(row["statement"].value, ()))
        parts = [f"when {row['when'].value}"] if row["when"] else []
        parts += ["negated"] * bool(row["negated"]) + ["hypothetical"] * bool(row["hypothetical"])
        parts += [f"according to {', '.join(said)}"] if said else []
        parts += [f"as {row['office'].value}"] if row["office"] else []
        parts += [f"confidence {row['confidence'].value}"]
        what = (row["document"].value, row["sentence"].value, *(_short(row[name]) for name in ("s", "p", "o")))
        rows.append((what, int(row["start"].value), "; ".join(parts)))
    seen: dict[tuple[str, ...], int] = {}
    for what, _, detail in sorted(rows):
        seen[what] = number = seen.get(what, -1) + 1
        yield (*what, number), detail


def _short(term: object) -> str:
    value = str(getattr(term, "value", term))
    return value.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _local(name: object) -> str:
    return str(getattr(name, "value", "")).rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def _free(path: Path) -> Path:
    """`path`, or the first name like it that is not taken."""
    number = 2
    found = path
    while found.exists():
        found, number = path.with_name(f"{path.name}-{number}"), number + 1
    return found
