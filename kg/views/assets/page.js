"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter((c) => c !== undefined && c !== ""));
    return element;
  };
  const draw = (tag, attributes, parent) => {
    const element = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (parent) parent.append(element);
    return element;
  };
  // An attribute is written only when it changes: what stays as it is costs the browser nothing.
  const held = new WeakMap();
  const set = (element, key, value) => {
    const own = held.get(element) || held.set(element, {}).get(element);
    if (own[key] !== value) element.setAttribute(key, own[key] = value);
  };
  const nodes = data.nodes.map(([label, kind, x, y, r, measures, more], i) => ({ i, label, kind, x, y, r, measures, ...more, edges: [], shown: true }));
  const edges = data.edges.map(([s, t, p, label, stance, arrow, weight, count, documents, start, end, when, said, between], i) =>
    ({ i, s: nodes[s], t: nodes[t], p, label, stance, arrow, weight, count, documents, start, end, when, said, between, shown: true }));
  edges.forEach((e) => { e.s.edges.push(e); if (e.t !== e.s) e.t.edges.push(e); });
  nodes.forEach((n) => { n.weight = n.edges.reduce((sum, e) => sum + e.weight, 0); });
  const saying = (e) => data.relations[e.p][1];
  const body = document.body;
  const graphic = data.mode === "graph", many = edges.length > 200;
  // In a timeline an event has an edge for each who takes part: it is counted once.
  const counting = data.mode === "timeline" ? nodes.filter((n) => n.order !== undefined).map((n) => n.edges[0]) : edges;
  body.classList.add(data.mode);
  if (!nodes.length) body.classList.add("blank");

  // ---- What is read: the panel of sentences, and the rows.
  const voice = (stance) => ({ asserted: "", claimed: "claimed", denied: "denied", possible: "not certain" })[stance];
  const phrase = (e) => `${e.s.label} – ${e.label} – ${e.t.label}`;
  const counted = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
  const facts = (e) => [!saying(e) && voice(e.stance), e.when, counted(e.count, "statement"), counted(e.documents, "document") + (e.weight < e.documents ? ` (${e.weight} independent)` : ""), e.between && `between ${e.between}`].filter(Boolean).join(" · ");
  const quote = (index, tone) => {
    const [text, doc, when, by, stance] = data.said[index];
    const [name, published, publisher, url] = data.docs[doc];
    const meta = make("p", { class: "meta" }, [name, publisher, published && `published ${published}`, when && `happened ${when}`, by.length ? `according to ${by.join(", ")}` : "in the article’s own voice", voice(stance)].filter(Boolean).join(" · "));
    if (/^https?:\/\//i.test(url)) meta.append(" · ", make("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, "source"));
    return [make("blockquote", { class: tone }, text), meta];
  };
  const quotes = (e) => {
    const all = e.said.flatMap((i) => quote(i, `r${e.p}`));
    if (e.count > e.said.length) all.push(make("p", { class: "meta" }, `and ${e.count - e.said.length} more, in the graph`));
    return all;
  };
  const panel = $("panel");
  const hint = () => panel.replaceChildren(make("p", { class: "hint" }, "Choose a line or an actor to read its sentences."));
  let chosen = null;
  const mark = () => {
    const near = new Set();
    if (chosen?.node) { near.add(chosen.node); chosen.node.edges.forEach((e) => e.shown && near.add(e.s).add(e.t)); }
    if (chosen?.edge) near.add(chosen.edge.s).add(chosen.edge.t);
    nodes.forEach((n) => {
      n.near = near.has(n);
      n.group?.classList.toggle("chosen", chosen?.node === n);
      n.group?.classList.toggle("away", !!chosen && !n.near);
      n.text?.classList.toggle("near", n.near);
      n.text?.classList.toggle("away", !!chosen && !n.near);
    });
    edges.forEach((e) => {
      const away = chosen && (chosen.edge ? e !== chosen.edge : e.s !== chosen.node && e.t !== chosen.node);
      e.group?.classList.toggle("chosen", chosen?.edge === e);
      e.group?.classList.toggle("away", !!away);
      e.word?.classList.toggle("away", !!away);
    });
    frame();
  };
  const showEdge = (e, focus) => {
    chosen = { edge: e };
    panel.replaceChildren(make("h2", {}, make("span", { class: `swatch r${e.p}` }), phrase(e)), make("p", { class: "hint" }, facts(e)), ...quotes(e));
    done(focus);
  };
  const showNode = (n, focus) => {
    chosen = { node: n };
    const kind = n.kind >= 0 ? data.kinds[n.kind][0] : "";
    const measures = Object.entries(n.measures).map(([k, v]) => `${k} ${v}`);
    const list = n.edges.filter((e) => e.shown).sort((a, b) => a.p - b.p || b.weight - a.weight);
    const open = list.reduce((sum, e) => sum + e.said.length, 0) <= 8;
    panel.replaceChildren(
      make("h2", {}, n.label), make("p", { class: "hint" }, [kind, counted(list.length, "tie"), ...measures].filter(Boolean).join(" · ")),
      ...list.map((e) => make("details", { open }, make("summary", {}, make("span", { class: `swatch r${e.p}` }), phrase(e), " ", make("small", {}, [!saying(e) && voice(e.stance), e.when, counted(e.count, "statement")].filter(Boolean).join(" · "))), ...quotes(e))));
    done(focus);
  };
  const done = (focus) => {
    panel.scrollTop = 0;
    if (focus) { panel.focus({ preventScroll: true }); panel.scrollIntoView({ block: "nearest" }); }
    mark();
  };
  const clear = () => { chosen = null; hint(); mark(); };
  hint();

  // ---- Filters.
  const hiddenRelations = new Set(), hiddenKinds = new Set();
  let claims = true, undated = true, range = null, wanted = "";
  const box = (text, sample, count, change) => make("label", {}, make("input", { type: "checkbox", checked: true, onchange: (event) => { change(event.target.checked); filter(); } }), sample, text, count === undefined ? "" : make("small", {}, count.toLocaleString("en")));
  const picture = (width, name) => { const s = draw("svg", { width, height: 14, "aria-hidden": "true", class: name }); return s; };
  const sample = (name, dashed) => { const s = picture(24, name); draw("path", { d: "M0 7h24", class: `line${dashed ? " dash" : ""}`, "stroke-width": 3 }, s); return s; };
  const outline = { circle: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0z", round: "M-.9-.5Q-.9-.9-.5-.9H.5Q.9-.9.9-.5V.5Q.9.9.5.9H-.5Q-.9.9-.9.5z", page: "M-.75-.9H.75V.9H-.75z", triangle: "M0-1.15 1.1.85-1.1.85z", pin: "M-1.05-.85 1.05-.85 0 1.15z", diamond: "M0-1.2 1.2 0 0 1.2-1.2 0z", hexagon: "M1 0 .5.87-.5.87-1 0-.5-.87.5-.87z", star: "M0-1.2.31-.54 1.04-.6.62 0 1.04.6.31.54 0 1.2-.31.54-1.04.6-.62 0-1.04-.6-.31-.54z", box: "M-1-.7H1V.7H-1z" };
  const symbol = (shape) => outline[shape] || outline.circle;
  const glyph = (shape, name) => { const s = picture(16, name); draw("path", { d: symbol(shape), transform: "translate(8 7) scale(6)", class: `mark ${shape === "ring" ? "ring" : ""}` }, s); return s; };
  const fold = (set, key) => (on) => { if (on) set.delete(key); else set.add(key); };
  const legend = $("legend");
  const listed = data.relations.map((r, i) => [r, i]).filter(([[label]]) => graphic || !["about", "on"].includes(label));
  const relations = make("fieldset", {}, make("legend", {}, "Relations"), ...listed.map(([[label], i]) => { const l = box(label, sample(`r${i}`), counting.filter((e) => e.p === i).length, fold(hiddenRelations, i)); l.firstChild.dataset.relation = label; return l; }));
  legend.append(relations);
  if (edges.some((e) => e.stance !== "asserted" && !saying(e))) relations.append(box("only claimed", sample("", true), counting.filter((e) => e.stance !== "asserted").length, (on) => { claims = on; }));
  const camps = nodes.some((n) => n.camp === 1);
  if (graphic) legend.append(make("fieldset", {}, make("legend", {}, "Kinds"), ...data.kinds.map(([label, shape], i) => { const l = box(label, glyph(shape, camps ? "grey" : `k${i}`), nodes.filter((n) => n.kind === i).length, fold(hiddenKinds, i)); l.firstChild.dataset.kind = label; return l; })));
  if (camps) legend.append(make("fieldset", {}, make("legend", {}, "Camps"), ...[0, 1].map((c) => make("p", { class: "hint" }, glyph("circle", `camp${c}`), ` ${counted(nodes.filter((n) => n.camp === c).length, "actor")}`))));
  $("legend-button").addEventListener("click", (event) => { const folded = legend.classList.toggle("folded"); event.target.setAttribute("aria-expanded", String(!folded)); });
  if (window.innerWidth <= 900) $("legend-button").click();

  const stamp = (day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
  const month = (m) => `${String(Math.floor(m / 12)).padStart(4, "0")}-${String(m % 12 + 1).padStart(2, "0")}`;
  const dated = counting.filter((e) => e.start);
  if (dated.length) {
    const low = Math.min(...dated.map((e) => stamp(e.start))), high = Math.max(...dated.map((e) => stamp(e.end)));
    const out = make("output", { id: "span" });
    const slider = (name, value) => make("input", { type: "range", id: name, min: low, max: high, value, "aria-label": name === "from" ? "From month" : "To month" });
    const [from, to] = [slider("from", low), slider("to", high)];
    const slide = (moved) => () => {
      let [a, b] = [Number(from.value), Number(to.value)];
      if (a > b) { if (moved === from) to.value = b = a; else from.value = a = b; }
      range = a === low && b === high ? null : [a, b];
      from.setAttribute("aria-valuetext", month(a)); to.setAttribute("aria-valuetext", month(b));
      out.textContent = a === b ? month(a) : `${month(a)} to ${month(b)}`;
      filter();
    };
    from.addEventListener("input", slide(from)); to.addEventListener("input", slide(to));
    if (high > low) $("time").append(make("label", { class: "range" }, "From ", from), make("label", { class: "range" }, "to ", to), out);
    if (counting.some((e) => !e.start) && high > low) {
      const keep = make("input", { type: "checkbox", id: "undated", checked: true, onchange: (event) => { undated = event.target.checked; filter(); } });
      $("time").append(make("label", {}, keep, `undated (${counting.filter((e) => !e.start).length.toLocaleString("en")})`));
    }
    out.textContent = `${month(low)} to ${month(high)}`;
  }
  const holds = (e) => {
    if (hiddenRelations.has(e.p) || hiddenKinds.has(e.s.kind) || hiddenKinds.has(e.t.kind)) return false;
    if (!claims && e.stance !== "asserted" && !saying(e)) return false;
    if (!e.start) return undated;
    return !range || (stamp(e.start) <= range[1] && stamp(e.end) >= range[0]);
  };
  const filter = () => {
    edges.forEach((e) => { e.shown = holds(e); e.group?.classList.toggle("off", !e.shown); e.row?.classList.toggle("off", !e.shown); });
    nodes.forEach((n) => {
      n.shown = n.edges.length ? n.edges.some((e) => e.shown) : !hiddenKinds.has(n.kind);
      n.group?.classList.toggle("off", !n.shown);
      if (n.item) n.item.classList.toggle("off", !n.shown || (wanted !== "" && !n.item.textContent.toLowerCase().includes(wanted)));
    });
    years();
    const [a, b] = [nodes.filter((n) => n.shown), edges.filter((e) => e.shown)];
    const things = data.mode === "timeline" ? [counted(a.filter((n) => n.order !== undefined).length, "event")] : data.mode === "cards" ? ["Issue", "Claim"].map((k) => [a.filter((n) => data.kinds[n.kind]?.[0] === k).length, k.toLowerCase()]).filter(([n]) => n).map(([n, k]) => counted(n, k)) : [counted(a.length, "actor"), counted(b.length, "tie")];
    $("count").textContent = nodes.length ? things.join(", ") + (b.length < edges.length ? " shown" : "") : "";
    frame();
  };

  // ---- Rows: a table of ties, events in order, or accounts side by side.
  const rows = $("rows");
  const years = () => rows.querySelectorAll("li.year").forEach((head) => {
    let next = head.nextElementSibling, used = false;
    while (next && !next.classList.contains("year")) { used ||= !next.classList.contains("off"); next = next.nextElementSibling; }
    head.classList.toggle("off", !used);
  });
  if (graphic && nodes.length) {
    const line = (e) => { e.row = make("tr", {}, make("td", {}, e.s.label), make("td", {}, make("span", { class: `swatch r${e.p}` }), make("button", { type: "button", "data-edge": e.i, "aria-label": phrase(e), onclick: () => showEdge(e, true) }, e.label)), make("td", {}, e.t.label), make("td", {}, e.when), make("td", {}, String(e.documents)), make("td", {}, saying(e) ? "" : voice(e.stance))); return e.row; };
    rows.append(make("table", {}, make("thead", {}, make("tr", {}, ...["From", "Relation", "To", "When", "Documents", ""].map((h) => make("th", { scope: "col" }, h)))), make("tbody", {}, ...[...edges].sort((a, b) => b.weight - a.weight || a.s.label.localeCompare(b.s.label, "en")).map(line))));
  }
  if (data.mode === "timeline") {
    const list = make("ol", { class: "events" });
    let year = null;
    nodes.filter((n) => n.order !== undefined).sort((a, b) => a.order - b.order).forEach((n) => {
      const own = n.when ? n.when.slice(0, 4) : "undated";
      if (own !== year) list.append(make("li", { class: "year" }, make("h2", {}, year = own)));
      const e = n.edges[0];
      const says = [n.by && `says ${n.by}`, ["denied", "possible"].includes(n.stance) && voice(n.stance)].filter(Boolean).join(", ");
      n.item = make("li", { class: `r${n.predicate}` }, make("time", {}, n.when || ""), make("span", { class: `dot ${n.precision}`, title: n.precision === "none" ? "no date" : `known to the ${n.precision}` }), make("span", {}, make("button", { type: "button", class: "link", onclick: () => showEvent(n, e) }, n.label), says ? ` (${says})` : ""));
      list.append(n.item);
    });
    rows.append(list);
  }
  const showEvent = (n, e) => {
    panel.replaceChildren(make("h2", {}, n.label), make("p", { class: "hint" }, facts(e)), ...quotes(e));
    done(true);
  };
  if (data.mode === "cards") {
    const into = (n) => edges.filter((e) => e.t === n);
    const sources = (n) => into(n).map((e) => { e.row = make("div", {}, make("p", { class: "who" }, `${e.s.label} ${e.label}`), ...quotes(e)); return e.row; });
    const title = (n) => data.kinds[n.kind]?.[0];
    nodes.filter((n) => title(n) === "Issue").forEach((n) => {
      n.item = make("article", { class: "card" }, make("h2", {}, n.label), make("div", { class: "versions" }, ...into(n).map((e) => make("section", {}, make("h3", {}, e.s.label), ...sources(e.s)))));
      rows.append(n.item);
    });
    nodes.filter((n) => title(n) === "Claim").sort((a, b) => b.weight - a.weight || a.label.localeCompare(b.label, "en")).forEach((n) => {
      n.item = make("article", { class: "card" }, make("h2", {}, n.label), make("div", { class: "versions" }, ...sources(n)));
      rows.append(n.item);
    });
    panel.remove();
    document.querySelector("main").style.gridTemplateColumns = window.innerWidth > 900 ? "13.5rem minmax(0, 1fr)" : "";
  }
  $("list-button").addEventListener("click", (event) => {
    const on = body.classList.toggle("listed");
    event.target.setAttribute("aria-pressed", String(on));
    if (!on) fit();
  });
  $("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });

  // ---- The drawing: places grow and shrink with the zoom, marks and words stay readable.
  const svg = $("graph"), stage = $("stage");
  const canvas = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  const width = (text, font) => {
    const key = font + text;
    if (!widths.has(key)) { canvas.font = font; widths.set(key, canvas.measureText(text).width); }
    return widths.get(key);
  };
  const family = getComputedStyle(body).fontFamily;
  const wrap = (label) => {
    const lines = [""];
    for (const word of label.split(" ")) {
      if (lines.at(-1) && (lines.at(-1) + " " + word).length > 20 && lines.length < 3) lines.push(word);
      else lines.push((lines.pop() + " " + word).trim());
    }
    return lines.map((l) => (l.length > 30 ? `${l.slice(0, 28)}…` : l));
  };
  const LINE = 14.5;
  const f = (v) => v.toFixed(1);
  let W = 0, H = 0, kx = 1, ky = 1, tx = 0, ty = 0, turned = false, pending = false, base = 1, moving = 0, drawn = [1, 0, 0];
  const place = (n) => { const [x, y] = turned ? [n.y, n.x] : [n.x, n.y]; return [x * kx + tx, y * ky + ty]; };
  const fit = () => {
    W = stage.clientWidth; H = stage.clientHeight;
    if (!W || !H || !nodes.length) return;
    svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
    const bounds = (key) => [Math.min(...nodes.map((n) => n[key])), Math.max(...nodes.map((n) => n[key]))];
    let [xs, ys] = [bounds("x"), bounds("y")];
    const padX = Math.min(70, W * 0.14), padY = Math.min(48, H * 0.12);
    const zoom = (room, [low, high]) => Math.min(1.7, room / Math.max(1, high - low));
    const least = (a, b) => Math.min(zoom(W - 2 * padX, a), zoom(H - 2 * padY, b));
    turned = least(ys, xs) > 1.15 * least(xs, ys);
    if (turned) [xs, ys] = [ys, xs];
    kx = zoom(W - 2 * padX, xs); ky = zoom(H - 2 * padY, ys);
    kx = Math.min(kx, ky * 1.7); ky = Math.min(ky, kx * 1.7);
    base = Math.min(kx, ky);
    tx = W / 2 - kx * (xs[0] + xs[1]) / 2; ty = H / 2 - ky * (ys[0] + ys[1]) / 2;
    clearTimeout(moving); moving = 0;
    frame();
  };
  const frame = () => { if (graphic && !pending) { pending = true; requestAnimationFrame(() => { pending = false; render(); }); } };
  const pairs = new Map(), scene = draw("g", { class: "scene" }, svg);
  if (graphic) {
    if (many) body.classList.add("many");
    edges.forEach((e) => { const key = e.s.i < e.t.i ? `${e.s.i} ${e.t.i}` : `${e.t.i} ${e.s.i}`; if (!pairs.has(key)) pairs.set(key, []); pairs.get(key).push(e); });
    const layers = ["edges", "nodes", "words", "labels"].map((name) => draw("g", { class: name }, scene));
    edges.forEach((e) => {
      e.group = draw("g", { class: `edge r${e.p} ${saying(e) ? "" : `v-${e.stance}`}`, "data-edge": e.i }, layers[0]);
      e.hit = draw("path", { class: "hit" }, e.group);
      e.line = draw("path", { class: "line", "stroke-width": Math.min(5, (1.3 + 0.8 * Math.log2(1 + e.weight)) * (many ? 0.6 : 1)) }, e.group);
      if (e.arrow) e.tip = draw("path", { class: "tip" }, e.group);
      e.group.addEventListener("click", () => { if (!dragged) showEdge(e, true); });
      hover(e.group, () => `${phrase(e)} · ${facts(e)}`);
      if (edges.length <= 70 && !saying(e)) { e.word = draw("text", { class: `word r${e.p}`, "text-anchor": "middle" }, layers[2]); e.word.textContent = e.label; }
    });
    nodes.forEach((n) => {
      const [kind, shape] = n.kind >= 0 ? data.kinds[n.kind] : ["", "circle"];
      n.group = draw("g", { class: `node k${n.kind}${n.camp === undefined ? "" : ` camp${n.camp}`}`, role: "button", tabindex: -1, "data-node": n.i, "aria-label": [n.label, kind, counted(n.edges.length, "tie")].filter(Boolean).join(", ") }, layers[1]);
      n.mark = draw("path", { class: `mark ${shape === "ring" ? "ring" : ""}`, d: symbol(shape) }, n.group);
      n.lines = wrap(n.label);
      n.text = draw("text", n.centre ? { class: "centre" } : {}, layers[3]);
      n.lines.forEach((l, i) => { draw("tspan", { x: 0, y: f(11.5 + LINE * i) }, n.text).textContent = l; });
      n.group.addEventListener("click", () => { if (!dragged) showNode(n, true); });
      n.group.addEventListener("focus", () => { rove(n); keepInside(n); n.hover = true; frame(); });
      n.group.addEventListener("blur", () => { n.hover = false; frame(); });
      hover(n.group, () => n.label);
    });
  }
  function hover(group, words) {
    group.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "mouse") return;
      const tip = $("tip"), rect = stage.getBoundingClientRect();
      tip.textContent = words(); tip.style.display = "block";
      tip.style.left = `${Math.max(4, Math.min(event.clientX - rect.left + 14, W - tip.offsetWidth - 6))}px`;
      tip.style.top = `${Math.max(4, Math.min(event.clientY - rect.top + 16, H - tip.offsetHeight - 6))}px`;
    });
    group.addEventListener("pointerleave", () => { $("tip").style.display = "none"; });
  }
  const rim = (n, x, y, gap) => { const d = Math.hypot(x - n.px, y - n.py) || 1; return [n.px + (x - n.px) / d * (n.pr + gap), n.py + (y - n.py) / d * (n.pr + gap)]; };
  const meets = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  // A crowded graph is moved as a whole, by one attribute; marks, curves and names are drawn anew when it rests.
  const move = () => {
    if (many) { clearTimeout(moving); moving = setTimeout(() => { moving = 0; frame(); }, 130); }
    frame();
  };
  const render = () => {
    if (!W) return;
    if (moving) {
      const by = kx / drawn[0];
      set(scene, "transform", `translate(${f(tx - by * drawn[1])} ${f(ty - by * drawn[2])}) scale(${by.toFixed(4)})`);
      return;
    }
    drawn = [kx, tx, ty];
    set(scene, "transform", "translate(0 0)");
    const zoom = Math.min(kx, ky), grow = Math.max(0.5, Math.min(1.25, Math.sqrt(zoom) * 1.05));
    nodes.forEach((n) => { [n.px, n.py] = place(n); n.pr = n.r * grow; set(n.group, "transform", `translate(${f(n.px)} ${f(n.py)})`); set(n.mark, "transform", `scale(${f(n.pr)})`); });
    for (const group of pairs.values()) {
      const shown = group.filter((e) => e.shown);
      shown.forEach((e, i) => {
        const [a, b] = [e.s, e.t];
        let points;
        if (a === b) { const up = 2.2 * (a.pr + 12 + 10 * i); points = [a.px - a.pr, a.py, a.px, a.py - up, a.px + a.pr, a.py]; }
        else {
          const d = Math.hypot(b.px - a.px, b.py - a.py) || 1;
          const bend = (i - (shown.length - 1) / 2) * Math.min(44, 16 + d * 0.14) * (a.i < b.i ? 1 : -1);
          const cx = (a.px + b.px) / 2 - (b.py - a.py) / d * bend, cy = (a.py + b.py) / 2 + (b.px - a.px) / d * bend;
          points = [...rim(a, cx, cy, 1.5), cx, cy, ...rim(b, cx, cy, e.arrow ? 3 : 1.5)];
        }
        e.points = points;
        const [x1, y1, cx, cy, x2, y2] = points, path = `M${f(x1)} ${f(y1)}Q${f(cx)} ${f(cy)} ${f(x2)} ${f(y2)}`;
        set(e.line, "d", path);
        set(e.hit, "d", path);
        if (e.tip) {
          const d = Math.hypot(x2 - cx, y2 - cy) || 1, ux = (x2 - cx) / d, uy = (y2 - cy) / d, long = many ? 7 : 10, half = many ? 3 : 4.2;
          set(e.tip, "d", `M${f(x2 + ux * 2)} ${f(y2 + uy * 2)}L${f(x2 - ux * long - uy * half)} ${f(y2 - uy * long + ux * half)}L${f(x2 - ux * long + uy * half)} ${f(y2 - uy * long - ux * half)}z`);
        }
      });
    }
    label();
  };
  const label = () => {
    const marks = nodes.filter((n) => n.shown).map((n) => [n.px - n.pr, n.py - n.pr, n.px + n.pr, n.py + n.pr, n]);
    const busy = new Map();
    const cell = 60, keys = (b) => { const all = []; for (let x = Math.floor(b[0] / cell); x <= Math.floor(b[2] / cell); x++) for (let y = Math.floor(b[1] / cell); y <= Math.floor(b[3] / cell); y++) all.push(`${x} ${y}`); return all; };
    const put = (b) => keys(b).forEach((k) => { if (!busy.has(k)) busy.set(k, []); busy.get(k).push(b); });
    const free = (b, own) => b[0] > 2 && b[1] > 2 && b[2] < W - 2 && b[3] < H - 2 && keys(b).every((k) => (busy.get(k) || []).every((o) => o[4] === own && own || !meets(b, o)));
    // What stands over the drawing: the buttons, and the line that tells of hidden names.
    [...marks, [W - 128, H - 50, W, H], ...(nodes.length > 40 ? [[0, H - (W < 560 ? 46 : 28), Math.min(W, 450), H]] : [])].forEach(put);
    const along = many ? [] : edges.filter((e) => e.shown && e.points).flatMap((e) => [0.12, 0.25, 0.38, 0.5, 0.62, 0.75, 0.88].map((t) => at(e, t)));
    const crossed = (b) => { let c = 0; for (const [x, y] of along) if (x > b[0] && x < b[2] && y > b[1] && y < b[3]) c++; return c; };
    const order = nodes.filter((n) => n.shown).sort((a, b) => (b.hover || 0) - (a.hover || 0) || (b.near || 0) - (a.near || 0) || (b.centre || 0) - (a.centre || 0) || b.weight - a.weight || a.i - b.i);
    let missing = 0;
    for (const n of nodes) if (!n.shown) n.text.classList.add("off");
    for (const n of order) {
      const font = `${n.near || n.centre ? 600 : 400} 12.5px ${family}`, wide = Math.max(...n.lines.map((l) => width(l, font))), high = LINE * n.lines.length;
      const below = n.py + n.pr + 3, above = n.py - n.pr - 2 - high, level = n.py - high / 2;
      const spots = [["middle", n.px, below], ["middle", n.px, above], ["start", n.px + n.pr + 5, level], ["end", n.px - n.pr - 5, level]];
      let best = null, least = Infinity;
      spots.forEach(([anchor, x, y], i) => {
        const left = anchor === "middle" ? x - wide / 2 : anchor === "start" ? x : x - wide;
        const b = [left - 2, y, left + wide + 2, y + high, n];
        if (!free(b, n)) return;
        const cost = crossed(b) + i * 0.1;
        if (cost < least) { least = cost; best = { anchor, x, y, b }; }
      });
      const inside = n.px > 0 && n.py > 0 && n.px < W && n.py < H;
      n.text.classList.toggle("off", !best);
      if (!best) { missing += inside; continue; }
      put(best.b);
      set(n.text, "text-anchor", best.anchor);
      set(n.text, "transform", `translate(${f(best.x)} ${f(best.y)})`);
    }
    edges.forEach((e) => {
      if (!e.word) return;
      let room = false;
      const wide = width(e.label, `400 11px ${family}`) / 2 + 2;
      if (e.shown && e.points) for (const t of [0.5, 0.42, 0.58, 0.34, 0.66]) {
        const [x, y] = at(e, t), b = [x - wide, y - 7, x + wide, y + 7, e];
        if (!free(b)) continue;
        put(b); room = true;
        set(e.word, "x", f(x)); set(e.word, "y", f(y + 3.8));
        break;
      }
      e.word.classList.toggle("off", !room);
    });
    $("hidden").textContent = missing ? `${counted(missing, "name")} hidden for want of room; zoom in, or point at a mark` : "";
  };
  const at = (e, t) => { const [x1, y1, cx, cy, x2, y2] = e.points, u = 1 - t; return [u * u * x1 + 2 * u * t * cx + t * t * x2, u * u * y1 + 2 * u * t * cy + t * t * y2]; };

  // ---- Moving about: pointer, wheel, two fingers, keys.
  let dragged = false;
  const pointers = new Map();
  const scale = (by, x = W / 2, y = H / 2) => {
    const now = Math.min(kx, ky) * by;
    if (now < base * 0.5 || now > Math.max(6, base * 12)) return;
    kx *= by; ky *= by; tx = x - (x - tx) * by; ty = y - (y - ty) * by;
    move();
  };
  const local = (event) => { const r = stage.getBoundingClientRect(); return [event.clientX - r.left, event.clientY - r.top]; };
  svg.addEventListener("pointerdown", (event) => { pointers.set(event.pointerId, local(event)); dragged = false; });
  svg.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    const before = [...pointers.values()].map((p) => [...p]);
    pointers.set(event.pointerId, local(event));
    const after = [...pointers.values()];
    if (after.length === 1) {
      const [dx, dy] = [after[0][0] - before[0][0], after[0][1] - before[0][1]];
      if (!dragged && Math.hypot(dx, dy) < 3) { pointers.set(event.pointerId, before[0]); return; }
      if (!dragged) svg.setPointerCapture(event.pointerId);
      dragged = true; tx += dx; ty += dy; move();
    } else if (after.length === 2) {
      const span = (p) => Math.hypot(p[0][0] - p[1][0], p[0][1] - p[1][1]) || 1;
      dragged = true;
      scale(span(after) / span(before), (after[0][0] + after[1][0]) / 2, (after[0][1] + after[1][1]) / 2);
    }
  });
  ["pointerup", "pointercancel", "pointerleave"].forEach((kind) => svg.addEventListener(kind, (event) => { pointers.delete(event.pointerId); }));
  svg.addEventListener("click", (event) => { if (event.target === svg && !dragged) clear(); });
  svg.addEventListener("wheel", (event) => { event.preventDefault(); scale(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), ...local(event)); }, { passive: false });
  document.querySelectorAll("[data-zoom]").forEach((b) => b.addEventListener("click", () => { const by = Number(b.dataset.zoom); if (by) scale(by); else fit(); }));
  let current = null;
  const rove = (n) => { if (current) current.group.setAttribute("tabindex", -1); current = n; n.group.setAttribute("tabindex", 0); };
  const keepInside = (n) => { const [x, y] = place(n); if (x < 20 || y < 20 || x > W - 20 || y > H - 20) { tx += W / 2 - x; ty += H / 2 - y; move(); } };
  svg.addEventListener("keydown", (event) => {
    const n = current;
    if (!n) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); showNode(n, true); return; }
    if (event.key === "+" || event.key === "=") { scale(1.35, ...place(n)); return; }
    if (event.key === "-") { scale(0.74, ...place(n)); return; }
    if (event.key === "0") { fit(); return; }
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    let best = null, least = Infinity;
    for (const m of nodes) {
      if (m === n || !m.shown) continue;
      const [dx, dy] = [m.px - n.px, m.py - n.py], ahead = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (ahead > 0 && ahead + 2 * aside < least) { least = ahead + 2 * aside; best = m; }
    }
    best?.group.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const back = chosen?.node || current;
    clear();
    if (document.activeElement === panel) back?.group?.focus();
  });

  // ---- Search.
  const search = $("search");
  if (graphic) $("names").append(...[...new Set(nodes.map((n) => n.label))].sort((a, b) => a.localeCompare(b, "en")).map((value) => make("option", { value })));
  search.addEventListener("input", () => {
    wanted = search.value.trim().toLowerCase();
    if (!graphic) { filter(); return; }
    if (!wanted) { clear(); return; }
    const seen = nodes.filter((n) => n.shown);
    const found = seen.find((n) => n.label.toLowerCase() === wanted) || seen.filter((n) => n.label.toLowerCase().includes(wanted)).sort((a, b) => b.weight - a.weight)[0];
    if (found) { showNode(found); keepInside(found); } else { chosen = null; panel.replaceChildren(make("p", { class: "hint" }, `Nobody here is called “${search.value.trim()}”.`)); mark(); }
  });

  // ---- Begin.
  if (graphic && nodes.length) {
    rove([...nodes].sort((a, b) => b.weight - a.weight)[0]);
    new ResizeObserver(() => { if (stage.clientWidth !== W || stage.clientHeight !== H) fit(); }).observe(stage);
    fit();
  }
  filter();
  if (graphic) { pending = false; render(); }
  const at_ = /^#(edge|node)-(\d+)$/.exec(location.hash);
  if (at_ && graphic) { const item = (at_[1] === "edge" ? edges : nodes)[Number(at_[2])]; if (item) (at_[1] === "edge" ? showEdge : showNode)(item); }
})();
