"""A scene as one offline page: filter by relation and type, search, click for the sentences."""

import json
from html import escape
from pathlib import Path
from typing import Any

from kg.views.picture import drawing
from kg.views.scene import Scene

_ASSETS = Path(__file__).parent / "assets"


def html(scene: Scene) -> str:
    """The page; what comes from texts is escaped, nothing is fetched from anywhere."""
    title = (
        f"{scene.name}: {len(scene.nodes)} actors, {len(scene.edges)} ties"
        if scene.nodes
        else f"{scene.name}: none in this graph"
    )
    values = {
        "{{title}}": escape(title),
        "{{style}}": (_ASSETS / "page.css").read_text(encoding="utf-8"),
        "{{legend}}": _legend(scene),
        "{{options}}": "".join(
            f'<option value="{escape(n.label)}">' for n in sorted(scene.nodes, key=lambda n: n.label)
        ),
        "{{box}}": f"0 0 {max(scene.width, 300):.0f} {max(scene.height, 200):.0f}",
        "{{drawing}}": drawing(scene),
        "{{empty}}": ""
        if scene.nodes
        else f'<p class="empty">No {escape(scene.name)} in this graph. Claims that only a party makes are left out.</p>',
        "{{data}}": json.dumps(_data(scene), ensure_ascii=False)
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029"),
        "{{script}}": (_ASSETS / "page.js").read_text(encoding="utf-8"),
    }
    text = (_ASSETS / "page.html").read_text(encoding="utf-8")
    pieces = []
    while "{{" in text:  # one pass from left to right, so that what is filled in is never filled again
        before, rest = text.split("{{", 1)
        name, text = rest.split("}}", 1)
        pieces += [before, values["{{" + name + "}}"]]
    return "".join([*pieces, text])


def _legend(scene: Scene) -> str:
    relations = "".join(
        f'<label><input type="checkbox" checked data-predicate="{escape(p)}"><svg width="26" height="10" aria-hidden="true"><path d="M1 5h24" stroke="{c}" stroke-width="3"/></svg>'
        f"{escape(label)} <small>{count}</small></label>"
        for p, (label, c, count) in scene.relations().items()
    )
    types = "".join(
        f'<label><input type="checkbox" checked data-type="{escape(t)}"><svg width="14" height="14" aria-hidden="true"><circle cx="7" cy="7" r="6" fill="{c}"/></svg>{escape(t)}</label>'
        for t, c in scene.types().items()
    )
    return (
        f"<fieldset><legend>Relations</legend>{relations}</fieldset><fieldset><legend>Kinds</legend>{types}</fieldset>"
        if scene.nodes
        else ""
    )


def _data(scene: Scene) -> dict[str, Any]:
    number = {n.id: i for i, n in enumerate(scene.nodes)}
    return {
        "nodes": [{"label": n.label, "type": n.type, "iri": n.id} for n in scene.nodes],
        "edges": [
            {
                "s": number[e.source], "t": number[e.target], "p": e.predicate, "label": e.label, "claimed": e.dashed,
                "symmetric": not e.arrow, "count": e.data["count"], "first": e.data.get("first", ""), "last": e.data.get("last", ""),
                "evidence": [
                    {"text": x.sentence, "doc": x.document, "date": x.published, "when": x.when, "by": list(x.attributed_to), "url": x.url}
                    for x in e.data["evidence"]
                ],
            }
            for e in scene.edges
        ],
    }  # fmt: skip
