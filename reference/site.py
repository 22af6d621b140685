"""A hook of mkdocs: the site has the files outside docs/ that its pages link to, each as a page, and colours for code.

`docs/architecture.md` links to `../kg/statement.py`, as it must on a forge; on the site that is a page `source/kg/statement.py`.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from pygments.formatters import HtmlFormatter

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)#\s]+)")
_CODE = re.compile(r"^(```|~~~~).*?^\1", re.DOTALL | re.MULTILINE)
_STYLE = """
body { font-family: system-ui, sans-serif; }
img { max-width: 100%; }
.codehilite { background: none; }
pre code { font-size: .85rem; }
table { display: block; overflow-x: auto; }
.headerlink { visibility: hidden; padding-left: .3em; }
:is(h1, h2, h3, h4):hover > .headerlink { visibility: visible; }
"""


def on_files(files: Files, config: Any) -> Files:
    """Adds the style and, as pages, the files outside docs/ that the pages lead to, in one step or several."""
    colours = HtmlFormatter(style="friendly").get_style_defs(".codehilite")
    files.append(File.generated(config, "assets/site.css", content=colours + _STYLE))
    waiting = [(f"docs/{file.src_uri}", file.content_string) for file in files.documentation_pages()]
    seen: set[str] = set()
    for origin, text in waiting:
        for target in _links(text, origin):
            path = ROOT / target
            if target in seen or target.startswith("docs/") or not path.is_file():
                continue
            seen.add(target)
            content = path.read_text(encoding="utf-8")
            if path.suffix != ".md":
                kind = path.suffix.removeprefix(".") or "text"
                content = f"# {target}\n\n~~~~{kind}\n{content}~~~~\n"
            files.append(File.generated(config, _uri(target), content=content))
            waiting.append((target, content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The page with its links turned to where on the site their targets are."""
    here = page.file.src_uri
    origin = here.removeprefix("source/") if page.file.generated_by else f"docs/{here}"

    def turned(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(origin), match[1]))
        inside = target.removeprefix("docs/") if target.startswith("docs/") else _uri(target)
        return posixpath.relpath(inside, posixpath.dirname(here) or ".")

    kept = [match.span() for match in _CODE.finditer(markdown)]
    return _LINK.sub(
        lambda match: match[0] if any(start < match.start() < end for start, end in kept) else turned(match), markdown
    )


def _links(text: str, origin: str) -> Iterator[str]:
    for target in _LINK.findall(_CODE.sub("", text)):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))


def _uri(target: str) -> str:
    """Where the page of a file is; mkdocs passes over folders that begin with a dot."""
    page = f"source/{target.lstrip('.')}"
    return page if page.endswith(".md") else f"{page}.md"
