// What can be done to the world around a simulated board.

import { $, el, each, order, put } from "./dom.js";

export function showWorld(world) {
  $("world").hidden = $("made-up").hidden = false;
  each($("faults"), world.faults, (f) => f.name, makeFault).forEach((button, i) => {
    const f = world.faults[i];
    button.on = f.on;
    if (!f.once) button.setAttribute("aria-pressed", f.on);
  });
  if (!world.speeds) return;
  $("speeds").hidden = false;
  if (!$("speeds").querySelector("input")) {
    $("speeds").append(...world.speeds.map(makeSpeed));
  }
  for (const input of $("speeds").querySelectorAll("input")) input.checked = Number(input.value) === world.speed;
}

function makeFault(f) {
  const button = el("button", { type: "button", title: f.doc, class: f.once ? "once" : false }, f.label);
  button.addEventListener("click", () => order(button.on ? "mend" : "break", f.name));
  return button;
}

function makeSpeed(speed) {
  const input = el("input", { type: "radio", name: "speed", value: speed });
  input.addEventListener("change", () => order("speed", undefined, speed));
  return el("label", {}, input, speed === 1 ? "as it does" : `× ${speed}`);
}
