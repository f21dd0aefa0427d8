/* One drawing: marks that Python drew, shown, hidden, counted again and lit up. */

const strokeWidth = (count) => Math.min(6, 1.2 + 0.45 * Math.log2(Math.max(1, count)));

class Drawing {
  constructor(svg, scene) {
    this.svg = svg;
    this.scene = scene;
    this.width = svg.viewBox.baseVal.width;
    this.height = svg.viewBox.baseVal.height;
    this.boxOf = new Map(Object.entries(scene.boxes).flatMap(([key, members]) => members.map((m) => [m, key])));
    this.boxes = new Map([...svg.querySelectorAll(".box")].map((mark) => [mark.dataset.box, mark]));
    this.arrows = new Map();
    for (const mark of svg.querySelectorAll(".arrow")) this.addArrow(mark);
    for (const mark of svg.querySelectorAll(".figure")) this.arrowBetween(mark.dataset.from, mark.dataset.to).figure = mark;
    data.edges.forEach((edge, number) => {
      this.arrowBetween(this.boxOf.get(edge.from), this.boxOf.get(edge.to))?.edges.push(number);
    });
    for (const mark of this.boxes.values()) {
      mark.setAttribute("tabindex", "0");
      mark.setAttribute("role", "button");
    }
  }

  addArrow(mark) {
    const line = mark.querySelector(".line");
    const hit = line.cloneNode();
    hit.setAttribute("class", "hit");
    hit.removeAttribute("stroke-width");
    mark.append(hit);
    const { from, to } = mark.dataset;
    this.arrows.set(`${from} ${to}`, { from, to, mark, line, figure: null, edges: [] });
  }

  arrowBetween(from, to) {
    return this.arrows.get(`${from} ${to}`);
  }

  /* Count everything again under the filter. */
  refresh() {
    const touched = new Set();
    for (const arrow of this.arrows.values()) {
      const counted = tally(arrow.edges);
      const { total, status } = counted;
      for (const mark of [arrow.mark, arrow.figure]) {
        mark?.classList.toggle("off", total === 0);
        data.statuses.forEach((name, number) => mark?.classList.toggle(name, number === status));
      }
      arrow.line.setAttribute("stroke-width", strokeWidth(counted.statuses[status] ?? 0).toFixed(1));
      if (arrow.figure) arrow.figure.querySelector("text").textContent = figureOf(counted);
      if (total) touched.add(arrow.from).add(arrow.to);
    }
    for (const [key, mark] of this.boxes) mark.classList.toggle("idle", !touched.has(key));
    return touched.size > 0;
  }

  /* Light up what a selection is about and dim the rest; null lights everything. */
  light(selection) {
    this.svg.classList.toggle("focused", selection !== null);
    if (selection === null) return;
    const edges = new Set(selection.edges);
    const lit = new Set(selection.members.map((member) => this.boxOf.get(member)));
    for (const arrow of this.arrows.values()) {
      const isLit = arrow.edges.some((edge) => edges.has(edge));
      arrow.mark.classList.toggle("lit", isLit);
      arrow.figure?.classList.toggle("lit", isLit);
      if (isLit && !arrow.mark.classList.contains("off")) lit.add(arrow.from).add(arrow.to);
    }
    const chosen = new Set(selection.members);
    for (const [key, mark] of this.boxes) {
      mark.classList.toggle("lit", lit.has(key));
      mark.classList.toggle("chosen", this.scene.boxes[key].some((member) => chosen.has(member)));
    }
  }

  /* The arrows under a point of the screen: many, where they share a trunk. */
  arrowsAt(x, y) {
    const marks = document.elementsFromPoint(x, y).map((element) => element.closest(".arrow, .figure"));
    const found = new Set(marks.filter(Boolean).map((mark) => this.arrowBetween(mark.dataset.from, mark.dataset.to)));
    found.delete(undefined);
    return [...found];
  }
}
