
"use strict";
// Everything can be read without this. It shows times in the reader's zone, lets tables be sorted, unfolds for paper.
for (const time of document.querySelectorAll("time")) {
  const instant = new Date(time.dateTime);
  if (!isNaN(instant)) {
    time.title = time.textContent;
    time.textContent = instant.toLocaleString(undefined, {
      year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
    });
  }
}
const keyOf = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.key ?? cell.textContent.trim();
};
const numberIn = (text) => (/^[\d,.]+( ?%)?$/.test(text) ? parseFloat(text.replace(/,/g, "")) : NaN);
const compare = (one, other) => {
  const a = numberIn(one), b = numberIn(other);
  return isNaN(a) || isNaN(b) ? one.localeCompare(other, undefined, { numeric: true }) : a - b;
};
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const isUp = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      const body = table.tBodies[0];
      const rows = [...body.rows].sort((a, b) => compare(keyOf(a, column), keyOf(b, column)) * (isUp ? 1 : -1));
      body.append(...rows);
    });
  });
}
for (const box of document.querySelectorAll("[tabindex='0']")) {
  if (box.scrollWidth <= box.clientWidth) box.removeAttribute("tabindex");
}
for (const link of document.querySelectorAll("a[href^='#why-']")) {
  link.addEventListener("click", () => { document.getElementById(link.hash.slice(1)).open = true; });
}
const open = [];
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not([open])")) {
    folded.open = true;
    open.push(folded);
  }
});
addEventListener("afterprint", () => {
  for (const folded of open.splice(0)) folded.open = false;
});
