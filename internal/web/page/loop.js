// The event loop: which tasks use it, second by second, and how much they are delayed.

import { $, el, each, percent, put, span } from "./dom.js";

const seconds = 60; // in a strip
const history = new Map(); // by task: which part of each second it used the loop
let before; // the figures of a second ago

export function showLoop(loop, world) {
  if (!loop.tasks) return; // nobody looks at them
  const passed = before ? loop.machine_s - before.machine_s : 0;
  if (before && passed < 0.9) return; // s
  const tasks = loop.tasks.map((t) => ({ ...t, key: t.instance + "\n" + t.name }));
  const rate = (now, then) => (passed ? Math.max(0, now - then) / passed : 0);
  let busy = 0, steps = 0;
  for (const t of tasks) {
    const then = before?.byKey.get(t.key) ?? (before ? { total_s: 0, runs: 0 } : t);
    t.used = rate(t.total_s, then.total_s);
    busy += t.used;
    steps += rate(t.runs, then.runs);
    if (passed) {
      const line = history.get(t.key) ?? [];
      line.push(t.used);
      history.set(t.key, line.slice(-seconds));
    }
  }
  if (passed) {
    const fast = world?.speed > 1;
    const buses = [["SPI", "spi_bytes"], ["I2C", "i2c_bytes"], ["serial", "uart_bytes"]].filter(([bus, bytes]) => loop[bytes] || bus === "SPI");
    const figures = [
      ["busy", percent(busy)],
      ["steps/s", Math.round(steps)],
      ["wake-ups/s", Math.round(rate(loop.wakeups, before.wakeups))],
      ...buses.map(([bus, bytes]) => [bus, Math.round(rate(loop[bytes], before[bytes])) + " B/s"]),
      ["beside the loop", loop.workers],
      ["running" + (fast ? `, at ${world.speed} times the speed` : ""), span(Math.floor(loop.uptime_s))],
    ];
    each($("figures"), figures, ([name]) => name.split(",")[0], () => el("div", {}, el("dt"), el("dd")))
      .forEach((e, i) => figures[i].forEach((text, n) => put(e.children[n], `${text}`)));
    $("machine-time").hidden = !fast;
  }
  before = { ...loop, byKey: new Map(tasks.map((t) => [t.key, t])) };
  const shown = tasks.filter((t) => t.live || history.get(t.key)?.some((used) => used > 0));
  each($("tasks").tBodies[0], shown, (t) => t.key, makeRow).forEach((row, i) => showRow(row, shown[i]));
}

function makeRow(t) {
  return el("tr", {}, el("td", {}, el("span", {}, (t.instance || "daemon") + " "), t.name),
    el("td", { class: "strip" }, el("canvas", { width: seconds * 4, height: 16, role: "img" })),
    el("td"), el("td"), el("td"), el("td"), el("td"));
}

function showRow(row, t) {
  const [, strip, due, runs, longest, late, missed] = row.cells;
  row.classList.toggle("idle", t.live === 0);
  const used = history.get(t.key) ?? [];
  paint(strip.firstChild, used);
  strip.firstChild.setAttribute("aria-label", `time on the loop: ${span(used.at(-1) ?? 0)} in the last second, ${span(Math.max(0, ...used))} at most`);
  put(due, t.due_s >= 0 ? "in " + span(t.due_s) : t.live ? waits(t.state) : "–");
  put(runs, short.format(t.runs));
  put(longest, span(t.longest_s));
  longest.className = t.longest_s > 0.05 ? "failed" : t.longest_s > 0.005 ? "degraded" : "";
  put(late, t.late_p99_s ? span(t.late_p99_s) : "–");
  put(missed, t.missed ? t.missed.toString() : "–");
  missed.className = t.missed ? "degraded" : "";
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const called = ["event", "flag", "queue", "lock", "join"];
const waits = (state) => (called.includes(state) ? "when called" : state === "running" ? "now" : state ?? "–");

// paint draws a strip, with a logarithmic scale from 10 µs to 1 s.
const heat = ["#26343a", "#3f7f83", "#e0b057", "#ff5a3c", "#fff1e8"].map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
function paint(canvas, used) {
  const c = canvas.getContext("2d");
  c.clearRect(0, 0, canvas.width, canvas.height);
  used.forEach((s, i) => {
    if (s < 1e-6) return;
    const at = Math.max(0, Math.min(0.999, Math.log10(s / 1e-5) / 5)) * (heat.length - 1);
    const [low, high] = [heat[Math.floor(at)], heat[Math.ceil(at)]];
    c.fillStyle = `rgb(${low.map((v, n) => v + (high[n] - v) * (at % 1)).join(" ")})`;
    c.fillRect((seconds - used.length + i) * 4, 1, 3, canvas.height - 2);
  });
}
