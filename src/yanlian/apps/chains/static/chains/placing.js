// The workbench by keyboard: 1-5 confirm, Shift+1-5 reject, 0 other, N skip, U take back. Not while typing in a field.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, select, textarea")) return;
  const digit = /^(?:Digit|Numpad)([0-5])$/.exec(event.code);
  const key = digit ? (event.shiftKey ? "⇧" : "") + digit[1] : event.key.toLowerCase();
  const pressed = document.querySelector(`#main [data-key="${CSS.escape(key)}"]`);
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
});
