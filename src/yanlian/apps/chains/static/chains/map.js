// The chain map: as large as its layout says, and a click on a segment opens its firms below the map.
"use strict";

for (const frame of document.querySelectorAll("[data-map-height]")) {
  const drawing = frame.querySelector(".chart-drawing");
  drawing.style.width = `${frame.dataset.mapWidth}px`;
  drawing.style.height = `${frame.dataset.mapHeight}px`;
}

document.addEventListener("DOMContentLoaded", () => {
  for (const frame of document.querySelectorAll("[data-map-height]")) {
    const chart = window.echarts && window.echarts.getInstanceByDom(frame.querySelector(".chart-drawing"));
    if (!chart) continue;
    chart.on("click", (event) => {
      if (event.dataType !== "node" || !event.data.href) return;
      window.htmx.ajax("GET", event.data.href, "#segment-firms").then(() => {
        document.getElementById("segment-firms").scrollIntoView({ block: "nearest" });
      });
    });
  }
});
