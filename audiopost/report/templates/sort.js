"use strict";
// Every heading of the overview becomes a button that sorts by its column; numbers by value, words by the alphabet.
for (const heading of document.querySelectorAll("table.sortable thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = heading.textContent;
  heading.replaceChildren(button);
  button.addEventListener("click", () => {
    const upward = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of heading.parentElement.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", upward ? "ascending" : "descending");
    const body = heading.closest("table").tBodies[0];
    const text = (row) => row.cells[heading.cellIndex].textContent;
    const number = (row) => { const value = parseFloat(text(row)); return Number.isNaN(value) ? -Infinity : value; };
    const numeric = heading.classList.contains("number");
    const order = numeric ? (a, b) => number(a) - number(b)
                          : (a, b) => text(a).localeCompare(text(b), undefined, { numeric: true });
    body.append(...[...body.rows].sort((a, b) => (upward ? 1 : -1) * order(a, b)));
  });
}
