"use strict";
// A SPARQL editor: a transparent textarea over the same text in colours, and a list of completions.

const KEYWORDS = ("ASK AS ASC BASE BIND BNODE BOUND BY COALESCE CONCAT CONSTRUCT CONTAINS COUNT DATATYPE DESC DESCRIBE DISTINCT EXISTS " +
  "FILTER FROM GRAPH GROUP GROUP_CONCAT HAVING IF IN IRI LANG LCASE LIMIT MAX MIN MINUS NAMED NOT OFFSET OPTIONAL ORDER PREFIX REDUCED " +
  "REGEX SAMPLE SELECT STR STRENDS STRLEN STRSTARTS SUBSTR SUM AVG UCASE UNDEF UNION VALUES WHERE a true false").split(" ");
const TOKEN = /(#[^\n]*)|("""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(<[^<>"{}|^`\\\s]*>|[A-Za-z][\w-]*:[\w.%-]*\w|[A-Za-z][\w-]*:)|([?$]\w+)|([A-Za-z_]+)/g;
const CLASSES = ["c", "s", "t", "v"];

function paint(target, text) {
  target.replaceChildren();
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    const group = found.slice(1).findIndex(part => part !== undefined);
    const keyword = group === 4 && KEYWORDS.some(word => word === found[0] || (word.length > 1 && word === found[0].toUpperCase()));
    if (group === 4 && !keyword) continue;
    target.append(text.slice(end, found.index));
    const span = document.createElement("span");
    span.className = keyword ? "k" : CLASSES[group];
    span.textContent = found[0];
    target.append(span);
    end = found.index + found[0].length;
  }
  target.append(text.slice(end) + "\n ");
}

class Editor {
  constructor(box, terms) {
    this.box = box;
    this.area = box.querySelector("textarea");
    this.shown = box.querySelector("pre");
    this.terms = terms;
    this.list = document.createElement("ul");
    this.list.className = "complete";
    this.list.id = "completions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Completions");
    this.list.hidden = true;
    box.append(this.list);
    this.area.setAttribute("aria-controls", "completions");
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.addEventListener("input", event => { this.paint(); event.inputType && event.inputType.startsWith("insert") ? this.complete(false) : this.close(); });
    this.area.addEventListener("keydown", event => this.key(event));
    this.area.addEventListener("blur", () => this.close());
    this.paint();
  }

  get value() { return this.area.value; }
  set value(text) { this.area.value = text; this.paint(); this.close(); }

  paint() { paint(this.shown, this.area.value); }

  word() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    return (before.match(/[?$\w:-]+$/) || [""])[0];
  }

  complete(asked) {
    const word = this.word(), low = word.toLowerCase();
    if (!asked && (word.length < 2 || !/[:?$]/.test(word))) return this.close();
    const variables = [...new Set(this.area.value.match(/[?$]\w+/g) || [])].filter(name => name !== word).map(name => ({ name, about: "" }));
    const known = [...this.terms, ...variables, ...KEYWORDS.map(name => ({ name, about: "" }))];
    const starts = known.filter(term => term.name.toLowerCase().startsWith(low) && term.name !== word);
    const holds = low.length > 1 ? known.filter(term => term.name.includes(":") && !starts.includes(term) && term.name.toLowerCase().includes(low.replace(/^.*:/, "") || low) && term.name !== word && low.includes(":")) : [];
    this.options = [...starts, ...holds].slice(0, 40);
    if (!this.options.length) return this.close();
    this.list.replaceChildren(...this.options.map((term, at) => {
      const item = document.createElement("li");
      item.id = "completion-" + at;
      item.setAttribute("role", "option");
      item.textContent = term.name;
      if (term.about) { const about = document.createElement("small"); about.textContent = term.about; item.append(about); }
      item.addEventListener("mousedown", event => { event.preventDefault(); this.take(at); });
      return item;
    }));
    this.list.hidden = false;
    this.place(word);
    this.choose(0);
  }

  place(word) {
    const upTo = this.area.selectionStart - word.length, range = document.createRange();
    let passed = 0, walker = document.createTreeWalker(this.shown, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (passed + node.length >= upTo) { range.setStart(node, upTo - passed); range.setEnd(node, upTo - passed); break; }
      passed += node.length;
    }
    const at = range.getBoundingClientRect(), box = this.box.getBoundingClientRect();
    this.list.style.top = (at.bottom - box.top + 4) + "px";
    this.list.style.left = Math.max(0, Math.min(at.left - box.left, box.width - this.list.offsetWidth)) + "px";
  }

  choose(at) {
    this.chosen = (at + this.options.length) % this.options.length;
    [...this.list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === this.chosen)));
    this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
    this.area.setAttribute("aria-activedescendant", "completion-" + this.chosen);
  }

  take(at) {
    const word = this.word(), end = this.area.selectionStart;
    this.area.setRangeText(this.options[at].name + " ", end - word.length, end, "end");
    this.paint();
    this.close();
  }

  close() { this.list.hidden = true; this.area.removeAttribute("aria-activedescendant"); }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.close(); this.area.form.requestSubmit(); return; }
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); this.complete(true); return; }
    if (this.list.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) { event.preventDefault(); this.choose(this.chosen + moves[event.key]); }
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); this.take(this.chosen); }
    else if (event.key === "Escape") { event.preventDefault(); this.close(); }
  }
}
