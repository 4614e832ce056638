"use strict";
// Draws the state that /events sends: key figures, a lane a container, findings, resources. The lanes that
// can be seen are in the document, whatever number there is.

const ROW = 22;
const MAX_BUSY = 2000; // invocations of a container that are drawn one by one
const byId = (id) => document.getElementById(id);
const containers = new Map();
const view = { rows: [], selected: null, isLive: true, until: 0, isDirty: true };

const source = new EventSource("events");
source.onopen = () => status("Connected");
source.onerror = () => status("The connection is lost; trying again");
source.onmessage = (event) => take(JSON.parse(event.data));

// A change holds the invocations from number `first` on.
function merge(container) {
  const known = containers.get(container.id);
  if (known && container.first > known.first) {
    container.busy = known.busy.slice(0, container.first - known.first).concat(container.busy);
    container.first = known.first;
    if (container.busy.length > 2 * MAX_BUSY) {
      container.first += container.busy.length - MAX_BUSY;
      container.busy = container.busy.slice(-MAX_BUSY);
    }
  }
  containers.set(container.id, container);
}

function status(text) {
  if (byId("status").textContent !== text) byId("status").textContent = text;
}

function take(message) {
  if (message.all) containers.clear();
  for (const id of message.gone || []) containers.delete(id);
  for (const container of message.containers || []) merge(container);
  if (message.resources) showResources(message.resources);
  if (message.findings) showFindings(message.findings);
  if (message.containers) showFunctions();
  view.isDirty = true;
}

// Times

function now() {
  let latest = 0;
  for (const c of containers.values()) latest = Math.max(latest, lastOf(c));
  return latest;
}

function lastOf(c) {
  const last = c.busy.length ? c.busy[c.busy.length - 1] : null;
  return Math.max(c.ended || 0, c.start + c.init, last ? Math.max(last[0], last[1]) : 0);
}

function range() {
  let first = Infinity;
  for (const c of containers.values()) first = Math.min(first, c.start);
  const end = now();
  if (!containers.size) return { first: 0, from: 0, to: 1, end: 1 };
  const to = view.isLive ? end : view.until;
  const span = Number(byId("span").value);
  return { first, from: span ? to - span : first, to: Math.max(to, first + 1), end };
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString([], { hour12: false });
}

function seconds(s) {
  if (s < 100) return `${s.toFixed(s < 10 ? 1 : 0)} s`;
  if (s < 6000) return `${Math.round(s / 60)} min`;
  return s < 172800 ? `${(s / 3600).toFixed(1)} h` : `${Math.round(s / 86400)} d`;
}

const count = (n) => n.toLocaleString("en-US");
const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)} %` : "-");

// Key figures and resources

function figures(shown) {
  let invocations = 0, cold = 0, hits = 0, misses = 0, init = 0, active = 0;
  for (const c of shown) {
    invocations += c.invocations; cold += c.cold; hits += c.hits; misses += c.misses;
    init += c.init; active += c.end ? 0 : 1;
  }
  return [
    ["containers", count(shown.length)], ["not ended", count(active)],
    ["invocations", count(invocations)], ["cold starts", percent(cold, invocations)],
    ["per container", shown.length ? (invocations / shown.length).toFixed(1) : "-"],
    ["init time", seconds(init / 1000)], ["hit rate", percent(hits, hits + misses)],
  ];
}

function showFigures(shown) {
  byId("figures").replaceChildren(...figures(shown).map(([name, value]) => {
    const box = document.createElement("div");
    box.append(element("dt", name), element("dd", value));
    return box;
  }));
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function showResources(resources) {
  byId("resources").replaceChildren(...resources.slice(0, 200).map((r) => {
    const row = document.createElement("tr");
    if (r.recreated) row.className = "bad";
    row.append(element("td", r.name), element("td", r.site || "-"));
    for (const value of [count(r.hits), count(r.misses), count(r.recreated), `${count(Math.round(r.recreated_ms))} ms`]) {
      row.append(element("td", value, "n"));
    }
    return row;
  }));
}

// What to change stays open where it was opened.
function showFindings(findings) {
  const list = byId("findings");
  const isOpen = new Set([...list.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  list.replaceChildren(...findings.map((finding) => {
    const item = document.createElement("li"), head = element("p", ` ${finding.title}`);
    const details = document.createElement("details");
    head.prepend(element("code", finding.where));
    details.dataset.key = `${finding.where} ${finding.title}`;
    details.open = isOpen.has(details.dataset.key);
    details.append(element("summary", "What to change"), element("pre", finding.advice));
    item.append(head, element("p", finding.figures, "muted"), details);
    return item;
  }));
  byId("nothing").textContent = "Nothing found.";
  byId("nothing").hidden = findings.length > 0;
}

function showFunctions() {
  const names = [...new Set([...containers.values()].map((c) => c.function))].sort();
  const select = byId("function");
  if (select.options.length === names.length + 1) return;
  const chosen = select.value;
  select.replaceChildren(new Option("all", ""), ...names.map((name) => new Option(name, name)));
  select.value = names.includes(chosen) ? chosen : "";
}

// Lanes

function filtered() {
  const name = byId("function").value, part = byId("filter").value.trim().toLowerCase();
  return [...containers.values()]
    .filter((c) => (!name || c.function === name) && (!part || c.id.startsWith(part)))
    .sort((a, b) => b.start - a.start);
}

const colors = {};
function readColors() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["init", "busy", "failed", "idle", "ended"]) {
    colors[name] = style.getPropertyValue(`--${name}`).trim();
  }
}

function draw() {
  const { from, to, first, end } = range();
  view.rows = filtered();
  showFigures(view.rows);
  byId("none").hidden = containers.size > 0;
  byId("space").style.height = `${view.rows.length * ROW}px`;
  if (view.isLive) byId("slider").value = 1000;
  else byId("slider").value = (1000 * (view.until - first)) / Math.max(1, end - first);
  byId("until").textContent = view.isLive ? "now" : clock(view.until);
  axis(from, to);
  lanes(from, to);
}

function axis(from, to) {
  const marks = [], parts = byId("axis").clientWidth < 400 ? 2 : 4;
  for (let at = 0; at <= parts; at++) {
    const mark = element("span", clock(from + ((to - from) * at) / parts));
    mark.style.left = `${(100 * at) / parts}%`;
    mark.style.transform = `translateX(-${(100 * at) / parts}%)`;
    marks.push(mark);
  }
  byId("axis").replaceChildren(...marks);
}

function lanes(from, to) {
  const box = byId("lanes"), top = Math.floor(box.scrollTop / ROW);
  const visible = Math.ceil(box.clientHeight / ROW) + 1;
  const kept = new Map([...box.querySelectorAll(".lane")].map((lane) => [lane.dataset.id, lane]));
  view.rows.slice(top, top + visible).forEach((c, at) => {
    const lane = kept.get(c.id) || newLane(c);
    kept.delete(c.id);
    lane.style.top = `${(top + at) * ROW}px`;
    lane.setAttribute("aria-selected", String(view.selected === c.id));
    lane.setAttribute("aria-label", describe(c));
    lane.querySelector("b").textContent = ` ${count(c.invocations)}x`;
    if (!lane.isConnected) box.append(lane);
    paint(lane.querySelector("canvas"), c, from, to);
  });
  for (const lane of kept.values()) lane.remove();
}

function newLane(c) {
  const lane = document.createElement("div"), name = element("span", c.id.slice(0, 8));
  lane.className = "lane";
  lane.id = `c-${c.id}`;
  lane.dataset.id = c.id;
  lane.setAttribute("role", "option");
  name.append(document.createElement("b"));
  lane.append(name, document.createElement("canvas"));
  lane.onclick = () => open(c.id);
  return lane;
}

function describe(c) {
  const state = c.end ? `ended by ${c.end}` : "not ended";
  return `Container ${c.id.slice(0, 8)} of ${c.function}: ${c.invocations} invocations, ${state}`;
}

function paint(canvas, c, from, to) {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = 21;
  if (canvas.width !== Math.round(width * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const x = (ms) => ((ms - from) / (to - from)) * width;
  const block = (begin, end, color, inset) => {
    const left = Math.max(0, x(begin)), right = Math.min(width, x(end));
    if (right < 0 || left > width) return;
    pen.fillStyle = color;
    pen.fillRect(left, inset, Math.max(1, right - left), height - 2 * inset);
  };
  block(c.start, c.ended || to, colors.idle, 8);
  if (c.init) block(c.start, c.start + c.init, colors.init, 4);
  for (const [begin, end, failed] of c.busy) block(begin, end || to, failed ? colors.failed : colors.busy, 4);
  for (const at of c.resets) block(at, at, colors.failed, 1);
  if (c.ended) block(c.ended, c.ended, colors.ended, 2);
}

// Details

async function open(id) {
  const c = containers.get(id);
  if (!c) return;
  select(id);
  byId("h-details").textContent = `Container ${id.slice(0, 8)}`;
  const facts = [
    ["function", c.function], ["id", c.id], ["started", new Date(c.start).toLocaleString()],
    ["age", seconds((lastOf(c) - c.start) / 1000)], ["init", `${c.init} ms`],
    ["invocations", count(c.invocations)], ["hit rate", percent(c.hits, c.hits + c.misses)],
    ["memory", `${c.memory} MB`], ["end", c.end || "not yet"],
  ];
  byId("facts").replaceChildren(...facts.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  byId("records").textContent = "";
  if (!byId("details").open) byId("details").showModal();
  location.hash = `container=${id}`;
  const answer = await fetch(`records?container=${encodeURIComponent(id)}`);
  const { records } = await answer.json();
  byId("records").textContent = records.map((r) => JSON.stringify(r, null, 1)).join("\n\n") || "none yet";
}

function select(id) {
  view.selected = id;
  byId("lanes").setAttribute("aria-activedescendant", `c-${id}`);
  view.isDirty = true;
}

byId("details").addEventListener("close", () => {
  history.replaceState(null, "", location.pathname);
  byId("lanes").focus();
});

byId("lanes").addEventListener("keydown", (event) => {
  const at = view.rows.findIndex((c) => c.id === view.selected);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -1e9, End: 1e9 };
  if (event.key in steps && view.rows.length) {
    event.preventDefault();
    const next = Math.min(view.rows.length - 1, Math.max(0, at < 0 ? 0 : at + steps[event.key]));
    select(view.rows[next].id);
    const box = byId("lanes"), top = next * ROW;
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW - box.clientHeight;
  } else if ((event.key === "Enter" || event.key === " ") && view.selected) {
    event.preventDefault();
    open(view.selected);
  }
});

// Tools

function setLive(isLive) {
  view.isLive = isLive;
  byId("live").setAttribute("aria-pressed", String(isLive));
  view.isDirty = true;
}

byId("live").onclick = () => setLive(true);
byId("slider").oninput = () => {
  const { first, end } = range();
  view.until = first + ((end - first) * Number(byId("slider").value)) / 1000;
  setLive(Number(byId("slider").value) >= 1000);
};
byId("tools").onsubmit = (event) => event.preventDefault();
for (const id of ["function", "filter", "span"]) byId(id).addEventListener("input", () => { view.isDirty = true; });
byId("lanes").addEventListener("scroll", () => { view.isDirty = true; });
window.addEventListener("resize", () => { view.isDirty = true; });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColors(); view.isDirty = true; });

function fromLink() {
  const id = new URLSearchParams(location.hash.slice(1)).get("container");
  if (!id) return true;
  const found = [...containers.keys()].find((own) => own.startsWith(id));
  if (found && !byId("details").open) open(found);
  return Boolean(found);
}

let isLinkOpen = false;
function frame() {
  if (view.isDirty) {
    view.isDirty = false;
    draw();
    if (!isLinkOpen && containers.size) isLinkOpen = fromLink();
  }
  requestAnimationFrame(frame);
}

readColors();
frame();
