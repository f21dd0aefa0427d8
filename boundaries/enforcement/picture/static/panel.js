/* What is told about a selection, beside the drawing. Names are only ever set as text. */

const PLACES_AT_ONCE = 60;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function button(text, onClick, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}

/* A selection: contexts, or edges, or both; the drawing lights what belongs to it. */
const boxSelection = (key) => {
  const members = membersOf.get(key) ?? [Number(key.slice(1))];
  return { key, members, edges: [...new Set(members.flatMap((member) => edgesOf[member]))] };
};
const edgeSelection = (edges) => ({ key: null, members: [], edges });

class Panel {
  constructor(place, go, canOpen) {
    this.place = place;
    this.go = go;
    this.canOpen = canOpen;
  }

  show(selection, found) {
    const parts = found !== null ? this.found(found) : selection === null ? this.summary()
      : selection.key !== null ? this.box(selection) : this.edges(selection.edges);
    this.place.replaceChildren(...parts);
    this.place.scrollTop = 0;
  }

  summary() {
    const ranked = this.ranked(data.edges.keys());
    return [
      element("h2", {}, gravest(tally(data.edges.keys())) ? "Worst first" : "Most couplings first"),
      element("p", { class: "quiet" }, "Click an arrow for its places, a box for what it uses and who uses it. Arrows point at what is needed."),
      ...data.knots.slice(0, 3).map((knot) => this.knot(knot)),
      this.pairs(ranked, { limit: 40 }),
    ];
  }

  knot(knot) {
    const text = knot.length > 6 ? many(knot.length, "context") : knot.map((context) => data.contexts[context].name).join(", ");
    const edges = [...data.edges.keys()].filter((edge) => knotOf.get(data.edges[edge].from) === knot && isInCycle(data.edges[edge]));
    return this.rowButton(`Cycle of ${text}`, "each reaches each of the others", () => this.go(edgeSelection(edges)));
  }

  found({ text, contexts }) {
    const parts = [element("h2", {}, contexts.length ? many(contexts.length, "context") : "Nothing found"), element("p", { class: "quiet" }, `for “${text}”`)];
    const list = element("ul", { class: "rows" });
    for (const context of contexts.slice(0, 60)) {
      list.append(element("li", {}, this.rowButton(data.contexts[context].name, ownerOf(context), () => this.go(boxSelection(keyOf(context))))));
    }
    return [...parts, list];
  }

  box(selection) {
    const { key, members } = selection;
    const inside = new Set(members);
    const parts = [this.back(), element("h2", {}, titleOf(key))];
    const group = key.startsWith("g") ? groupNamed(key) : null;
    parts.push(group ? this.groupFacts(group) : this.contextFacts(members[0]));
    const outgoing = selection.edges.filter((edge) => inside.has(data.edges[edge].from) && !inside.has(data.edges[edge].to));
    const incoming = selection.edges.filter((edge) => inside.has(data.edges[edge].to) && !inside.has(data.edges[edge].from));
    const within = selection.edges.filter((edge) => inside.has(data.edges[edge].to) && inside.has(data.edges[edge].from));
    parts.push(...this.section("Uses", outgoing, group ? null : "to"));
    parts.push(...this.section("Is used by", incoming, group ? null : "from"));
    if (group) parts.push(...this.section("Among themselves", within, null));
    return parts;
  }

  groupFacts(group) {
    const list = element("ul", { class: "names" });
    for (const member of group.members) list.append(element("li", {}, button(data.contexts[member].name, () => this.go(boxSelection(keyOf(member))))));
    const parts = element("div", {});
    if (this.canOpen(group.key)) {
      parts.append(button(`Open these ${many(group.members.length, "context")}`, () => this.go(boxSelection(group.key), group.key), { class: "main" }));
    }
    parts.append(list);
    return parts;
  }

  contextFacts(context) {
    const it = data.contexts[context];
    const facts = [
      ["Owner", it.owner ?? "nobody is named"],
      ["Size", `${many(it.models, "model")}, ${many(it.modules, "module")}`],
      ["Packages", it.packages.join(", ")],
      ["State", [it.state, it.mode, ...(it.shared ? ["shared"] : [])].join(", ")],
    ];
    const list = element("dl", {});
    for (const [term, text] of facts) list.append(element("dt", {}, term), element("dd", {}, text));
    return list;
  }

  section(title, edges, end) {
    const ranked = this.ranked(edges);
    if (!ranked.length) return [];
    const total = ranked.reduce((sum, [, counted]) => sum + counted.total, 0);
    return [element("h3", {}, `${title} `, element("small", {}, many(total, "coupling"))), this.pairs(ranked, { end, limit: 40 })];
  }

  /* Edges that the filter shows, those with most of the gravest first. */
  ranked(edges) {
    const counted = [...edges].map((edge) => [edge, tally([edge])]).filter(([, { total }]) => total);
    const grave = ([edge, { statuses, total }]) => [...statuses.slice(0, 2), total, -edge];
    return counted.sort((a, b) => {
      const [x, y] = [grave(a), grave(b)];
      const at = x.findIndex((value, index) => value !== y[index]);
      return at < 0 ? 0 : y[at] - x[at];
    });
  }

  pairs(ranked, { end = null, limit }) {
    const list = element("ul", { class: "rows" });
    const add = (from, to) => {
      for (const [edge, counted] of ranked.slice(from, to)) {
        const { from: source, to: target } = data.edges[edge];
        const title = end ? data.contexts[data.edges[edge][end]].name : `${data.contexts[source].name} → ${data.contexts[target].name}`;
        const row = this.rowButton(title, kindsInWords(counted.kinds), () => this.go(edgeSelection([edge])), counted);
        list.append(element("li", {}, row));
      }
      if (to < ranked.length) {
        const more = element("li", {}, button(`${ranked.length - to} more`, () => { more.remove(); add(to, to + 200); }, { class: "more" }));
        list.append(more);
      }
    };
    add(0, limit);
    return list;
  }

  rowButton(title, note, onClick, counted) {
    const made = button("", onClick, { class: `row ${counted ? data.statuses[counted.status] : ""}` });
    made.append(element("span", { class: "title" }, title), element("span", { class: "quiet" }, note));
    if (counted) made.append(element("span", { class: "count" }, figureOf(counted)));
    return made;
  }

  edges(edges) {
    const pairs = this.ranked(edges);
    if (edges.length === 1) return this.edge(edges[0]);
    const [sources, targets] = ["from", "to"].map((end) => new Set(edges.map((edge) => data.edges[edge][end])));
    const title = targets.size === 1 ? `${sources.size} contexts → ${data.contexts[[...targets][0]].name}`
      : sources.size === 1 ? `${data.contexts[[...sources][0]].name} → ${targets.size} contexts` : `${pairs.length} pairs of contexts`;
    return [this.back(), element("h2", {}, title), this.pairs(pairs, { limit: 60 })];
  }

  edge(edge) {
    const { from, to } = data.edges[edge];
    const counted = tally([edge]);
    const places = placesOf(edge);
    const name = (context) => button(data.contexts[context].name, () => this.go(boxSelection(keyOf(context))), { class: "link" });
    const parts = [
      this.back(),
      element("h2", {}, name(from), " → ", name(to)),
      element("p", {}, `${many(counted.total, "coupling")}: ${kindsInWords(counted.kinds) || "hidden by the filters"}`),
      element("p", { class: "statuses" }, ...counted.statuses.flatMap((count, status) => count ? [element("span", { class: `tag ${data.statuses[status]}` }, `${count} ${statusInWords(status, count)}`)] : [])),
    ];
    parts.push(this.placeList(places));
    if (places.length < counted.total) {
      const command = `boundaries couplings --from ${data.contexts[from].name} --to ${data.contexts[to].name}`;
      parts.push(element("p", { class: "quiet" }, `${counted.total - places.length} more do not fit on this page: `, element("code", {}, command)));
    }
    return parts;
  }

  placeList(places) {
    const list = element("ol", { class: "places" });
    const add = (from) => {
      list.append(...places.slice(from, from + PLACES_AT_ONCE).map((place) => this.placeItem(place)));
      if (places.length > from + PLACES_AT_ONCE) {
        const more = element("li", {}, button(`${places.length - from - PLACES_AT_ONCE} more`, () => { more.remove(); add(from + PLACES_AT_ONCE); }, { class: "more" }));
        list.append(more);
      }
    };
    add(0);
    return list;
  }

  placeItem(place) {
    const [module, , name] = place.source.split(/(:)/);
    const symbol = name && name !== "<module>" ? name : module;
    const tags = [element("span", { class: "tag kind" }, place.kind)];
    if (place.status !== "allowed") {
      const rule = place.rule ? `${place.rule} ` : "";
      const title = data.rules[place.rule] ?? "";
      tags.push(element("span", { class: `tag ${place.status}`, title }, rule + (place.status === "violation" ? title : place.status)));
    }
    const isWitness = ["exact", "runtime"].includes(place.evidence);
    if (isWitness) tags.push(element("span", { class: "tag" }, place.evidence));
    return element("li", {},
      element("code", { class: "path" }, breakable(`${place.path}:${place.line}`)),
      element("span", { class: "symbols", title: place.source }, breakable(symbol), " → ", breakable(place.target), isWitness ? "" : ` ${breakable(place.evidence)}`),
      element("span", { class: "tags" }, ...tags));
  }

  back() {
    return button("← All", () => this.go(null), { class: "link back" });
  }
}

/* Long dotted names may break after a dot, a slash or an underscore. */
const breakable = (text) => text.replace(/([./_:])/g, "$1\u200b");

const STATUS_WORDS = { violation: ["violation", "violations"], baselined: ["baselined", "baselined"], counted: ["counted", "counted"], allowed: ["allowed", "allowed"] };
const statusInWords = (status, count) => STATUS_WORDS[data.statuses[status]][count === 1 ? 0 : 1];
