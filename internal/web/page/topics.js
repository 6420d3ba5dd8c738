// Topics: each is shown by the renderers of its payload type, and one of an unknown type as
// text. A renderer makes an element in a place, and shows the topic in it:
//
//	{ place(topic), make(topic, instance), show(element, topic, instance, state) }

import { $, ago, each, el, put, span } from "./dom.js";
import { departures } from "./departures.js";
import { topicsOf } from "./instances.js";
import { messages } from "./messages.js";
import { knob, lamp, push, reading } from "./parts.js";
import { picture } from "./picture.js";

// line shows a value as text in its instance's row.
const line = {
  name: "line",
  place: (t) => topicsOf(t.instance),
  make: (t) => el("li", { title: t.doc }, el("span", {}, t.topic), " ", el("b"), " ", el("span")),
  show(li, t, instance, { connection }) {
    const [, value, age] = li.children;
    put(value, t.value === null ? "" : text(t));
    put(age, t.value !== null ? ago(t.age_s + connection.lag) : t.age_s < 0 ? "no value yet" : "no value for " + span(t.age_s));
  },
};

const renderers = { departures: [departures], level: [knob, lamp], messages: [messages], picture: [picture], press: [push], reading: [reading] };

function renderersOf(t, state) {
  if (t.value === null || t.value.encode_error !== undefined) return [line];
  if (t.type === "text" && state.topics.some((p) => p.type === "picture" && p.instance === t.instance)) return []; // the picture's label
  return renderers[t.type] ?? [line];
}

// showTopics shows those topics that changed.
export function showTopics(state, changed) {
  const isChanged = (t) => changed.some((c) => c.instance === t.instance && (c.topic === t.topic || c.type === "text" && t.type === "picture"));
  const shown = new Map([...document.querySelectorAll("[data-topics]")].map((place) => [place, []]));
  for (const t of state.topics) {
    const instance = state.instances.find((i) => i.name === t.instance);
    if (!instance) continue; // comes with the next report
    for (const r of renderersOf(t, state)) {
      if (r.wants && !r.wants(instance)) continue;
      const place = r.place(t);
      place.dataset.topics = "";
      shown.set(place, [...(shown.get(place) ?? []), { r, t, instance, key: `${r.name} ${t.instance}.${t.topic}` }]);
    }
  }
  for (const [place, items] of shown) {
    each(place, items, (i) => i.key, (i) => Object.assign(i.r.make(i.t, i.instance), { isNew: true })).forEach((e, n) => {
      const { r, t, instance } = items[n];
      if (!e.isNew && !isChanged(t)) return;
      e.isNew = false;
      try {
        r.show(e, t, instance, state);
      } catch (err) { // a payload that is not what its type promises
        put(e, `${t.instance} ${t.topic}: cannot be shown: ${err.message}`);
      }
    });
  }
  $("board").hidden = !$("panels").firstChild && !$("parts").firstChild;
  $("departures").parentElement.hidden = !$("departures").firstChild;
  const attributions = new Set(state.topics.map((t) => t.value?.attribution).filter(Boolean));
  each($("attributions"), [...attributions], (text) => text, (text) => el("span", {}, ...text.split(/(https:\/\/[^\s)]+)/).map(link), ". "));
}

// link makes a link of an address in an attribution, which licences ask for.
const link = (part) => (part.startsWith("https://") ? el("a", { href: part }, part.slice(8).replace(/\/$/, "")) : part);

// text formats a value for people.
function text({ type, value }) {
  switch (type) {
    case "sync":
      return `${value.agreed} of ${value.asked} servers agree, offset ${span(value.offset_s)}, ${value.server} (stratum ${value.stratum})`;
    case "press":
      return value.down ? "down" : "up";
  }
  return plain(value).slice(0, 300);
}

function plain(value) {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (value === null || typeof value !== "object") return String(value);
  return Object.entries(value).map(([name, v]) => `${name.replaceAll("_", " ")} ${plain(v)}`).join(" · ");
}
