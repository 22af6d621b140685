"""Writes the generated pages of docs/: `python -m reference`."""

from reference import ROOT, pages

for name, text in pages().items():
    (ROOT / name).write_text(text, encoding="utf-8")
