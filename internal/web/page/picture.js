// Pictures, each pixel a round light as on a panel of LEDs.

import { $, el, label } from "./dom.js";

export const picture = {
  name: "picture",
  place: () => $("panels"),
  make: () => el("canvas", { class: "panel", role: "img" }),
  show(canvas, t, instance, { topics, live, connection }) {
    canvas.shown = live ? t.value : { ...t.value, rows: t.value.rows.map(() => "") };
    const lit = draw(canvas);
    if (!live) return label(canvas, "aria-label", `${t.instance}: not known, last heard at ${connection.heard}`);
    const words = topics.find((w) => w.type === "text" && w.instance === t.instance)?.value;
    label(canvas, "aria-label", `${t.instance}: ${lit ? words || lit + " pixels lit" : "dark"}`);
  },
};

new ResizeObserver(() => {
  for (const canvas of $("panels").children) draw(canvas);
}).observe($("panels"));

// draw returns how many pixels are lit.
function draw(canvas) {
  const p = canvas.shown;
  const pitch = Math.max(3, Math.floor((canvas.clientWidth || 320) * devicePixelRatio / (p.width + 1.5)));
  const [w, h] = [Math.round((p.width + 1.5) * pitch), Math.round((p.height + 1.5) * pitch)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const [off, on] = lights(pitch, p.brightness ?? 1);
  const c = canvas.getContext("2d");
  const corner = (n) => Math.round((n + 0.25) * pitch); // of a light, which is two pitches wide
  c.clearRect(0, 0, w, h);
  c.drawImage(dark(p.width, p.height, w, h, pitch, off, corner), 0, 0);
  c.globalCompositeOperation = "lighter"; // light adds up
  const lit = pixels(p);
  for (const [x, y, level] of lit) {
    c.globalAlpha = level;
    c.drawImage(on, corner(x), corner(y));
  }
  c.globalAlpha = 1;
  c.globalCompositeOperation = "source-over";
  return lit.length;
}

// pixels returns the lit pixels, each with its level above 0 to 1.
function pixels(p) {
  const lit = [];
  p.rows.forEach((row, y) => {
    for (let i = 0; i < row.length; i++) {
      const digit = parseInt(row[i], 16);
      if (digit && p.levels) lit.push([i, y, digit / (p.levels - 1)]);
      for (let k = 0; digit && !p.levels && k < 4; k++) {
        if (digit >> (3 - k) & 1) lit.push([4 * i + k, y, 1]);
      }
    }
  });
  return lit;
}

// dark returns the picture of a panel without a lit pixel, which is drawn once for each size.
const panels = new Map();
function dark(width, height, w, h, pitch, off, corner) {
  const key = [width, height, pitch].join();
  if (!panels.has(key)) {
    if (panels.size > 8) panels.clear();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [w, h];
    const c = canvas.getContext("2d");
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) c.drawImage(off, corner(x), corner(y));
    }
    panels.set(key, canvas);
  }
  return panels.get(key);
}

// lights returns the images of a dark and of a lit pixel, each two pitches wide. They are
// drawn once for each size and brightness.
const made = new Map();
function lights(pitch, brightness) {
  const key = pitch + "/" + brightness;
  if (!made.has(key)) {
    if (made.size > 16) made.clear();
    const strength = 0.45 + 0.55 * Math.sqrt(brightness);
    made.set(key, [
      disc(pitch, [[0, "#2b2421"], [0.3, "#231d1b"], [0.36, "#1a1614"], [0.42, "#1a161400"]]),
      disc(pitch, [[0, rgba(255, 214, 190, strength)], [0.16, rgba(255, 118, 84, strength)], [0.34, rgba(255, 84, 54, strength)],
        [0.41, rgba(255, 70, 40, 0.32 * strength)], [0.7, rgba(255, 60, 30, 0.09 * strength)], [1, rgba(255, 60, 30, 0)]]),
    ]);
  }
  return made.get(key);
}

const rgba = (r, g, b, a) => `rgba(${r},${g},${b},${a})`;

function disc(pitch, stops) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * pitch;
  const c = canvas.getContext("2d");
  const fill = c.createRadialGradient(pitch, pitch, 0, pitch, pitch, pitch);
  for (const [at, colour] of stops) fill.addColorStop(at, colour);
  c.fillStyle = fill;
  c.fillRect(0, 0, 2 * pitch, 2 * pitch);
  return canvas;
}
