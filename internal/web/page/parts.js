// Buttons, knobs and lamps.

import { $, el, each, order, percent, put } from "./dom.js";

export function showParts({ buttons = [], lamps = [] }) {
  const parts = [
    ...buttons.map((b) => ({ key: "button " + b.instance, make: makeButton, show: showButton, of: b })),
    ...lamps.map((l) => ({ key: "knob " + l.instance, make: makeKnob, show: showKnob, of: l })),
    ...lamps.map((l) => ({ key: "lamp " + l.instance, make: makeLamp, show: showLamp, of: l })),
  ];
  each($("parts"), parts, (p) => p.key, (p) => p.make(p.of)).forEach((e, i) => parts[i].show(e, parts[i].of));
}

const caption = (name, words) => el("p", {}, el("b", {}, name), el("span", { class: "value" }, words));

// hint says what to do, with a mouse and its keyboard or with a finger.
const hint = (fine, coarse) => (matchMedia("(pointer: coarse)").matches ? coarse : fine);
const unoffered = "on the board only";

// A button: down and up are told as they come, and it shows what others do to it.

function makeButton({ instance }) {
  const button = el("button", { class: "push", type: "button", "aria-pressed": "false", "aria-label": "push button " + instance });
  button.held = false; // from here
  const set = (to) => {
    if (to === button.held || to && button.disabled) return;
    button.held = to;
    showPressed(button);
    order(to ? "press" : "release", instance);
  };
  button.addEventListener("pointerdown", (e) => { if (e.button === 0) { button.setPointerCapture(e.pointerId); set(true); } });
  for (const up of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(up, () => set(false));
  button.addEventListener("contextmenu", (e) => e.preventDefault());
  const isKey = (e) => e.key === " " || e.key === "Enter" && e.target === button;
  const isFirst = () => document.querySelector(".push:not(:disabled)") === button;
  const isHere = (e) => !button.disabled && (e.target === button || e.target === document.body && isFirst());
  document.addEventListener("keydown", (e) => { if (isKey(e) && isHere(e)) { e.preventDefault(); if (!e.repeat) set(true); } });
  document.addEventListener("keyup", (e) => { if (isKey(e)) { if (button.held) e.preventDefault(); set(false); } });
  for (const leave of ["pagehide", "blur"]) window.addEventListener(leave, () => set(false));
  document.addEventListener("visibilitychange", () => { if (document.hidden) set(false); });
  return el("div", { class: "part" }, button, caption(instance, ""));
}

function showButton(part, b) {
  const button = part.firstChild;
  button.disabled = !b.offered;
  button.down = b.down;
  showPressed(button);
  put(part.querySelector(".value"), b.offered ? hint("press, or space bar", "tap, or hold") : unoffered);
}

function showPressed(button) {
  const down = button.held || button.down;
  button.classList.toggle("down", down);
  button.setAttribute("aria-pressed", down);
}

// A knob goes round without an end, in detents, as the board says that it was turned;
// the arc shows where its lamp is going.

const detent = 15; // degrees
const arc = 2 * Math.PI * 44 * 0.75; // three quarters of the way round

function makeKnob({ instance }) {
  const ridges = Array.from({ length: 24 }, (_, i) => el("line", { class: "ridge", x1: 50, y1: 17, x2: 50, y2: 21, transform: `rotate(${i * detent} 50 50)` }));
  const ring = (name) => el("circle", { class: name, cx: 50, cy: 50, r: 44, transform: "rotate(135 50 50)", "stroke-dasharray": `${arc} 999` });
  const cap = el("g", { class: "cap" }, el("circle", { class: "body", cx: 50, cy: 50, r: 34 }), ...ridges, el("line", { class: "mark", x1: 50, y1: 22, x2: 50, y2: 33 }));
  const knob = el("svg", { class: "knob", viewBox: "0 0 100 100", role: "slider", "aria-label": "knob of " + instance,
    "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, ring("track"), ring("arc"), cap);
  let owed = 0, sending = false;

  const send = async () => {
    if (sending) return;
    sending = true;
    while (owed) {
      const by = Math.max(-20, Math.min(20, owed));
      owed -= by;
      await order("turn", instance, by);
    }
    sending = false;
  };
  const isOffered = () => knob.getAttribute("aria-disabled") !== "true";
  const turn = (by) => {
    if (!by || !isOffered()) return;
    owed += by;
    send();
  };

  let wheel = 0;
  knob.addEventListener("wheel", (e) => {
    if (!isOffered()) return; // the page scrolls
    e.preventDefault();
    wheel -= e.deltaY * [1, 33, 100][e.deltaMode];
    const by = Math.trunc(wheel / 100);
    wheel -= by * 100;
    turn(by);
  }, { passive: false });

  let last; // where the finger is, in degrees round the middle
  const where = (e) => {
    const box = knob.getBoundingClientRect();
    return Math.atan2(e.clientY - box.y - box.height / 2, e.clientX - box.x - box.width / 2) * 180 / Math.PI;
  };
  knob.addEventListener("pointerdown", (e) => { if (e.button === 0 && isOffered()) { knob.setPointerCapture(e.pointerId); last = where(e); } });
  knob.addEventListener("pointermove", (e) => {
    if (last === undefined) return;
    const by = Math.trunc(((where(e) - last + 540) % 360 - 180) / detent);
    last += by * detent;
    turn(by);
  });
  for (const end of ["pointerup", "pointercancel"]) knob.addEventListener(end, () => { last = undefined; });

  const keys = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 4, PageDown: -4, Home: -20, End: 20 };
  knob.addEventListener("keydown", (e) => { if (keys[e.key] && isOffered()) { e.preventDefault(); turn(keys[e.key]); } });
  return el("div", { class: "part" }, knob, caption("knob", ""));
}

function showKnob(part, l) {
  const knob = part.firstChild;
  knob.querySelector(".cap").style.transform = `rotate(${l.turned * detent}deg)`;
  knob.querySelector(".arc").setAttribute("stroke-dasharray", `${Math.max(arc * l.goal, 0.01)} 999`);
  knob.setAttribute("aria-valuenow", Math.round(l.goal * 100));
  knob.setAttribute("aria-valuetext", l.goal ? percent(l.goal) : "off");
  knob.setAttribute("aria-disabled", !l.offered);
  knob.setAttribute("tabindex", l.offered ? 0 : -1);
  put(part.querySelector(".value"), l.offered ? hint("wheel, drag or arrows", "drag it round") : unoffered);
}

// A lamp glows with its duty cycle. A screen is not linear, as a lamp on PWM is:
// its brightness goes with a power of 2.2.

function makeLamp({ instance }) {
  return el("div", { class: "part" }, el("div", { class: "bulb", role: "img" }, el("i")), caption(instance, ""));
}

function showLamp(part, l) {
  const glow = part.querySelector("i").style;
  glow.setProperty("--glow", l.duty ** (1 / 2.2));
  glow.setProperty("--core", l.duty ** 0.8);
  put(part.querySelector(".value"), `level\u00a0${percent(l.level)}, duty\u00a0${percent(l.duty)}`);
  part.firstChild.setAttribute("aria-label", `lamp ${l.instance}: ${l.duty ? percent(l.level) : "off"}`);
}
