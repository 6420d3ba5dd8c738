// Departures from one stop.

import { $, ago, each, el, put, span } from "./dom.js";

const freshness = {
  fresh: ["ok", (t) => "received " + ago(t.age_s)],
  old: ["degraded", (t) => "old: received " + ago(t.age_s)],
  stale: ["failed", (t) => "too old to be shown: received " + ago(t.age_s)],
  none: ["degraded", () => "nothing received yet"],
};

export const departures = {
  name: "departures",
  place: () => $("departures"),
  make: () => el("div", { class: "departures" },
    el("div", { class: "head" }, el("b"), el("span", { class: "dot" }), el("span", { class: "failed" })), el("ol"), el("p", { class: "end" })),
  show(box, t, instance, { clock }) {
    const d = t.value;
    const [name, fresh, problem] = box.firstChild.children;
    const [colour, words] = freshness[d.freshness];
    put(name, d.stop || t.instance);
    put(fresh, words(t));
    fresh.className = "dot " + colour;
    put(problem, d.problem || "");
    box.classList.toggle("is-old", d.freshness !== "fresh");
    // A number that may be wrong is not shown.
    const reliable = clock?.synchronized && d.freshness !== "stale" && d.freshness !== "none";
    const [, list, end] = box.children;
    list.replaceChildren(...(reliable ? d.next.map(service) : []));
    put(end, !reliable ? "" : d.mismatch || (d.complete ? "No later departures." : d.next.length ? "" : "The next departures are not known yet."));
  },
};

function service(s) {
  const minutes = Math.floor(s.in_s / 60);
  const notes = [];
  if (s.cancelled) notes.push("cancelled");
  if (s.bus) notes.push("replaced by a bus");
  if (s.at_platform) notes.push("at the platform");
  if (s.out_of_reach && !s.cancelled) notes.push("too late to walk there");
  if (s.live && !s.cancelled && Math.abs(s.late_s) >= 30) notes.push(`${span(Math.abs(s.late_s))} ${s.late_s > 0 ? "late" : "early"}`);
  if (!s.live && !s.cancelled) notes.push("by the timetable");
  if (s.disruptions) notes.push(s.disruptions === 1 ? "a disruption" : s.disruptions + " disruptions");
  return el("li", { class: s.cancelled ? "cancelled" : s.out_of_reach ? "gone" : false },
    el("span", { class: "in" }, ...(s.cancelled ? ["–"] : minutes ? [String(minutes), el("small", {}, " min")] : ["now"])),
    el("span", { class: "to" }, el("span", { class: "sign" }, s.number ? s.number + " " + s.headsign : s.headsign), el("small", { class: "why" }, notes.join(" · "))),
    el("span", { class: "at" }, s.leaves.slice(11, 16), s.platform ? el("span", {}, " · pl. " + s.platform) : ""));
}
