// The parts of the board: buttons, knobs, lamps and sensors. Buttons and knobs are operated
// by the actions of their instance.

import { $, ago, call, command, el, number, percent, put, set } from "./dom.js";

// press finds the action that presses a button: one that another action ends.
const press = (instance) => instance.actions.find((a) => a.ended_by);
const has = (instance, action) => instance.actions.some((a) => a.name === action);
const turns = (instance) => has(instance, "up") && has(instance, "down");

// isControl tells whether an action is carried out by a part, given the instance's topics.
export const isControl = (a, instance, topics) =>
  a === press(instance) && topics.some((t) => t.type === "press") ||
  (a.name === "show" || a.name === "dismiss") && topics.some((t) => t.type === "messages") ||
  (a.name === "up" || a.name === "down") && turns(instance) && topics.some((t) => t.type === "level");

const place = () => $("parts");
const makePart = (control) => el("div", { class: "part" }, control, el("p", {}, el("b"), el("span", { class: "value" })));
function describe(part, title, words) {
  const [b, span] = part.lastChild.children;
  put(b, title);
  put(span, words);
}

// name tells several topics of one type in an instance apart.
const name = (t, { topics }) => (topics.some((o) => o !== t && o.instance === t.instance && o.type === t.type) ? t.instance + " " + t.topic : t.instance);

// hint says what to do, with a mouse and its keyboard or with a finger.
const hint = (isOffered, fine, coarse) => (!isOffered ? "on the board only" : matchMedia("(pointer: coarse)").matches ? coarse : fine);
const notKnown = "not known";

// hold carries out an action while a button is pressed, by a pointer, a key or a program
// such as a screen reader. It renews the action, which the board ends if no renewal comes.
export function hold(button, instance, action) {
  let renewing;
  const set = (to) => {
    if (to === button.held || to && button.disabled) return;
    button.held = to;
    button.dispatchEvent(new Event("held"));
    call(instance, to ? action.name : action.ended_by);
    clearInterval(renewing);
    if (to) renewing = setInterval(renew, 1000);
  };
  const renew = async () => { if (!await command({ do: "renew", action: instance + "." + action.name })) set(false); };
  button.held = false; // by this browser
  button.addEventListener("pointerdown", (e) => { if (e.button === 0) { button.setPointerCapture(e.pointerId); set(true); } });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(end, () => set(false));
  button.addEventListener("contextmenu", (e) => e.preventDefault());
  for (const type of ["keydown", "keyup"]) {
    button.addEventListener(type, (e) => { if (e.key === " " || e.key === "Enter") { e.preventDefault(); if (!e.repeat) set(type === "keydown"); } });
  }
  button.addEventListener("click", (e) => {
    if (e.detail) return; // of a pointer, whose events came before
    set(true);
    setTimeout(set, 100, false);
  });
  for (const leave of ["pagehide", "blur"]) window.addEventListener(leave, () => set(false));
  document.addEventListener("visibilitychange", () => { if (document.hidden) set(false); });
}

// A push button shows whether it is down, no matter who presses it.
export const push = {
  name: "push",
  place,
  make(t, instance) {
    const button = el("button", { class: "push", "aria-pressed": "false", "aria-label": "push button " + t.instance });
    const action = press(instance);
    button.addEventListener("held", () => showPressed(button));
    if (action) hold(button, t.instance, action);
    return makePart(button);
  },
  show(part, t, instance, state) {
    const button = part.firstChild;
    const isOffered = instance.offered && press(instance) !== undefined;
    button.disabled = !isOffered;
    button.down = state.live && t.value.down;
    showPressed(button);
    describe(part, name(t, state), hint(isOffered, "click, or hold", "tap, or hold"));
  },
};

function showPressed(button) {
  const down = button.held || button.down;
  button.classList.toggle("down", down);
  button.setAttribute("aria-pressed", down);
}

// A knob turns without end, in detents, by as many as the board reports; the arc shows the
// level that its lamp is going to.

const detent = 15; // degrees
const arc = 2 * Math.PI * 44 * 0.75; // three quarters of a turn
const maxTimes = 20; // detents in one command

export const knob = {
  name: "knob",
  place,
  wants: turns,
  make(t) {
    const ridges = Array.from({ length: 24 }, (_, i) => el("line", { class: "ridge", x1: 50, y1: 17, x2: 50, y2: 21, transform: `rotate(${i * detent} 50 50)` }));
    const ring = (name) => el("circle", { class: name, cx: 50, cy: 50, r: 44, transform: "rotate(135 50 50)", "stroke-dasharray": `${arc} 999` });
    const cap = el("g", { class: "cap" }, el("circle", { class: "body", cx: 50, cy: 50, r: 34 }), ...ridges, el("line", { class: "mark", x1: 50, y1: 22, x2: 50, y2: 33 }));
    const knob = el("svg", { class: "knob", viewBox: "0 0 100 100", role: "slider", "aria-label": "knob of " + t.instance }, ring("track"), ring("arc"), cap);
    operate(knob, t.instance);
    return makePart(knob);
  },
  show(part, t, instance, { live }) {
    const { turned } = t.value;
    const goal = live ? t.value.goal : 0;
    const knob = part.firstChild;
    knob.querySelector(".cap").style.transform = `rotate(${turned * detent}deg)`;
    set(knob.querySelector(".arc"), { "stroke-dasharray": `${Math.max(arc * goal, 0.01)} 999` });
    set(knob, { "aria-valuenow": Math.round(goal * 100), "aria-valuetext": !live ? notKnown : goal ? percent(goal) : "off",
      "aria-disabled": `${!instance.offered}`, tabindex: instance.offered ? 0 : -1 });
    describe(part, "knob", hint(instance.offered, "drag, or click and wheel", "drag it round"));
  },
};

// operate lets wheel, pointer and keys turn a knob.
function operate(knob, instance) {
  let owed = 0, sending = false; // detents that are not sent yet

  const send = async () => {
    if (sending) return;
    sending = true;
    while (owed) {
      const by = Math.max(-maxTimes, Math.min(maxTimes, owed));
      owed -= by;
      await call(instance, by > 0 ? "up" : "down", { times: Math.abs(by) });
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
    if (!isOffered() || document.activeElement !== knob) return; // the page scrolls
    e.preventDefault();
    wheel -= e.deltaY * [1, 33, 100][e.deltaMode];
    const by = Math.trunc(wheel / 100);
    wheel -= by * 100;
    turn(by);
  }, { passive: false });

  let last; // the pointer's angle round the middle, in degrees
  const angle = (e) => {
    const box = knob.getBoundingClientRect();
    return Math.atan2(e.clientY - box.y - box.height / 2, e.clientX - box.x - box.width / 2) * 180 / Math.PI;
  };
  knob.addEventListener("pointerdown", (e) => { if (e.button === 0 && isOffered()) { knob.setPointerCapture(e.pointerId); last = angle(e); } });
  knob.addEventListener("pointermove", (e) => {
    if (last === undefined) return;
    const by = Math.trunc(((angle(e) - last + 540) % 360 - 180) / detent);
    last += by * detent;
    turn(by);
  });
  for (const end of ["pointerup", "pointercancel"]) knob.addEventListener(end, () => { last = undefined; });

  const keys = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 4, PageDown: -4, Home: -20, End: 20 };
  knob.addEventListener("keydown", (e) => { if (keys[e.key] && isOffered()) { e.preventDefault(); turn(keys[e.key]); } });
}

// A lamp glows with its duty cycle. A lamp on PWM is linear; a screen is not: its brightness
// is a power of 2.2.
export const lamp = {
  name: "lamp",
  place,
  make: () => makePart(el("div", { class: "bulb", role: "img" }, el("i"))),
  show(part, t, instance, state) {
    const { level, duty } = state.live ? t.value : { level: 0, duty: 0 };
    const glow = part.querySelector("i").style;
    glow.setProperty("--glow", duty ** (1 / 2.2));
    glow.setProperty("--core", duty ** 0.8);
    describe(part, name(t, state), state.live ? `level\u00a0${percent(level)}, duty\u00a0${percent(duty)}` : notKnown);
    set(part.firstChild, { "aria-label": `lamp ${name(t, state)}: ${!state.live ? notKnown : duty ? percent(level) : "off"}` });
  },
};

// A reading is the value of a sensor.
export const reading = {
  name: "reading",
  place,
  make: () => makePart(el("span", { class: "reading" }, el("b"), el("small"))),
  show(part, t, instance, state) {
    const [figure, unit] = part.firstChild.children;
    put(figure, number(t.value.value));
    put(unit, t.value.unit);
    describe(part, name(t, state), ago(t.age_s + state.connection.lag));
  },
};
