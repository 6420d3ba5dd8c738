// The environment of a simulated board: its faults, and the speed of its clock.

import { $, command, each, el } from "./dom.js";

export function showWorld(world) {
  $("world").hidden = $("made-up").hidden = false;
  each($("faults"), world.faults, (f) => f.name, makeFault).forEach((button, i) => {
    const f = world.faults[i];
    button.on = f.on;
    if (!f.once) button.setAttribute("aria-pressed", f.on);
  });
  if (!world.speeds) return;
  $("speeds").hidden = false;
  if (!$("speeds").querySelector("input")) $("speeds").append(...world.speeds.map(makeSpeed));
  for (const input of $("speeds").querySelectorAll("input")) input.checked = Number(input.value) === world.speed;
}

function makeFault(f) {
  const button = el("button", { title: f.doc, class: f.once ? "once" : false }, f.label);
  button.addEventListener("click", () => command({ do: button.on ? "mend" : "break", name: f.name }));
  return button;
}

function makeSpeed(speed) {
  const input = el("input", { type: "radio", name: "speed", value: speed });
  input.addEventListener("change", () => command({ do: "speed", amount: speed }));
  return el("label", {}, input, speed === 1 ? "normal" : `× ${speed}`);
}
