// What all modules of the page use: elements, numbers as text, and commands.

export const $ = (id) => document.getElementById(id);

// el makes an element: el("b", {class: "x"}, "text", child …)
export function el(name, attributes = {}, ...children) {
  const e = document.createElementNS(svgNames.has(name) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml", name);
  set(e, attributes);
  e.append(...children.filter((c) => c !== undefined && c !== ""));
  return e;
}
const svgNames = new Set(["svg", "circle", "path", "line", "g"]);

// each keeps one child per item, by key and in order, so that focus and scrolling stay.
export function each(parent, items, key, make) {
  const before = new Map([...parent.children].map((c) => [c.dataset.key, c]));
  let next = parent.firstElementChild;
  const children = items.map((item) => {
    const k = key(item);
    let child = before.get(k);
    before.delete(k);
    if (!child) {
      child = make(item);
      child.dataset.key = k;
    }
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
    return child;
  });
  for (const old of before.values()) old.remove();
  return children;
}

// put sets a text if it differs, so that screen readers announce changes only.
export function put(e, text) {
  if (e.textContent !== text) e.textContent = text;
}

// set is put for attributes. It leaves out those that are undefined or false.
export function set(e, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false && e.getAttribute(name) !== `${value}`) e.setAttribute(name, value);
  }
}

// span formats a duration in seconds: 12 µs, 3.4 ms, 5 s, 2 min, 3 h, 2 d.
export function span(s) {
  const a = Math.abs(s);
  if (a === 0) return "0";
  if (a < 1e-3) return round(s * 1e6) + " µs";
  if (a < 1) return round(s * 1e3) + " ms";
  if (a < 60) return round(s) + " s";
  if (a < 5400) return round(s / 60) + " min";
  if (a < 129600) return round(s / 3600) + " h";
  return round(s / 86400) + " d";
}

const round = (n) => (Math.abs(n) < 9.95 ? n.toFixed(1).replace(/\.0$/, "") : Math.round(n).toString());

export const ago = (s) => (s < 1 ? "just now" : span(Math.floor(s)) + " ago");

export const number = (n, digits = 4) => Number(n.toPrecision(digits)).toLocaleString("en");

export const percent = (part) => (part < 0.0995 && part > 0 ? (part * 100).toFixed(1) : Math.round(part * 100)) + "\u00a0%";

// command sends a command after all earlier ones: a button must not be released before it
// is pressed.
let previous = Promise.resolve();
export function command(c) {
  return (previous = previous.then(() => send(c)));
}

// call calls an action of an instance, one or several times.
export const call = (instance, action, more = {}) => command({ do: "call", action: instance + "." + action, ...more });

// send shows why a command failed. The server waits 3 s for the event loop.
async function send(c) {
  let problem = "The board cannot be reached.";
  try {
    const reply = await fetch("api/do", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify(c), signal: AbortSignal.timeout(5000),
    });
    problem = reply.ok ? "" : (await reply.text()).trim();
  } catch { /* the problem stays */ }
  if (problem) toast(problem);
  return !problem;
}

let fading;
function toast(text) {
  put($("toast"), text);
  clearTimeout(fading);
  fading = setTimeout(() => put($("toast"), ""), 6000);
}
