// Pictures, each pixel a round light.

import { $, el, set } from "./dom.js";

export const picture = {
  name: "picture",
  place: () => $("panels"),
  make: () => el("canvas", { class: "panel", role: "img" }),
  show(canvas, t, instance, { topics, live, connection }) {
    canvas.shown = live ? t.value : { ...t.value, rows: t.value.rows.map(() => "") };
    const lit = draw(canvas);
    if (!live) return set(canvas, { "aria-label": `${t.instance}: not known, last heard at ${connection.heard}` });
    const words = topics.find((w) => w.type === "text" && w.instance === t.instance)?.value;
    set(canvas, { "aria-label": `${t.instance}: ${lit ? words || lit + " pixels lit" : "dark"}` });
  },
};

new ResizeObserver(() => {
  for (const canvas of $("panels").children) draw(canvas);
}).observe($("panels"));

// draw returns how many pixels are lit.
function draw(canvas) {
  const p = canvas.shown;
  const pitch = Math.max(3, Math.floor((canvas.clientWidth || 320) * devicePixelRatio / (p.width + 1.5)));
  const size = (n) => Math.round((n + 1.5) * pitch);
  [canvas.width, canvas.height] = [size(p.width), size(p.height)]; // which clears it
  const [off, on] = lights(pitch, p.brightness ?? 1);
  const c = canvas.getContext("2d");
  const half = pitch >> 1;
  c.translate(pitch - (half >> 1), pitch - (half >> 1));
  c.fillStyle = c.createPattern(off, "repeat");
  c.fillRect(0, 0, p.width * pitch, p.height * pitch);
  c.globalCompositeOperation = "lighter"; // light adds up
  const lit = pixels(p);
  for (const [x, y, level] of lit) {
    c.globalAlpha = level;
    c.drawImage(on, x * pitch - half, y * pitch - half);
  }
  return lit.length;
}

// pixels returns the lit pixels and their levels, to 1.
function pixels({ rows, levels }) {
  const lit = [];
  rows.forEach((row, y) => [...row].forEach((hex, i) => {
    const digit = parseInt(hex, 16);
    if (levels && digit) lit.push([i, y, digit / (levels - 1)]);
    for (let bit = 0; !levels && bit < 4; bit++) {
      if (digit & 8 >> bit) lit.push([4 * i + bit, y, 1]);
    }
  }));
  return lit;
}

// lights returns the images of a dark and of a lit pixel, one and two pitches wide, which
// are drawn once for each size and brightness.
const made = new Map();
function lights(pitch, brightness) {
  const key = pitch + "/" + brightness;
  if (!made.has(key)) {
    if (made.size > 16) made.clear();
    const strength = 0.45 + 0.55 * Math.sqrt(brightness);
    const red = (g, b, a = 1) => `rgba(255,${g},${b},${a * strength})`;
    made.set(key, [
      disc(pitch, pitch, [[0, "#2b2421"], [0.3, "#231d1b"], [0.36, "#1a1614"], [0.42, "#1a161400"]]),
      disc(2 * pitch, pitch, [[0, red(214, 190)], [0.16, red(118, 84)], [0.34, red(84, 54)],
        [0.41, red(70, 40, 0.32)], [0.7, red(60, 30, 0.09)], [1, red(60, 30, 0)]]),
    ]);
  }
  return made.get(key);
}

function disc(size, radius, stops) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const c = canvas.getContext("2d");
  const fill = c.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, radius);
  for (const [at, colour] of stops) fill.addColorStop(at, colour);
  c.fillStyle = fill;
  c.fillRect(0, 0, size, size);
  return canvas;
}
