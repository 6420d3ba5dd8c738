// Departures from one stop.

import { $, ago, el, put, span } from "./dom.js";

const freshness = {
  fresh: ["ok", (age) => "received " + ago(age)],
  old: ["degraded", (age) => "old: received " + ago(age)],
  stale: ["failed", (age) => "too old to be shown: received " + ago(age)],
  none: ["degraded", () => "nothing received yet"],
};

// isReliable tells whether the numbers may be shown: one that may be wrong is not.
const isReliable = (d, { clock, live }) => live && clock?.synchronized && d.freshness !== "stale" && d.freshness !== "none";

// nextOf says for the title what leaves next, and where, by the first source that knows.
export function nextOf(state) {
  const all = state.topics.filter((t) => t.type === "departures" && t.value?.next).map((t) => t.value);
  const known = all.find((d) => isReliable(d, state));
  const next = known?.next.find((s) => !s.cancelled && !s.out_of_reach);
  return [next && minutesTo(next, state).join("") + " to " + sign(next), (known ?? all[0])?.stop];
}

// minutesTo counts down from when the event was made.
function minutesTo(s, { connection }) {
  const minutes = Math.floor((s.in_s - connection.lag) / 60);
  return minutes > 0 ? [String(minutes), " min"] : ["now"];
}

const sign = (s) => (s.number ? s.number + " " : "") + s.headsign;

export const departures = {
  name: "departures",
  place: () => $("departures"),
  make: () => el("div", { class: "departures" },
    el("div", { class: "head" }, el("b"), el("small"), el("span", { class: "dot" }), el("span", { class: "failed" })), el("ol"), el("p", { class: "end" })),
  show(box, t, instance, state) {
    const d = t.value;
    const [name, source, fresh, problem] = box.firstChild.children;
    const [colour, words] = freshness[d.freshness];
    put(name, d.stop || t.instance);
    put(source, d.stop && t.instance);
    put(fresh, words(t.age_s + state.connection.lag));
    fresh.className = "dot " + colour;
    put(problem, d.problem || "");
    box.classList.toggle("is-old", d.freshness !== "fresh");
    const reliable = isReliable(d, state);
    const [, list, end] = box.children;
    list.replaceChildren(...(reliable ? d.next.map((s) => service(s, state)) : []));
    put(end, !reliable ? (state.clock?.synchronized ? "" : "The clock is not synchronized.") : d.mismatch || (d.complete ? "No later departures." : d.next.length ? "" : "The next departures are not known yet."));
  },
};

function service(s, state) {
  const [number, unit] = minutesTo(s, state);
  const notes = [
    s.cancelled && "cancelled",
    s.platform_changed && "changed to " + where(s),
    s.bus && "replaced by a bus",
    s.at_platform && "at the platform",
    !s.cancelled && s.out_of_reach && "too late to walk there",
    !s.cancelled && s.live && Math.abs(s.late_s) >= 30 && span(Math.abs(s.late_s)) + (s.late_s > 0 ? " late" : " early"),
    !s.cancelled && !s.live && "by the timetable",
    s.disruptions && (s.disruptions === 1 ? "a disruption" : s.disruptions + " disruptions"),
  ];
  return el("li", { title: [s.mode, s.route, s.agency].filter(Boolean).join(" · "), class: s.cancelled ? "cancelled" : s.out_of_reach ? "gone" : false },
    el("span", { class: "in" }, ...(s.cancelled ? ["–"] : [number, unit && el("small", {}, unit)].filter(Boolean))),
    el("span", { class: "to" }, el("span", { class: "sign" }, s.number && line(s), s.headsign), el("small", { class: "why" }, notes.filter(Boolean).join(" · "))),
    el("span", { class: "at" }, s.leaves.slice(11, 16), s.platform ? el("span", {}, " · " + where(s)) : ""));
}

const where = (s) => (s.bay ? "bay " : "pl. ") + s.platform;

// line is the number of the line, beside a bar in its colour: a text in it may be illegible.
function line({ number, colour }) {
  const e = el("span", { class: "line" }, number + " ");
  e.style.borderColor = colour ?? "";
  return e;
}
