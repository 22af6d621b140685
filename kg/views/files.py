"""A view as a file, by the ending of its name: page, picture, or a format that other programs read."""

import csv
import io
import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from kg.errors import KgError, UsageError
from kg.views.graph import View, when
from kg.views.reader import Evidence
from kg.views.style import KINDS, UNKNOWN, tones


def write(graph: View, path: Path) -> None:
    """Writes a view as its name ends, whole or not at all; UsageError for an ending that is none of ENDINGS."""
    replace(path, _WRITERS[ending(path)](graph))


def ending(path: Path) -> str:
    """The ending of a name if a view can be written so."""
    found = path.suffix.lower()
    if found not in _WRITERS:
        named = found or "a file without ending"
        raise UsageError(f"{path}: a view cannot be written as {named}", f"use one of {', '.join(ENDINGS)}")
    return found


def replace(path: Path, content: bytes) -> None:
    """Puts a file in place at once; KgError where it cannot be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise KgError(f"cannot write {path}: {error.strerror or error}") from error


def _edges(graph: View) -> list[tuple[str, str, str, dict[str, Any]]]:
    return sorted(graph.edges(keys=True, data=True), key=lambda e: e[:3])


def _evidence(e: Evidence) -> dict[str, Any]:
    return {
        "statement": e.statement, "sentence": e.sentence, "document": e.document.name, "published": e.document.published,
        "publisher": e.document.publisher, "url": e.document.url, "when": e.when, "attributed_to": list(e.by),
        "stance": e.stance, "confidence": e.confidence,
    }  # fmt: skip


def flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of an edge as text and numbers: statements apart by blanks, sentences and sources by line breaks."""
    plain: dict[str, Any] = {
        k: _xml(v) if isinstance(v, str) else v for k, v in data.items() if k not in ("statements", "evidence")
    }
    plain["statements"] = " ".join(data["statements"])
    plain["sentences"] = _xml("\n".join(" ".join(e.sentence.split()) for e in data["evidence"]))
    plain["sources"] = _xml("\n".join(sorted({e.document.name for e in data["evidence"]})))
    said = sorted({name for e in data["evidence"] for name in e.by})
    if said:
        plain["said_by"] = _xml("\n".join(said))
    return plain


def _xml(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )


def _flat_graph(graph: View) -> nx.MultiDiGraph:
    result = nx.MultiDiGraph()
    result.graph["name"] = _xml(graph.name)
    if notes := graph.graph.get("notes"):
        result.graph["notes"] = _xml("\n".join(notes))
    for node in sorted(graph):
        result.add_node(_xml(node), **{k: _xml(v) if isinstance(v, str) else v for k, v in graph.nodes[node].items()})
    for source, target, key, data in _edges(graph):
        result.add_edge(_xml(source), _xml(target), key=key, **flat(data))
    return result


def graphml(graph: View) -> bytes:
    """GraphML, by networkx, but with ids of edges that occur once, as its schema asks."""
    buffer = io.BytesIO()
    plain = _flat_graph(graph)
    for number, (_, _, key, data) in enumerate(plain.edges(keys=True, data=True)):
        data |= {"edge_id": f"e{number}", _KEY: key}
    nx.write_graphml_xml(plain, buffer, edge_id_from_attribute="edge_id")
    return buffer.getvalue() + b"\n"


_GEXF = "http://www.gexf.net/1.2draft"
_VIZ = _GEXF + "/viz"
_KEY = "networkx_key"  # read by networkx as the key of an edge
_GEXF_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "double", str: "string"}
_GEXF_SHAPES: Mapping[str, str] = {
    "triangle": "triangle",
    "pin": "triangle",
    "diamond": "diamond",
    "round": "square",
    "page": "square",
    "box": "square",
}


def gexf(graph: View) -> bytes:
    """GEXF 1.2 whose edges have the interval in which they hold; one without a date always holds.

    Our own writer: that of networkx declares days as strings, repeats edge ids, and writes when it was run.
    """
    plain = _flat_graph(graph)
    ET.register_namespace("", _GEXF)
    ET.register_namespace("viz", _VIZ)
    root = ET.Element(f"{{{_GEXF}}}gexf", version="1.2")
    ET.SubElement(ET.SubElement(root, f"{{{_GEXF}}}meta"), f"{{{_GEXF}}}description").text = _xml(str(graph.name))
    days = [d[k] for *_, d in plain.edges(data=True) for k in ("start", "end") if k in d]
    span = {"start": min(days), "end": max(days)} if days else {}
    body = ET.SubElement(
        root, f"{{{_GEXF}}}graph", defaultedgetype="directed", mode="dynamic", timeformat="date", **span
    )
    own = ("label", "weight", "start", "end")
    keys = {
        "node": _keys(d for _, d in plain.nodes(data=True)), "edge": _keys(d for *_, d in plain.edges(data=True)) | {"key": "string"}
    }  # fmt: skip
    for what, found in keys.items():
        table = ET.SubElement(body, f"{{{_GEXF}}}attributes", {"class": what, "mode": "static"})
        for name in sorted(found.keys() - set(own if what == "edge" else own[:1])):
            ET.SubElement(
                table,
                f"{{{_GEXF}}}attribute",
                id=f"{what}-{name}",
                title=_KEY if name == "key" else name,
                type=found[name],
            )
    nodes = ET.SubElement(body, f"{{{_GEXF}}}nodes")
    for node, data in plain.nodes(data=True):
        shape, colour, _ = KINDS.get(data["type"], UNKNOWN)
        item = ET.SubElement(nodes, f"{{{_GEXF}}}node", id=node, label=data["label"])
        _values(item, "node", {k: v for k, v in data.items() if k != "label"})
        _colour(item, colour)
        ET.SubElement(item, f"{{{_VIZ}}}shape", value=_GEXF_SHAPES.get(shape, "disc"))
    edges = ET.SubElement(body, f"{{{_GEXF}}}edges")
    colours = tones(d["predicate"] for *_, d in plain.edges(data=True))
    for number, (source, target, key, data) in enumerate(plain.edges(keys=True, data=True)):
        interval = {k: data[k] for k in ("start", "end") if k in data}
        item = ET.SubElement(
            edges, f"{{{_GEXF}}}edge", id=str(number), source=source, target=target, label=data["label"],
            weight=f"{data['weight']:.1f}", **interval,
        )  # fmt: skip
        _values(item, "edge", {k: v for k, v in {**data, "key": key}.items() if k not in own})
        _colour(item, colours[data["predicate"]].paper)
        ET.SubElement(item, f"{{{_VIZ}}}shape", value="dashed" if data["claimed"] else "solid")
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _keys(rows: Any) -> dict[str, str]:
    return {k: _GEXF_TYPES[type(v)] for row in rows for k, v in row.items()}


def _values(item: ET.Element, what: str, data: Mapping[str, Any]) -> None:
    values = ET.SubElement(item, f"{{{_GEXF}}}attvalues")
    for name in sorted(data):
        value = str(data[name]).lower() if isinstance(data[name], bool) else str(data[name])
        ET.SubElement(values, f"{{{_GEXF}}}attvalue", {"for": f"{what}-{name}", "value": value})


def _colour(item: ET.Element, colour: str) -> None:
    red, green, blue = (str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    ET.SubElement(item, f"{{{_VIZ}}}color", r=red, g=green, b=blue)


def node_link(graph: View) -> bytes:
    """JSON of nodes and edges, with the evidence of each edge: `networkx.node_link_graph(data)` reads it."""
    data = {
        "directed": True, "multigraph": True, "graph": {"name": graph.name, "notes": graph.graph.get("notes", [])},
        "nodes": [{**graph.nodes[n], "id": n} for n in sorted(graph)],
        "edges": [
            {**d, "evidence": [_evidence(e) for e in d["evidence"]], "source": s, "target": t, "key": k} for s, t, k, d in _edges(graph)
        ],
    }  # fmt: skip
    return _json(data)


def cytoscape(graph: View) -> bytes:
    """JSON of Cytoscape: `networkx.cytoscape_graph(data)`, Cytoscape and cytoscape.js read it."""
    nodes = [{"data": {**graph.nodes[n], "id": n, "value": n, "name": graph.nodes[n]["label"]}} for n in sorted(graph)]
    edges = [
        {"data": {
            **d, "evidence": [_evidence(e) for e in d["evidence"]], "id": f"e{i}", "source": s, "target": t, "key": k,
            "interaction": d["predicate"],
        }}
        for i, (s, t, k, d) in enumerate(_edges(graph))
    ]  # fmt: skip
    about = [["name", graph.name], ["notes", graph.graph.get("notes", [])]]
    return _json({"data": about, "directed": True, "multigraph": True, "elements": {"nodes": nodes, "edges": edges}})


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


COLUMNS = (
    "source", "source_label", "source_type", "relation", "label", "target", "target_label", "target_type", "stance", "symmetric",
    "weight", "documents", "count", "confidence", "first", "last", "statements", "sentences", "sources", "said_by",
)  # fmt: skip


def edge_list(graph: View) -> bytes:
    """CSV, a line an edge; a cell that a spreadsheet would take for a formula has an apostrophe before it."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for source, target, _, data in _edges(graph):
        one, other = graph.nodes[source], graph.nodes[target]
        row = flat(data) | {
            "source": source, "source_label": one["label"], "source_type": one["type"], "relation": data["predicate"],
            "target": target, "target_label": other["label"], "target_type": other["type"],
        }  # fmt: skip
        table.writerow([_cell(row.get(c, "")) for c in COLUMNS])
    return out.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


_DOT_SHAPES: Mapping[str, str] = {
    "circle": "ellipse", "ring": "ellipse", "round": "box", "triangle": "box", "hexagon": "hexagon", "pin": "house",
    "diamond": "diamond", "star": "octagon", "dot": "point", "box": "note", "page": "note",
}  # fmt: skip


def dot(graph: View) -> bytes:
    """Graphviz: symmetric edges without an arrow, claimed ones dashed, the sentence as tooltip."""
    colours = tones(d["predicate"] for *_, d in graph.edges(data=True))
    lines = [
        f"digraph {_quoted(graph.name)} {{",
        "  graph [overlap=false, splines=true];",
        '  node [fontname="Helvetica"];',
        '  edge [fontname="Helvetica", fontsize=10];',
    ]
    for node in sorted(graph):
        data = graph.nodes[node]
        shape, colour, _ = KINDS.get(data["type"], UNKNOWN)
        lines.append(
            f'  {_quoted(node)} [label={_quoted(data["label"])}, class={_quoted(data["type"])}, shape={_DOT_SHAPES[shape]}, color="{colour}"];'
        )
    for source, target, key, data in _edges(graph):
        more = ", dir=none" * data["symmetric"] + ", style=dashed" * data["claimed"]
        label = data["label"] + (f"\n{when(data)}" if when(data) else "")
        lines.append(
            f'  {_quoted(source)} -> {_quoted(target)} [edge_key={_quoted(key)}, label={_quoted(label)}, color="{colours[data["predicate"]].paper}", '
            f"weight={data['weight']}, tooltip={_quoted(data['evidence'][0].sentence)}{more}];"
        )
    return "\n".join([*lines, "}\n"]).encode("utf-8", "backslashreplace")


def _quoted(text: str) -> str:
    escaped = _xml(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def mermaid(graph: View) -> bytes:
    """Mermaid, for a README: symmetric edges as lines, claimed ones dotted."""
    place = {n: f"n{i}" for i, n in enumerate(sorted(graph))}
    lines = ["flowchart LR"]
    if not graph:
        lines.append(f'  none["No {_entity(graph.name)} in this graph"]')
    for node in sorted(graph):
        opened, closed = {"State": ("([", "])"), "Agreement": ("{{", "}}"), "Person": ("(", ")")}.get(
            graph.nodes[node]["type"], ("[", "]")
        )
        lines.append(f'  {place[node]}{opened}"{_entity(graph.nodes[node]["label"])}"{closed}')
    for source, target, _, data in _edges(graph):
        words = _entity(data["label"] + (f", {when(data)}" if when(data) else ""))
        arrow = ("-.-" if data["claimed"] else "---") if data["symmetric"] else "-.->" if data["claimed"] else "-->"
        lines.append(f'  {place[source]} {arrow}|"{words}"| {place[target]}')
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _entity(text: str) -> str:
    """Text inside Mermaid's quotes: whatever is no letter, digit or plain mark as an entity code."""
    return re.sub(r"[^\w ,.:()–’-]", lambda m: f"#{ord(m[0])};", " ".join(text.split()))


def _html(graph: View) -> bytes:
    from kg.views.page import html

    return html(graph).encode()


def _svg(graph: View) -> bytes:
    from kg.views.scene import scene
    from kg.views.svg import svg

    return svg(scene(graph)).encode()


def _png(graph: View) -> bytes:
    from kg.views.png import png
    from kg.views.scene import scene

    return png(scene(graph))


_WRITERS: Mapping[str, Callable[[View], bytes]] = {
    ".html": _html, ".svg": _svg, ".png": _png, ".graphml": graphml, ".gexf": gexf, ".json": node_link, ".cyjs": cytoscape,
    ".csv": edge_list, ".dot": dot, ".mmd": mermaid,
}  # fmt: skip
ENDINGS = tuple(_WRITERS)
