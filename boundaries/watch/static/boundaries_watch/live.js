// Replaces the part of the page that changes, every few seconds, while somebody looks at it.
"use strict";

const part = document.getElementById("bw-live");
let shown = null;

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(part.dataset.url, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      // Left alone while nothing changes, so that focus and selection stay.
      if (text !== shown) part.innerHTML = text;
      shown = text;
      part.classList.remove("bw-stale");
    } catch {
      part.classList.add("bw-stale");
    }
  }
  setTimeout(look, 1000 * Number(part.dataset.seconds));
}

if (part) setTimeout(look, 1000 * Number(part.dataset.seconds));
