"use strict";

/* What is known, and what the filter leaves of it. Edges and contexts go by their number in `data`. */

const data = JSON.parse(document.getElementById("data").textContent);

const filter = {
  kinds: new Set(data.kinds.keys()),
  statuses: new Set(data.statuses.keys()),
  onlyCycles: false,
};

const knotOf = new Map(data.knots.flatMap((knot) => knot.map((context) => [context, knot])));
const isInCycle = ({ from, to }) => knotOf.has(from) && knotOf.get(from) === knotOf.get(to);

const edgesOf = data.contexts.map(() => []);
data.edges.forEach((edge, number) => {
  edgesOf[edge.from].push(number);
  edgesOf[edge.to].push(number);
});

const membersOf = new Map(data.scenes.flatMap((scene) => Object.entries(scene.boxes)));
data.groups.forEach((group) => membersOf.set(group.key, group.members));
const groupOf = new Map(data.groups.flatMap((group) => group.members.map((member) => [member, group])));

const keyOf = (context) => `c${String(context).padStart(4, "0")}`;
const titleOf = (key) => (key.startsWith("g") ? groupNamed(key).name : data.contexts[Number(key.slice(1))].name);
const groupNamed = (key) => data.groups.find((group) => group.key === key);
const ownerOf = (context) => data.contexts[context].owner ?? "no owner";
const many = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

/* How many couplings these edges have that the filter shows. `status` is the gravest of them, -1 where none is. */
function tally(edges) {
  const statuses = data.statuses.map(() => 0);
  const kinds = new Map();
  for (const edge of edges) {
    if (filter.onlyCycles && !isInCycle(data.edges[edge])) continue;
    for (const [kind, ...counts] of data.edges[edge].counts) {
      if (!filter.kinds.has(kind)) continue;
      counts.forEach((count, status) => {
        if (!count || !filter.statuses.has(status)) return;
        statuses[status] += count;
        kinds.set(kind, (kinds.get(kind) ?? 0) + count);
      });
    }
  }
  const total = statuses.reduce((sum, count) => sum + count, 0);
  return { total, statuses, kinds, status: statuses.findIndex((count) => count > 0) };
}

/* The places of an edge that the filter shows, as objects. */
function placesOf(edge) {
  return data.places[edge]
    .filter(([kind, status]) => filter.kinds.has(kind) && filter.statuses.has(status))
    .map(([kind, status, line, path, source, target, rule, evidence]) => ({
      kind: data.kinds[kind],
      status: data.statuses[status],
      line,
      path: data.texts[path],
      source: data.texts[source],
      target: data.texts[target],
      rule: data.texts[rule],
      evidence: data.texts[evidence] ?? "",
    }));
}

const gravest = ({ statuses }) => statuses[data.statuses.indexOf("violation")] + statuses[data.statuses.indexOf("baselined")];

/* "12", or "3/12" where some break a rule. */
function figureOf(counted) {
  const grave = gravest(counted);
  const total = counted.total.toLocaleString("en");
  return grave > 0 && grave < counted.total ? `${grave.toLocaleString("en")}/${total}` : total;
}

/* "8 import, 4 relation": the most first. */
function kindsInWords(kinds) {
  const ranked = [...kinds].sort(([a, m], [b, n]) => n - m || a - b);
  return ranked.map(([kind, count]) => `${count.toLocaleString("en")} ${data.kinds[kind]}`).join(", ");
}
