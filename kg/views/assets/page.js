"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const panel = document.getElementById("panel");
  const edges = [...document.querySelectorAll(".edge")];
  const nodes = [...document.querySelectorAll(".node")];
  const make = (tag, text, name) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  };
  const clear = () => [...edges, ...nodes].forEach((e) => e.classList.remove("chosen", "away"));
  const phrase = (e) => {
    const [s, t] = [data.nodes[e.s].label, data.nodes[e.t].label];
    return `${s} – ${e.label} – ${t}`;
  };
  const evidence = (e) => {
    const list = document.createDocumentFragment();
    for (const x of e.evidence) {
      list.append(make("blockquote", x.text));
      const parts = [x.doc, x.date && `published ${x.date}`, x.when && `happened ${x.when}`, x.by.length && `according to ${x.by.join(", ")}`];
      const meta = make("p", parts.filter(Boolean).join(" · "), "meta");
      if (/^https?:\/\//.test(x.url)) {
        const link = make("a", "source");
        link.href = x.url;
        link.rel = "noreferrer";
        meta.append(" · ", link);
      }
      list.append(meta);
    }
    return list;
  };
  const showEdge = (i) => {
    const e = data.edges[i];
    clear();
    edges[i].classList.add("chosen");
    panel.replaceChildren(make("h2", phrase(e) + (e.claimed ? " (claimed)" : "")), evidence(e));
  };
  const showNode = (i) => {
    const n = data.nodes[i];
    clear();
    nodes[i].classList.add("chosen");
    const near = new Set([i]);
    panel.replaceChildren(make("h2", n.label), make("p", n.type, "meta"));
    data.edges.forEach((e, k) => {
      if (e.s !== i && e.t !== i) { edges[k].classList.add("away"); return; }
      near.add(e.s).add(e.t);
      if (!edges[k].classList.contains("off")) panel.append(make("h3", phrase(e)), evidence(e));
    });
    nodes.forEach((g, k) => { if (!near.has(k)) g.classList.add("away"); });
  };
  const filter = () => {
    const off = (kind) => new Set([...document.querySelectorAll(`input[data-${kind}]`)].filter((b) => !b.checked).map((b) => b.dataset[kind]));
    const [predicates, types] = [off("predicate"), off("type")];
    const hidden = data.nodes.map((n) => types.has(n.type));
    const used = new Set();
    data.edges.forEach((e, k) => {
      const gone = predicates.has(e.p) || hidden[e.s] || hidden[e.t];
      edges[k].classList.toggle("off", gone);
      if (!gone) used.add(e.s).add(e.t);
    });
    nodes.forEach((g, k) => g.classList.toggle("off", !used.has(k)));
  };
  const press = (act) => (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  };
  edges.forEach((g, i) => ["click", "keydown"].forEach((k) => g.addEventListener(k, press(() => showEdge(i)))));
  nodes.forEach((g, i) => ["click", "keydown"].forEach((k) => g.addEventListener(k, press(() => showNode(i)))));
  document.querySelectorAll("nav input").forEach((b) => b.addEventListener("change", filter));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  document.getElementById("search").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    if (!wanted) { clear(); return; }
    const exact = data.nodes.findIndex((n) => n.label.toLowerCase() === wanted);
    const found = exact >= 0 ? exact : data.nodes.findIndex((n) => n.label.toLowerCase().includes(wanted));
    if (found >= 0) showNode(found);
  });
})();
