/* The same couplings as a matrix: the row uses the column. Dependents stand first, so what closes a cycle
   lies below the diagonal. Groups fold and unfold where they stand. */

const SVG = "http://www.w3.org/2000/svg";

function mark(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

class Matrix {
  constructor(place, onSelect) {
    this.place = place;
    this.onSelect = onSelect;
    this.folded = new Set(data.contexts.length > 40 ? data.groups.filter((g) => g.members.length > 1).map((g) => g.key) : []);
  }

  /* Rows from top to bottom, [key, members]. */
  rows() {
    const alone = (context) => [keyOf(context), [context]];
    if (!data.foldedOrder.length) return data.order.map(alone);
    return data.foldedOrder.flatMap((key) => {
      const members = new Set(membersOf.get(key));
      return this.folded.has(key) ? [[key, [...members]]] : data.order.filter((context) => members.has(context)).map(alone);
    });
  }

  draw() {
    const rows = this.rows();
    const cell = rows.length <= 24 ? 30 : rows.length <= 60 ? 22 : 16;
    const side = rows.length * cell;
    const rowOf = new Map(rows.flatMap(([, members], index) => members.map((member) => [member, index])));
    const cells = new Map();
    data.edges.forEach((edge, number) => {
      const at = [rowOf.get(edge.from), rowOf.get(edge.to)];
      if (at[0] === at[1]) return;
      const key = at.join(" ");
      if (!cells.has(key)) cells.set(key, { row: at[0], column: at[1], edges: [], closesCycle: false });
      const one = cells.get(key);
      one.edges.push(number);
      const isFolded = at.some((row) => this.folded.has(rows[row][0]));
      one.closesCycle ||= at[0] > at[1] && (isFolded || isInCycle(edge));
    });
    this.cells = [...cells.values()];

    const head = mark("svg", { class: "head columns", width: side, height: 150 });
    const left = mark("svg", { class: "head rows", width: 220, height: side });
    const body = mark("svg", { class: "body", width: side, height: side });
    rows.forEach(([key, members], index) => {
      const middle = index * cell + cell / 2;
      const title = titleOf(key);
      head.append(mark("text", { transform: `translate(${middle + 4} 142) rotate(-90)` }, clipped(title, 20)));
      left.append(this.header(key, members, index, cell));
      const stripe = { x: 0, y: index * cell, width: side, height: cell, class: index % 2 ? "odd" : "even" };
      body.append(mark("rect", stripe), mark("rect", { x: index * cell, y: index * cell, width: cell, height: cell, class: "diagonal" }));
    });
    rows.forEach(([, members], index) => {
      const [before, here] = [rows[index - 1]?.[1][0], members[0]];
      const isFolded = [rows[index - 1], rows[index]].every((row) => row && this.folded.has(row[0]));
      if (index && !isFolded && groupOf.get(before) !== groupOf.get(here)) {
        const at = index * cell;
        body.append(mark("path", { class: "between", d: `M0 ${at}h${side}M${at} 0v${side}` }));
      }
    });
    for (const one of this.cells) body.append(this.cell(one, cell));
    const cross = [mark("rect", { class: "cross", height: side, width: cell }), mark("rect", { class: "cross", width: side, height: cell })];
    body.append(...cross);
    body.addEventListener("pointermove", (event) => {
      cross[0].setAttribute("x", Math.floor(event.offsetX / cell) * cell);
      cross[1].setAttribute("y", Math.floor(event.offsetY / cell) * cell);
    });
    this.place.replaceChildren(this.corner(), head, left, body);
    this.refresh();
  }

  corner() {
    const corner = element("div", { class: "corner" });
    const groups = data.groups.filter((group) => group.members.length > 1);
    if (groups.length) {
      const all = this.folded.size > 0;
      corner.append(button(all ? "Unfold all" : `Fold by ${data.foldedBy}`, () => {
        this.folded = new Set(all ? [] : groups.map((group) => group.key));
        this.draw();
      }));
    }
    corner.append(element("small", {}, "Row uses column"));
    return corner;
  }

  header(key, members, index, cell) {
    const y = index * cell + cell / 2 + 4;
    const group = groupOf.get(members[0]);
    const canFold = group !== undefined && group.members.length > 1;
    const header = mark("g", { class: "row-head", tabindex: "0", role: "button" });
    const sign = canFold && key === group.key ? "▸ " : "";
    header.append(mark("rect", { x: 0, y: index * cell, width: 220, height: cell }));
    header.append(mark("text", { x: 212, y }, sign + clipped(titleOf(key), 27)));
    const open = () => this.onSelect(boxSelection(key));
    header.addEventListener("click", open);
    header.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && open());
    header.addEventListener("dblclick", () => canFold && this.toggle(group.key));
    return header;
  }

  toggle(key) {
    if (!this.folded.delete(key)) this.folded.add(key);
    this.draw();
  }

  cell(one, size) {
    const [x, y] = [one.column * size, one.row * size];
    one.mark = mark("g", { class: "cell" });
    one.mark.append(mark("rect", { x: x + 1, y: y + 1, width: size - 2, height: size - 2, rx: 3 }));
    if (size >= 22) one.mark.append(mark("text", { x: x + size / 2, y: y + size / 2 + 4 }));
    one.mark.addEventListener("click", () => this.onSelect(edgeSelection(one.edges)));
    one.mark.addEventListener("pointermove", (event) => showTip(event, wordsOf(one.edges)));
    one.mark.addEventListener("pointerleave", hideTip);
    return one.mark;
  }

  refresh() {
    for (const one of this.cells ?? []) {
      const { total, status } = tally(one.edges);
      one.mark.setAttribute("class", `cell ${total ? data.statuses[status] : "off"} ${one.closesCycle ? "against" : ""}`);
      one.mark.setAttribute("fill-opacity", Math.min(1, 0.35 + Math.log2(total + 1) / 8).toFixed(2));
      const text = one.mark.querySelector("text");
      if (text) text.textContent = total > 999 ? `${Math.round(total / 1000)}k` : total;
    }
  }

  light(selection) {
    const edges = new Set(selection?.edges ?? []);
    for (const one of this.cells ?? []) one.mark.classList.toggle("chosen", one.edges.some((edge) => edges.has(edge)));
  }
}

const clipped = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
