// The instances: their health, figures, topics without a place of their own, and actions.

import { $, call, each, el, number, put, span } from "./dom.js";
import { hold, isControl } from "./parts.js";

export function showInstances({ instances, topics }) {
  each($("instances"), instances, (i) => i.name, (i) => el("li", {},
    el("span", { class: "dot" }, el("b"), " ", el("span", { class: "plugin" })), el("span", { class: "since" }), el("span", { class: "why" }),
    el("ul", { class: "topics", "data-topics": "" }), el("span", { class: "meter" }), el("div", { class: "actions" }))).forEach((li, n) => {
    const i = instances[n];
    const [name, since, why, , meter, actions] = li.children;
    name.className = "dot " + i.health;
    put(name.children[0], i.name);
    put(name.children[1], i.plugin);
    const restarts = i.restarts ? `, ${i.restarts} restart${i.restarts > 1 ? "s" : ""}` : "";
    const since_s = Math.floor(i.since_s);
    put(since, `${i.health} ${since_s ? "for " + span(since_s) : "just now"}${restarts}`);
    put(why, i.why || "");
    why.className = "why " + i.health;
    put(meter, Object.entries(i.meter).map(figure).join(" · "));
    const own = topics.filter((t) => t.instance === i.name);
    const offered = i.offered ? i.actions.filter((a) => !isControl(a, i, own) && !i.actions.some((b) => b.ended_by === a.name)) : [];
    offered.sort((a, b) => !!a.arg - !!b.arg);
    each(actions, offered, (a) => a.name, (a) => makeAction(i.name, a));
  });
}

// topicsOf returns the list in an instance's row for topics without another place.
export const topicsOf = (instance) => $("instances").querySelector(`li[data-key="${CSS.escape(instance)}"] > .topics`);

// figure formats a plugin's figure, named in the style of Prometheus.
function figure([name, value]) {
  const seconds = name.match(/^(.*)_seconds$/);
  const words = (seconds ? seconds[1] : name.replace(/_total$/, "")).replaceAll("_", " ");
  return `${words} ${seconds ? span(value) : number(value)}`;
}

function makeAction(instance, a) {
  const button = el("button", { title: a.doc, "aria-label": a.name + " " + instance }, a.name);
  if (a.ended_by) hold(button, instance, a);
  if (!a.arg) {
    if (!a.ended_by) button.addEventListener("click", () => call(instance, a.name));
    return button;
  }
  const input = el("input", { placeholder: a.arg, size: Math.min(a.arg.length, 32), "aria-label": `${instance}.${a.name}: ${a.arg}`, required: "" });
  const form = el("form", {}, button, input);
  form.addEventListener("submit", (e) => { e.preventDefault(); call(instance, a.name, { arg: input.value }); });
  return form;
}
