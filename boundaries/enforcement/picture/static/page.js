/* The page as a whole: which view and scene is shown, what is selected, searched and filtered. */

const $ = (id) => document.getElementById(id);

const scenes = new Map(data.scenes.map((scene) => [scene.key, scene]));
const drawings = new Map();
for (const svg of document.querySelectorAll("svg[data-scene]")) {
  const key = svg.dataset.scene;
  drawings.set(key, new Drawing(svg, scenes.get(key)));
}

const state = { scene: data.scenes[0].key, view: "map", selection: null, found: null, zoom: null, shown: null };
const panel = new Panel($("panel"), (selection, scene) => select(selection, scene), canOpen);
const matrix = new Matrix($("matrix"), (selection) => select(selection));
const current = () => drawings.get(state.scene);

/* A group opens where it is looked at: as a scene of its own, or among the rows of the matrix. */
function canOpen(key) {
  return state.view === "matrix" ? matrix.folded.has(key) : scenes.has(key) && state.scene !== key;
}

/* ---- Selecting ---- */

function select(selection, scene) {
  state.selection = selection;
  state.found = null;
  if (selection !== null) showSceneOf(selection, scene);
  render();
  remember();
  if (selection?.key) scrollTo(selection);
}

/* Where the selection is folded away, open the group that holds it. */
function showSceneOf(selection, scene) {
  if (scene && state.view === "matrix") {
    matrix.toggle(scene);
  } else if (scene) {
    state.scene = scene;
  } else if (state.view === "map" && selection.key?.startsWith("c") && !current().boxes.has(selection.key)) {
    const group = groupOf.get(selection.members[0]);
    state.scene = scenes.has(group?.key) ? group.key : data.scenes[0].key;
  }
}

function scrollTo(selection) {
  if (state.view !== "map") return;
  current().boxes.get(selection.key)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/* ---- Showing ---- */

function render() {
  for (const [key, drawing] of drawings) drawing.svg.toggleAttribute("hidden", key !== state.scene);
  $("drawings").hidden = state.view !== "map";
  $("zoom").hidden = state.view !== "map";
  $("matrix").hidden = state.view !== "matrix";
  $("show-map").setAttribute("aria-pressed", state.view === "map");
  $("show-matrix").setAttribute("aria-pressed", state.view === "matrix");
  const isCoupled = current().refresh();
  $("nothing").hidden = state.view !== "map" || isCoupled;
  if (state.view === "matrix") matrix.cells ? matrix.refresh() : matrix.draw();
  light();
  fit();
  if (state.view === "map") centre();
  renderTrail();
  panel.show(state.selection, state.found);
}

function light(hovered = null) {
  const selection = state.found !== null ? { members: state.found.contexts, edges: [] } : state.selection ?? hovered;
  current().light(selection);
  matrix.light(selection);
}

/* A scene that was not shown before opens with its middle in sight. */
function centre() {
  if (state.shown === state.scene) return;
  state.shown = state.scene;
  state.zoom = null;
  fit();
  const scroll = $("scroll");
  scroll.scrollTo((scroll.scrollWidth - scroll.clientWidth) / 2, 0);
}

function fit() {
  const { svg, width } = current();
  const room = $("scroll").clientWidth - 4;
  const zoom = state.zoom ?? Math.max(0.7, Math.min(1, room / width));
  svg.setAttribute("width", Math.round(width * zoom));
  svg.setAttribute("height", Math.round(current().height * zoom));
  return zoom;
}

function renderTrail() {
  const parts = [];
  if (state.view === "map" && data.scenes.length > 1) {
    for (const key of ["all", "folded"].filter((key) => scenes.has(key))) {
      const text = key === "all" ? "All contexts" : `Folded by ${data.foldedBy}`;
      parts.push(button(text, () => openScene(key), { class: "link", "aria-pressed": String(state.scene === key) }));
    }
    if (groupNamed(state.scene)) parts.push(element("span", { class: "here" }, `› ${titleOf(state.scene)}`));
  }
  $("trail").replaceChildren(...parts);
}

function openScene(key) {
  state.scene = key;
  select(null);
}

/* ---- Filters ---- */

function chip(name, text, title, count, set, value, onChange) {
  const box = element("input", { type: "checkbox", name });
  box.checked = true;
  box.addEventListener("change", () => {
    box.checked ? set.add(value) : set.delete(value);
    onChange();
  });
  return element("label", { class: `chip ${text}`, title }, box, element("i"), ` ${text} `, element("b", {}, count.toLocaleString("en")));
}

function buildFilters() {
  const whole = tally(data.edges.keys());
  data.statuses.forEach((status, number) => {
    if (whole.statuses[number]) $("statuses").append(chip("status", statusInWords(number, 2), data.meanings[number], whole.statuses[number], filter.statuses, number, render));
  });
  data.kinds.forEach((kind, number) => {
    $("kinds").append(chip("kind", kind, "", whole.kinds.get(number) ?? 0, filter.kinds, number, render));
  });
  const setAll = (name, isOn) => {
    for (const box of document.querySelectorAll(`input[name=${name}]`)) if (box.checked !== isOn(box)) box.click();
  };
  if (gravest(whole) > 0 && gravest(whole) < whole.total) {
    const only = button("Violations only", () => {
      const isOn = only.getAttribute("aria-pressed") !== "true";
      only.setAttribute("aria-pressed", isOn);
      setAll("status", (box) => !isOn || /violations|baselined/.test(box.parentElement.className));
    }, { id: "violations-only", "aria-pressed": "false" });
    $("statuses").append(only);
  }
  if (data.knots.length) {
    const only = button("Cycles only", () => {
      filter.onlyCycles = !filter.onlyCycles;
      only.setAttribute("aria-pressed", filter.onlyCycles);
      render();
    }, { id: "cycles-only", "aria-pressed": "false" });
    $("statuses").append(only);
  }
  if (data.kinds.length > 1) {
    $("kinds").append(button("All", () => setAll("kind", () => true)), button("None", () => setAll("kind", () => false)));
  }
  const counted = whole.statuses[data.statuses.indexOf("counted")];
  const words = [many(data.contexts.length, "context"), many(whole.total, "coupling"), many(gravest(whole), "violation")];
  $("totals").textContent = [...words, ...(counted ? [`${counted.toLocaleString("en")} counted`] : [])].join(" · ");
}

/* ---- Search ---- */

/* Matches by name first: the same name, then names that begin so, then those that hold it; then owners and packages. */
function find(text) {
  const rank = ({ name, owner, packages }) => {
    const at = name.toLowerCase().indexOf(text);
    if (at >= 0) return name.length === text.length ? 0 : at === 0 ? 1 : 2;
    return [owner ?? "", ...packages].some((word) => word.toLowerCase().includes(text)) ? 3 : null;
  };
  const ranked = [...data.contexts.keys()].map((context) => [rank(data.contexts[context]), context]);
  return ranked.filter(([found]) => found !== null).sort(([a, m], [b, n]) => a - b || m - n).map(([, context]) => context);
}

function search() {
  const text = $("search").value.trim().toLowerCase();
  state.found = text ? { text, contexts: find(text) } : null;
  render();
}

/* ---- Pointing ---- */

const wordsOf = (edges) => {
  const pairs = new Set(edges.map((edge) => `${data.contexts[data.edges[edge].from].name} → ${data.contexts[data.edges[edge].to].name}`));
  const counted = tally(edges);
  const { total, kinds } = counted;
  const title = pairs.size <= 3 ? [...pairs].join("\n") : `${pairs.size} pairs of contexts`;
  const violations = gravest(counted);
  return `${title}\n${many(total, "coupling")}${violations ? `, ${many(violations, "violation")}` : ""}\n${kindsInWords(kinds)}`;
};

function showTip(event, text) {
  const tip = $("tip");
  tip.textContent = text;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  tip.style.top = `${event.clientY + height + 24 > innerHeight ? event.clientY - height - 12 : event.clientY + 16}px`;
}

function hideTip() {
  $("tip").hidden = true;
}

function point(event) {
  const box = event.target.closest(".box");
  const arrows = box ? [] : current().arrowsAt(event.clientX, event.clientY);
  const edges = arrows.flatMap((arrow) => arrow.edges);
  edges.length ? showTip(event, wordsOf(edges)) : hideTip();
  light(box ? boxSelection(box.dataset.box) : edges.length ? edgeSelection(edges) : null);
}

function click(event) {
  const box = event.target.closest(".box");
  if (box) return select(boxSelection(box.dataset.box));
  const edges = current().arrowsAt(event.clientX, event.clientY).flatMap((arrow) => arrow.edges);
  select(edges.length ? edgeSelection(edges.filter((edge) => tally([edge]).total)) : null);
}

function openBox(event) {
  const key = event.target.closest(".box")?.dataset.box;
  if (scenes.has(key)) select(boxSelection(key), key);
}

/* Drag the ground to move about. */
function pan(event) {
  if (event.button !== 0 || event.target.closest(".box, .arrow, .figure")) return;
  const scroll = $("scroll");
  const [x, y, left, top] = [event.clientX, event.clientY, scroll.scrollLeft, scroll.scrollTop];
  const move = (moved) => scroll.scrollTo(left - moved.clientX + x, top - moved.clientY + y);
  addEventListener("pointermove", move);
  addEventListener("pointerup", () => removeEventListener("pointermove", move), { once: true });
}

function zoom(way) {
  state.zoom = way === "fit" ? null : Math.max(0.3, Math.min(2, fit() * (way === "in" ? 1.25 : 0.8)));
  fit();
}

/* ---- The address remembers what is selected, so that it can be sent to somebody ---- */

function remember() {
  const { selection } = state;
  const words = new URLSearchParams();
  if (selection?.key) words.set(selection.key.startsWith("g") ? "group" : "context", titleOf(selection.key));
  if (selection && !selection.key && selection.edges.length === 1) {
    const { from, to } = data.edges[selection.edges[0]];
    words.set("from", data.contexts[from].name);
    words.set("to", data.contexts[to].name);
  }
  history.replaceState(null, "", `#${words}`);
}

function recall() {
  const words = new URLSearchParams(location.hash.slice(1));
  const numberOf = (name) => data.contexts.findIndex((context) => context.name === name);
  const group = data.groups.find(({ name }) => name === words.get("group"));
  const [context, from, to] = ["context", "from", "to"].map((word) => numberOf(words.get(word)));
  const edge = data.edges.findIndex((one) => one.from === from && one.to === to);
  if (group) select(boxSelection(group.key), scenes.has(group.key) ? group.key : undefined);
  else if (context >= 0) select(boxSelection(keyOf(context)));
  else if (edge >= 0) select(edgeSelection([edge]));
  else render();
}

/* ---- Keys ---- */

function press(event) {
  const isTyping = event.target.closest("input[type=search]");
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    $("search").focus();
  } else if (event.key === "Escape") {
    $("search").value = "";
    select(null);
  } else if (event.key === "Enter" && isTyping && state.found?.contexts.length) {
    select(boxSelection(keyOf(state.found.contexts[0])));
  } else if ((event.key === "Enter" || event.key === " ") && event.target.closest(".box")) {
    event.preventDefault();
    select(boxSelection(event.target.closest(".box").dataset.box));
    $("panel").focus();
  }
}

buildFilters();
$("show-map").addEventListener("click", () => { state.view = "map"; render(); });
$("show-matrix").addEventListener("click", () => { state.view = "matrix"; render(); });
$("search").addEventListener("input", search);
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("drawings").addEventListener("pointermove", point);
$("drawings").addEventListener("pointerleave", () => { hideTip(); light(); });
$("drawings").addEventListener("click", click);
$("drawings").addEventListener("dblclick", openBox);
$("scroll").addEventListener("pointerdown", pan);
$("scroll").addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  zoom(event.deltaY < 0 ? "in" : "out");
}, { passive: false });
for (const one of document.querySelectorAll("[data-zoom]")) one.addEventListener("click", () => zoom(one.dataset.zoom));
addEventListener("keydown", press);
addEventListener("resize", fit);
addEventListener("hashchange", recall);
recall();
