// Ticking entries of a list: all on the page, and how many for how much. Sums are whole fen, exact below 2^53.
"use strict";

function boxes() {
  return [...document.querySelectorAll('input[type="checkbox"][name="id"][form="batch"]')];
}

function tellChosen() {
  const place = document.querySelector("[data-chosen]");
  if (!place) return;
  const chosen = boxes().filter((box) => box.checked);
  const fen = chosen.reduce((sum, box) => sum + Number(box.dataset.fen), 0);
  const yuan = Math.floor(fen / 100).toLocaleString("en-US") + "." + String(fen % 100).padStart(2, "0");
  place.textContent = place.dataset.chosen.replace("{n}", String(chosen.length)).replace("{yuan}", "¥" + yuan);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches('[data-choose-all], input[name="id"]')) tellChosen();
});
document.addEventListener("DOMContentLoaded", tellChosen);
document.addEventListener("htmx:afterSettle", tellChosen);
