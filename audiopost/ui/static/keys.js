// The keys, the rows of dialogs, and cards that are dragged.

import { clamp, newest, say } from "./socket.js";

const KEYS = {
  " ": { do: "play" }, a: { do: "switch", side: "a" }, b: { do: "switch", side: "b" }, x: { do: "switch", side: "x" },
  "0": { do: "bypass" }, n: { do: "next" }, p: { do: "previous" }, r: { do: "record" }, k: { do: "keep", seconds: 30 },
  z: { do: "undo" }, Z: { do: "redo" }, y: { do: "redo" }, t: { do: "take" }, m: { do: "mark" }, l: { do: "loop", on: true },
  i: { do: "reset_meters" }, ",": { do: "to_marker", by: -1 }, ".": { do: "to_marker", by: 1 },
};

document.addEventListener("keydown", (event) => {
  const tag = event.target.tagName;
  if (["INPUT", "TEXTAREA", "SELECT"].includes(tag) || event.target.isContentEditable) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "z" || event.key === "Z") { event.preventDefault(); say({ do: event.shiftKey ? "redo" : "undo" }); }
    return;
  }
  if (event.altKey || (event.key === " " && ["BUTTON", "A", "SUMMARY"].includes(tag))) return;
  if (document.querySelector(".q-dialog")) return;
  if (event.key >= "1" && event.key <= "9") {
    const snapshots = document.querySelectorAll("[data-snapshot]");
    const chosen = snapshots[Number(event.key) - 1];
    if (chosen) say({ do: "recall", name: chosen.dataset.snapshot });
    return;
  }
  const word = KEYS[event.key];
  if (!word) return;
  event.preventDefault();
  say(word.do === "loop" ? { do: "loop", on: !(newest() && newest().at.loop) } : word);
});

// In a dialog the arrow keys go from row to row; in the list of chains each is heard as it is reached.
let auditioning = 0;
document.addEventListener("keydown", (event) => {
  const dialog = document.querySelector(".q-dialog .ap-dialog");
  if (!dialog || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const rows = [...dialog.querySelectorAll(".ap-row")];
  const at = rows.indexOf(document.activeElement);
  const next = rows[clamp(at + (event.key === "ArrowDown" ? 1 : -1), 0, rows.length - 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  if (!next.dataset.chain) return;
  clearTimeout(auditioning);
  auditioning = setTimeout(() => say({ do: "audition", name: next.dataset.chain }), 200);
});

let carried = null;
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest && event.target.closest("[data-node]");
  if (!card) return;
  carried = card.dataset.node;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", carried);
});
document.addEventListener("dragover", (event) => {
  const card = carried && event.target.closest && event.target.closest("[data-node]");
  for (const each of document.querySelectorAll(".ap-drop")) each.classList.remove("ap-drop");
  if (!card || card.dataset.node === carried) return;
  event.preventDefault();
  card.classList.add("ap-drop");
});
document.addEventListener("drop", (event) => {
  const card = carried && event.target.closest && event.target.closest("[data-node]");
  if (card && card.dataset.node !== carried) {
    event.preventDefault();
    const box = card.getBoundingClientRect();
    const before = event.clientX < box.left + box.width / 2;
    say({ do: "move", name: carried, [before ? "before" : "after"]: card.dataset.node });
  }
});
document.addEventListener("dragend", () => {
  carried = null;
  for (const each of document.querySelectorAll(".ap-drop")) each.classList.remove("ap-drop");
});
