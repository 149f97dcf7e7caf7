// The editor of a draft: line numbers follow the text, a fault leads to its line, and nobody leaves unsaved by mistake.
"use strict";

function numberLines(area, gutter) {
  const wanted = area.value.split("\n").length;
  while (gutter.children.length < wanted) {
    const number = document.createElement("span");
    number.id = `line-${gutter.children.length + 1}`;
    number.textContent = gutter.children.length + 1;
    gutter.append(number, "\n");
  }
  while (gutter.children.length > wanted) {
    gutter.lastElementChild.nextSibling?.remove();
    gutter.lastElementChild.remove();
  }
}

function goToLine(area, line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = area.scrollHeight / lines.length;
  area.scrollTop = Math.max(0, (line - 6) * height);
}

document.addEventListener("DOMContentLoaded", () => {
  const area = document.querySelector("[data-editor]");
  if (!area) return;
  const gutter = area.parentElement.querySelector(".gutter");
  let changed = false;
  area.addEventListener("input", () => { changed = true; numberLines(area, gutter); });
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  area.addEventListener("keydown", (event) => {
    // Tab indents; Escape, then Tab, leaves the field, for those who use no mouse.
    if (event.key === "Escape") area.dataset.leaving = "1";
    else if (event.key === "Tab" && !event.shiftKey && !area.dataset.leaving) {
      event.preventDefault();
      area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
    } else delete area.dataset.leaving;
  });
  area.form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  for (const link of document.querySelectorAll("[data-line]")) {
    gutter.children[link.dataset.line - 1]?.classList.add("faulty");
    link.addEventListener("click", (event) => { event.preventDefault(); goToLine(area, Number(link.dataset.line)); });
  }
  const asked = new URLSearchParams(location.search).get("line") ?? location.hash.replace("#line-", "");
  if (/^\d+$/.test(asked)) goToLine(area, Number(asked));
});
