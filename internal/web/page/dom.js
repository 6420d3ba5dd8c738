// What all parts of the page use: elements, and numbers as people read them.

export const $ = (id) => document.getElementById(id);

// el makes an element: el("b", {class: "x"}, "text", child …)
export function el(name, attributes = {}, ...children) {
  const e = document.createElementNS(svgNames.has(name) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml", name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) e.setAttribute(key, value);
  }
  e.append(...children.filter((c) => c !== undefined && c !== ""));
  return e;
}
const svgNames = new Set(["svg", "circle", "path", "line", "g"]);

// each keeps one child for each item, by key, in order: focus and scrolling stay.
export function each(parent, items, key, make) {
  const before = new Map([...parent.children].map((c) => [c.dataset.key, c]));
  let place = parent.firstElementChild;
  const children = items.map((item) => {
    const k = key(item);
    let child = before.get(k);
    before.delete(k);
    if (!child) {
      child = make(item);
      child.dataset.key = k;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
    return child;
  });
  for (const gone of before.values()) gone.remove();
  return children;
}

// put changes a text only if it is another one, so that a reader hears no echo.
export function put(e, text) {
  if (e.textContent !== text) e.textContent = text;
}

// span says a duration in seconds: 12 µs, 3.4 ms, 5 s, 2 min, 3 h, 2 d.
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

export const percent = (part) => (part < 0.0995 && part > 0 ? (part * 100).toFixed(1) : Math.round(part * 100)) + "\u00a0%";

// order asks the server to do something, after all that was asked before, or a
// button might come up before it went down.
let before = Promise.resolve();
export function order(what, name, amount) {
  return (before = before.then(() => ask(what, name, amount)));
}

// ask says so where the server does not do it, or not in time: it waits 3 s for the loop.
async function ask(what, name, amount) {
  try {
    const reply = await fetch("api/do", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ do: what, name, amount }), signal: AbortSignal.timeout(5000),
    });
    if (!reply.ok) toast((await reply.text()).trim());
  } catch {
    toast("The board cannot be reached.");
  }
}

let fading;
export function toast(text) {
  put($("toast"), text);
  clearTimeout(fading);
  fading = setTimeout(() => put($("toast"), ""), 6000);
}
