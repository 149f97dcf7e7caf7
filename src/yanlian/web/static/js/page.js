// What every page does besides its links and forms: menu on a phone, printing, charts. No inline script anywhere.
"use strict";

document.documentElement.classList.add("js");

function toggleMenu(button) {
  const navigation = document.getElementById("navigation");
  const open = navigation.classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
}

function drawCharts(root) {
  if (!window.echarts) return;
  for (const place of root.querySelectorAll("[data-chart]")) {
    if (window.echarts.getInstanceByDom(place)) continue;
    const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    option.textStyle = { ...option.textStyle, fontFamily: getComputedStyle(document.body).fontFamily };
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(option);
    // A point that carries an address leads there.
    chart.on("click", (event) => {
      if (event.data && event.data.leads) window.location.assign(event.data.leads);
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}

document.addEventListener("click", (event) => {
  const menu = event.target.closest("[data-menu]");
  if (menu) toggleMenu(menu);
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("DOMContentLoaded", () => drawCharts(document));
document.addEventListener("htmx:afterSettle", (event) => drawCharts(event.target));
