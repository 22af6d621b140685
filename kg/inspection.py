"""What is missing, unreachable or contradictory in ontology/ and queries/, or in a user's own folder laid over them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from kg import ask, examples, frames, gazetteer, lexicon, ontology, queries, resources
from kg.errors import KgError
from kg.exports import mapping
from kg.frames import Example, Pattern
from kg.turtle import PREFIXES
from kg.views import vocabulary

_WANTED = {"rdfs:label": "label", "skos:definition": "definition", "skos:example": "example", "rdfs:domain": "domain",
           "rdfs:range": "range"}  # fmt: skip
_READ = ("kg.ttl", "shapes.ttl", "views.toml", "formats.toml", "frames/*.toml", "lexicon/*.toml", "gazetteer/*.tsv",
         "queries/*.rq", "queries/patterns.toml", "examples/*", "kg.toml", "README*")  # fmt: skip
_TERM = re.compile(r"(?<![\w:])kg:([A-Za-z]\w*)")
_COMMENT_OR_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|<[^>\s]*>|#[^\n]*')


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, at `where` (file, or file:line); an error hinders the work, anything else is only a warning."""

    where: str
    message: str
    error: bool

    def __str__(self) -> str:
        return f"{self.where}: {'error' if self.error else 'warning'}: {self.message}"


def inspect() -> list[Problem]:
    """The problems of the user's own folder where there is one (see `resources.own`), otherwise of the shipped data.

    Of a user's folder the examples are run as well, by the rules alone.
    """
    mine = resources.own()
    found = sorted({*_guarded(_properties), *_guarded(lambda: _loads(ontology.load))})
    if any(one.error for one in found):
        return found  # all else is named by what stands there
    parts: list[Callable[[], Iterator[Problem]]] = [
        _frames, _words, _names, _shapes, _queries, lambda: _loads(vocabulary.load), lambda: _loads(mapping.load),
    ]  # fmt: skip
    if mine is not None:
        parts += [_strangers, _examples]
    return sorted({*found, *chain.from_iterable(map(_guarded, parts))})


def _guarded(part: Callable[[], Iterator[Problem]]) -> list[Problem]:
    """The problems that a part finds, with the one that ends it."""
    found: list[Problem] = []
    try:
        found.extend(part())
    except KgError as error:
        where, separator, what = error.message.partition(": ")
        message = (what if separator else error.message) + (f" ({error.hint})" if error.hint else "")
        found.append(Problem(where if separator else str(_top()), message, True))
    return found


def _loads(load: Callable[[], object]) -> Iterator[Problem]:
    load()
    return iter(())


def _top() -> Path:
    return resources.own() or resources.folder("ontology")


def _last(name: str) -> Path:
    """The file or folder that is looked at: the user's, or the shipped one where there is no folder of a user."""
    if resources.own() is None:
        return resources.layers(name)[0]
    return _top() / (name if name.startswith("queries") else name.removeprefix("ontology/"))


def _properties() -> Iterator[Problem]:
    """Properties of kg.ttl that lack a part, or have it twice; classes that do not exist."""
    path = _last("ontology/kg.ttl")
    if not path.exists():
        return
    paths = resources.layers("ontology/kg.ttl")
    stores = {}
    for layer in paths:
        stores[layer] = ox.Store()
        try:
            stores[layer].load(path=layer, format=ox.RdfFormat.TURTLE)
        except SyntaxError as error:
            yield Problem(f"{layer}:{error.lineno}" if error.lineno else str(layer), str(error.msg), True)
            return
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    classes = {
        q.subject.value for store in stores.values()
        for q in store.quads_for_pattern(None, kind, ox.NamedNode(PREFIXES["owl"] + "Class"))
        if isinstance(q.subject, ox.NamedNode)
    }  # fmt: skip
    for type_ in ("ObjectProperty", "DatatypeProperty"):
        for quad in stores[path].quads_for_pattern(None, kind, ox.NamedNode(PREFIXES["owl"] + type_)):
            node = quad.subject
            if not isinstance(node, ox.NamedNode) or not node.value.startswith(PREFIXES["kg"]):
                continue
            name = node.value.removeprefix(PREFIXES["kg"])
            where = ontology.place(name, [path])
            for term, called in _WANTED.items():
                prefix, _, local = term.partition(":")
                held = {
                    q.object for store in stores.values()
                    for q in store.quads_for_pattern(node, ox.NamedNode(PREFIXES[prefix] + local), None)
                }  # fmt: skip
                if len(held) != 1:
                    yield Problem(where, f"kg:{name} has {len(held) or 'no'} {called} ({term}): give one", True)
                for value in held:
                    iri = value.value if called in ("domain", "range") and isinstance(value, ox.NamedNode) else ""
                    if iri.startswith(PREFIXES["kg"]) and iri not in classes:
                        unknown = iri.removeprefix(PREFIXES["kg"])
                        yield Problem(where, f"the {called} of kg:{name} is kg:{unknown}, which is no class", True)


def _frames() -> Iterator[Problem]:
    """Frames of no property or class, such as can never fit or add nothing, and properties without any."""
    known = ontology.load()
    folder, layers = _last("ontology/frames"), resources.layers("ontology/frames")
    earlier: list[tuple[str, Pattern]] = []
    worded = set()
    for root in layers:
        for path in sorted(root.glob("*.toml")):
            if path.stem not in known.properties:
                yield Problem(str(path), f"there is no property {path.stem} in kg.ttl", True)
                continue
            rule = known.properties[path.stem]
            for item in frames.read(path):
                if not isinstance(item, Pattern):
                    continue
                where = f"{path}:{_line(path, item)}"
                worded.add(path.stem)
                if root == folder:
                    for end, types, accepted in (
                        ("subject", item.subject_types, rule.domain), ("object", item.object_types, rule.range),
                    ):  # fmt: skip
                        for type_ in sorted(types - known.classes.keys()):
                            yield Problem(where, f"{end}_types names {type_}, which is no class of kg.ttl", True)
                        fitting = [t for t in types & known.classes.keys() if accepted & set(known.types(t))]
                        if types and types <= known.classes.keys() and not fitting:
                            yield Problem(
                                where, f"it never fits: no {end} of kg:{path.stem} is of its {end}_types", True
                            )
                    for place, other in earlier:
                        if lemmas := _shadowed(item, other):
                            yield Problem(where, f"{', '.join(lemmas)}: says nothing that {place} does not say", False)
                earlier.append((where, item))
    described = _last("ontology/kg.ttl")
    if resources.own() is None:  # some of those that are shipped are found by components of their own
        return
    for name in sorted(known.properties.keys() - worded):
        where = ontology.place(name, [described]) if described.exists() else ""
        if where.startswith(f"{described}:"):
            yield Problem(where, f"kg:{name} has no frames: no text can say it; write frames/{name}.toml", False)


def _shadowed(item: Pattern, other: Pattern) -> list[str]:
    """The lemmas of a pattern that an earlier one of the same property says in all of the same cases."""
    same = (item.predicate, item.kind, item.subject, item.object) == (
        other.predicate,
        other.kind,
        other.subject,
        other.object,
    )
    wider = (
        (not other.nouns or (item.nouns and item.nouns <= other.nouns))
        and set(other.needs) in (set(), set(item.needs))
        and other.subject_types in (frozenset(), item.subject_types)
        and other.object_types in (frozenset(), item.object_types)
        and other.passive >= item.passive and other.active >= item.active
    )  # fmt: skip
    return [lemma for lemma in item.lemmas if lemma in other.lemmas] if same and wider else []


def _line(path: Path, item: Pattern) -> int:
    """Where the table of a pattern begins."""
    number = int(item.rule.rpartition(" ")[2])
    lines = [
        n
        for n, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if text.strip() == f"[[{item.kind}]]"
    ]
    return lines[number - 1] if len(lines) >= number else 1


def _words() -> Iterator[Problem]:
    """Word lists that cannot be read; files that are none."""
    lexicon.load()
    folder = _last("ontology/lexicon")
    shipped = {path.name for path in resources.layers("ontology/lexicon")[0].glob("*.toml")}
    for path in sorted(folder.glob("*.toml")):
        if path.name not in shipped:
            yield Problem(str(path), f"is not read: word lists are {', '.join(sorted(shipped))}", False)


def _names() -> Iterator[Problem]:
    """Entries of the gazetteer of an unknown class, that take the place of others, or go by another's name."""
    classes = ontology.load().classes
    known = gazetteer.load()
    mine = str(_last("ontology/gazetteer"))
    by_name: dict[str, list[gazetteer.Entry]] = {}
    for entry in known.entries.values():
        by_name.setdefault(entry.name, []).append(entry)
        if entry.where.startswith(mine) and entry.type not in classes:
            yield Problem(entry.where, f"{entry.name} is of the type {entry.type}, which is no class of kg.ttl", True)
    if resources.own() is None:
        return
    shipped = gazetteer.load(root=resources.layers("ontology/gazetteer")[0])
    for entry in known.entries.values():
        if not entry.where.startswith(mine):
            continue
        if entry.key in shipped.entries:
            place = shipped.entries[entry.key].where
            yield Problem(entry.where, f"{entry.key} takes the place of the entry at {place}", False)
        for other in by_name[entry.name]:
            if other.type == entry.type and other.key != entry.key:
                yield Problem(entry.where, f"{entry.name} is the name of the entry at {other.where} too", False)
    seen: dict[str, str] = {}
    for path in sorted(Path(mine).glob("*.tsv")):
        kind = next((stem for stem in gazetteer.COLUMNS if path.stem.endswith(stem)), "")
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
            key = f"{kind} {line.partition(chr(9))[0].strip()}"
            if line.strip() and line[0] != "#" and not key.endswith(" key"):
                if key in seen:
                    yield Problem(f"{path}:{number}", f"the entry is at {seen[key]} already", True)
                seen.setdefault(key, f"{path}:{number}")


def _shapes() -> Iterator[Problem]:
    yield from _unknown_terms(_last("ontology/shapes.ttl"), shapes=True)


def _queries() -> Iterator[Problem]:
    """Queries that are malformed or ask for terms that do not exist; questions without a query."""
    folder = _last("queries")
    for path in sorted(folder.rglob("*.rq")):
        try:
            queries.read(path)
        except KgError as error:
            yield Problem(str(path), error.message.removeprefix(f"{path}").lstrip(":, "), True)
            continue
        yield from _unknown_terms(path)
    ask.patterns()


def _unknown_terms(path: Path, shapes: bool = False) -> Iterator[Problem]:
    """Names kg:… in a file that kg.ttl does not describe; a file of shapes names its shapes itself."""
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    described = "\n".join(layer.read_text(encoding="utf-8") for layer in resources.layers("ontology/kg.ttl"))
    known = set(re.findall(r"(?m)^kg:(\w+)\s", described))
    known |= set(re.findall(r"(?m)^kg:(\w+)\s", text)) if shapes else set()
    for number, line in enumerate(text.split("\n"), 1):
        for name in _TERM.findall(_COMMENT_OR_TEXT.sub("", line)):
            if name not in known:
                yield Problem(f"{path}:{number}", f"there is no kg:{name} in kg.ttl", True)


def _strangers() -> Iterator[Problem]:
    """Files in the user's folder that nothing reads."""
    top = _top()
    read = {path for pattern in _READ for path in top.glob(pattern)}
    for path in sorted(top.rglob("*")):
        if (
            path.is_file()
            and path not in read
            and not any(part.startswith(".") for part in path.relative_to(top).parts)
        ):
            yield Problem(str(path), "is not read", False)


def _examples() -> Iterator[Problem]:
    """Examples whose text does not give what they say, and relations that have none."""
    for path in sorted((_top() / "frames").glob("*.toml")):
        given = [item for item in frames.read(path) if isinstance(item, Example)]
        lines = [
            n for n, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1) if text.strip() == "[[example]]"
        ]
        if not any(one.yields for one in given):
            yield Problem(str(path), "has no example that gives a statement", False)
        for line, example in zip(lines, given, strict=True):
            missing, spurious = examples.differences(example)
            told = [f"does not give {one}" for one in missing] + [
                f"gives {one}, which it does not say" for one in spurious
            ]
            if told and not example.xfail:
                yield Problem(f"{path}:{line}", f"{example.text!r} " + "; it ".join(told), True)
            elif example.xfail and not told:
                yield Problem(f"{path}:{line}", f"{example.text!r} is right by now: leave xfail out", False)
