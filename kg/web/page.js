"use strict";
// The page at /. Whatever comes from articles is set as text, never as markup.

const $ = id => document.getElementById(id);
const STEP = 500;
const EXAMPLE = `SELECT ?actor ?relation ?other ?sentence
WHERE {
  ?statement rdf:subject ?actor ; rdf:predicate ?relation ; rdf:object ?other ;
    prov:wasDerivedFrom/schema:text ?sentence .
  ?actor a kg:State .
}
LIMIT 100`;
let catalog = { queries: [], views: [] }, editor, last = null, turn = 0;

function element(name, text, more = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return Object.assign(made, more);
}

function status(text, wrong = false) {
  $("status").textContent = text;
  $("status").classList.toggle("wrong", wrong);
}

function clear() {
  $("result").hidden = $("picture").hidden = $("tools").hidden = $("more").hidden = $("hits").hidden = true;
  $("result").replaceChildren();
  last = null;
}

async function get(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer;
}

// Only the newest question is shown: an answer that comes late is dropped.
async function ask(work, then) {
  const mine = ++turn;
  clear();
  status("Asking …");
  try {
    const answer = await work();
    if (mine === turn) then(answer);
  } catch (error) {
    if (mine === turn) status(error.message, true);
  }
}

// Rows

function pathOf(iri) {
  return "/resource?iri=" + encodeURIComponent(iri);
}

function cell(text, iri) {
  const td = document.createElement("td");
  if (text.length > 60) td.className = "long";
  if (iri && !iri.startsWith("https://w3id.org/conflict-kg/ontology#")) td.append(element("a", text, { href: pathOf(iri), title: iri }));
  else td.textContent = text;
  return td;
}

function rows(answer) {
  last = answer;
  const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  const kept = answer.columns.map((_, at) => at).filter(at => !answer.rows.length || answer.rows.some(row => row[at] !== ""));
  for (const at of kept) head.append(element("th", answer.columns[at].replaceAll("_", " "), { scope: "col" }));
  let shown = 0;
  const step = () => {
    const until = Math.min(shown + STEP, answer.rows.length);
    for (; shown < until; shown++) {
      const tr = body.insertRow();
      for (const at of kept) tr.append(cell(answer.rows[shown][at], answer.iris[shown] && answer.iris[shown][at]));
    }
    const number = answer.rows.length;
    status(answer.boolean !== undefined ? (answer.boolean ? "Yes." : "No.") : `${number} ${number === 1 ? "row" : "rows"}${shown < number ? `, the first ${shown} shown` : ""}`);
    $("more").hidden = shown === number;
  };
  $("more").onclick = step;
  step();
  $("result").hidden = answer.boolean !== undefined || !answer.rows.length;
  $("result").append(table);
  $("tools").hidden = false;
  $("edit").hidden = !answer.query;
  document.querySelector("[data-save=ttl]").hidden = answer.turtle === undefined;
  document.querySelector("[data-save=svg]").hidden = $("picture").hidden = answer.picture === undefined;
  if (answer.picture) $("picture").firstElementChild.src = "data:image/svg+xml," + encodeURIComponent(answer.picture);
}

function csv(answer) {
  const quote = text => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return [answer.columns, ...answer.rows].map(row => row.map(quote).join(",")).join("\r\n") + "\r\n";
}

function save(form) {
  const texts = { csv: () => csv(last), json: () => JSON.stringify({ columns: last.columns, rows: last.rows, iris: last.iris }, null, 1), ttl: () => last.turtle, svg: () => last.picture };
  const types = { csv: "text/csv", json: "application/json", ttl: "text/turtle", svg: "image/svg+xml" };
  const link = element("a", "", { href: URL.createObjectURL(new Blob([texts[form]()], { type: types[form] })), download: "answer." + form });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// Find

function find(name) {
  if (!name.trim()) { clear(); status(""); return; }
  ask(async () => (await get("/search?q=" + encodeURIComponent(name))).json(), hits => {
    status(hits.length ? `${hits.length === 50 ? "The first 50 entities" : hits.length === 1 ? "One entity" : hits.length + " entities"} that “${name.trim()}” can mean` : `No entity has “${name.trim()}” in its name.`);
    $("hits").hidden = !hits.length;
    $("hits").replaceChildren(...hits.map(hit => {
      const item = document.createElement("li");
      item.append(element("a", hit.label, { href: hit.path }));
      const also = hit.name === hit.label ? "" : `, found as “${hit.name}”`;
      item.append(element("small", ` ${hit.kind}${also}; in ${hit.documents} ${hit.documents === 1 ? "document" : "documents"}`));
      return item;
    }));
  });
}

// Saved questions

function chosen() { return catalog.queries.find(query => query.name === $("menu").value); }

function form(values = {}) {
  const query = chosen();
  $("about").textContent = query.description;
  $("parameters").replaceChildren(...query.parameters.map(parameter => {
    const label = element("label", parameter.name);
    const input = element("input", "", { name: parameter.name, value: values[parameter.name] || "", placeholder: parameter.description, autocomplete: "off" });
    if (parameter.kind === "entity") {
      input.setAttribute("list", "names");
      input.addEventListener("input", () => suggest(input.value));
    }
    label.append(input);
    return label;
  }));
}

let waiting;
function suggest(part) {
  clearTimeout(waiting);
  if (part.trim().length < 2) return;
  waiting = setTimeout(async () => {
    const hits = await (await get("/search?q=" + encodeURIComponent(part))).json();
    $("names").replaceChildren(...hits.slice(0, 12).map(hit => element("option", hit.kind, { value: hit.label })));
  }, 150);
}

function given() {
  return [...$("parameters").querySelectorAll("input")].filter(input => input.value.trim()).map(input => [input.name, input.value.trim()]);
}

function runSaved() {
  const fields = new URLSearchParams(given()), name = $("menu").value;
  remember("saved", [["query", name], ...given()]);
  ask(async () => (await get(`/queries/${encodeURIComponent(name)}?${fields}`)).json(), rows);
}

// SPARQL

function runOwn() {
  const text = editor.value;
  ask(async () => (await get("/run", { method: "POST", body: text, headers: { "Content-Type": "application/sparql-query" } })).json(), rows);
}

// Tabs, and what the address says

const TABS = ["find", "saved", "own", "views"];

function open(tab, focus = false) {
  for (const name of TABS) {
    const selected = name === tab;
    $("tab-" + name).setAttribute("aria-selected", String(selected));
    $("tab-" + name).tabIndex = selected ? 0 : -1;
    $("panel-" + name).hidden = !selected;
  }
  if (focus) $("tab-" + tab).focus();
}

function remember(tab, fields = []) {
  history.replaceState(null, "", "/?" + new URLSearchParams([["tab", tab], ...fields]));
}

function start() {
  for (const tab of TABS) {
    $("tab-" + tab).onclick = () => { turn++; clear(); status(""); open(tab); remember(tab); };
    $("tab-" + tab).onkeydown = event => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length]; turn++; clear(); status(""); open(next, true); remember(next); }
    };
  }
  $("find").onsubmit = event => { event.preventDefault(); remember("find", [["find", $("name").value]]); find($("name").value); };
  $("saved").onsubmit = event => { event.preventDefault(); runSaved(); };
  $("own").onsubmit = event => { event.preventDefault(); runOwn(); };
  $("menu").onchange = () => form(Object.fromEntries(given()));
  $("edit").onclick = () => { editor.value = last.query; turn++; clear(); status(""); open("own"); remember("own"); $("text").focus(); };
  for (const button of document.querySelectorAll("[data-save]")) button.onclick = () => save(button.dataset.save);
}

async function load() {
  start();
  const [listed, words] = await Promise.all([get("/queries"), get("/terms")].map(async one => (await one).json()));
  catalog = listed;
  editor = new Editor($("editor"), [...words.terms, ...Object.entries(words.prefixes).map(([name, iri]) => ({ name: name + ":", about: iri }))]);
  editor.value = EXAMPLE;
  const groups = {};
  for (const query of catalog.queries) {
    if (!groups[query.group]) $("menu").append(groups[query.group] = element("optgroup", undefined, { label: query.group }));
    groups[query.group].append(new Option(query.title, query.name));
  }
  $("views").replaceChildren(...catalog.views.flatMap(name => {
    const item = document.createElement("li");
    item.append(element("a", name[0].toUpperCase() + name.slice(1), { href: "/view/" + name }), element("a", "with claims", { href: `/view/${name}?claimed=1` }));
    return [item];
  }));
  const asked = new URLSearchParams(location.search), values = Object.fromEntries(asked);
  $("menu").value = catalog.queries.some(query => query.name === values.query) ? values.query : "alliances";
  form(values);
  open(TABS.includes(values.tab) ? values.tab : "find");
  if (values.find !== undefined) { open("find"); $("name").value = values.find; find(values.find); }
  else if (values.query) { open("saved"); runSaved(); }
  else if (values.sparql) { open("own"); editor.value = values.sparql; }
}

load().catch(error => status(error.message, true));
