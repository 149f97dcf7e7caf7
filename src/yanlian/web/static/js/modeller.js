// The modeller page: dmn-js around the clause's model; checking and downloading what was changed.
"use strict";

document.addEventListener("DOMContentLoaded", async () => {
  const place = document.querySelector("[data-modeller]");
  const form = document.querySelector("[data-modeller-form]");
  const views = document.querySelector("[data-modeller-views]");
  const trial = document.querySelector("[data-modeller-trial]");
  const words = { drd: place.dataset.diagram, decisionTable: place.dataset.table };
  const translate = ["value", (text, facts = {}) =>
    ((window.modellerWords || {})[text] || text).replace(/{([^}]+)}/g, (_, name) => facts[name] || `{${name}}`)];
  const said = { additionalModules: [{ translate }] };
  const modeller = new window.DmnJS({
    container: place, drd: said, decisionTable: said, literalExpression: said, boxedExpression: said,
  });

  function told(text) {
    const line = document.createElement("p");
    line.textContent = text;
    trial.replaceChildren(line);
  }

  function listViews() {
    const active = modeller.getActiveView();
    views.replaceChildren(...modeller.getViews().map((view, number) => {
      const kind = words[view.type] || place.dataset.text;
      const name = view.type === "drd" ? "" : `: ${view.element.name || view.element.id}`;
      const option = new Option(kind + name, String(number));
      if (name) option.lang = "zh-Hans";
      option.selected = active && view.element === active.element && view.type === active.type;
      return option;
    }));
  }

  try {
    await modeller.importXML(JSON.parse(document.getElementById("model-xml").textContent));
  } catch (error) {
    told(place.dataset.failed + error.message);
    return;
  }
  modeller.on("views.changed", listViews);
  function fit() {
    if (modeller.getActiveView().type === "drd") modeller.getActiveViewer().get("canvas").zoom("fit-viewport");
  }

  const table = modeller.getViews().find((view) => view.type === "decisionTable");
  if (table) await modeller.open(table);
  else fit();
  listViews();
  views.addEventListener("change", async () => {
    await modeller.open(modeller.getViews()[Number(views.value)]);
    fit();
  });

  async function save() {
    // A cell that is being edited is taken over when it loses the focus.
    if (place.contains(document.activeElement)) document.activeElement.blur();
    const { xml } = await modeller.saveXML({ format: true });
    form.elements.xml.value = xml;
  }

  document.querySelector("[data-modeller-try]").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await save();
      const answer = await fetch(form.dataset.try, { method: "POST", body: new FormData(form) });
      const type = answer.headers.get("Content-Type") || "";
      if (!type.startsWith("text/html") || (!answer.ok && answer.status !== 422)) throw new Error(String(answer.status));
      trial.innerHTML = await answer.text();
      document.getElementById("trial").focus();
    } catch {
      told(place.dataset.offline);
    } finally {
      button.disabled = false;
    }
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await save();
    form.submit();
  });
});
