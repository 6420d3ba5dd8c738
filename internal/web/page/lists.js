// Departures, and the instances with their health.

import { $, el, each, put, span } from "./dom.js";

const ago = (s) => (s < 1 ? "just now" : span(Math.floor(s)) + " ago");
const freshness = {
  fresh: ["ok", (d) => "received " + ago(d.age_s)],
  old: ["degraded", (d) => "old: received " + ago(d.age_s)],
  stale: ["failed", (d) => "too old to be shown: received " + ago(d.age_s)],
  none: ["degraded", () => "nothing received yet"],
};

export function showDepartures(stops, clock) {
  $("departures").parentElement.hidden = $("source").hidden = stops.length === 0;
  each($("departures"), stops, (d) => d.instance, () => el("div", { class: "departures" },
    el("div", { class: "head" }, el("b"), el("span", { class: "dot" }), el("span", { class: "failed" })), el("ol"), el("p", { class: "end" }))).forEach((box, i) => {
    const d = stops[i];
    const [name, fresh, problem] = box.firstChild.children;
    const [colour, words] = freshness[d.freshness];
    put(name, d.stop || d.instance);
    put(fresh, words(d));
    fresh.className = "dot " + colour;
    put(problem, d.problem || "");
    box.classList.toggle("is-old", d.freshness !== "fresh");
    // A number is true, or it is not there.
    const believed = clock?.known && d.freshness !== "stale" && d.freshness !== "none";
    const [, list, end] = box.children;
    list.replaceChildren(...(believed ? d.next.map(service) : []));
    put(end, !believed ? "" : d.complete ? "Nothing else leaves." : d.next.length ? "" : "What leaves next is not known yet.");
  });
}

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
    el("span", { class: "to" }, el("span", { class: "sign" }, s.headsign), el("small", { class: "why" }, notes.join(" · "))),
    el("span", { class: "at" }, s.leaves.slice(11, 16), s.platform ? el("span", {}, " · pl. " + s.platform) : ""));
}

export function showInstances(instances) {
  each($("instances"), instances, (i) => i.name, () => el("li", {},
    el("span", { class: "dot" }, el("b"), " ", el("span", { class: "plugin" })), el("span", { class: "since" }), el("span", { class: "why" }), el("span", { class: "meter" }))).forEach((li, n) => {
    const i = instances[n];
    const [who, since, why, meter] = li.children;
    who.className = "dot " + i.health;
    put(who.children[0], i.name);
    put(who.children[1], i.plugin);
    const restarts = i.restarts ? `, ${i.restarts} restart${i.restarts > 1 ? "s" : ""}` : "";
    const since_s = Math.floor(i.since_s);
    put(since, `${i.health} ${since_s ? "for " + span(since_s) : "just now"}${restarts}`);
    put(why, i.why || "");
    why.className = "why " + i.health;
    put(meter, Object.entries(i.meter).map(figure).join(" · "));
  });
}

// figure reads a plugin's figure, named in the style of Prometheus.
function figure([name, value]) {
  const seconds = name.match(/^(.*)_seconds$/);
  const words = (seconds ? seconds[1] : name.replace(/_total$/, "")).replaceAll("_", " ");
  return `${words} ${seconds ? span(value) : Number(value.toPrecision(4)).toLocaleString("en")}`;
}
