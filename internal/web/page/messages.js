// The messages of a panel, the pages that were pushed, and a line to write a message.

import { ago, call, each, el, put } from "./dom.js";
import { topicsOf } from "./instances.js";

export const messages = {
  name: "messages",
  place: (t) => topicsOf(t.instance),
  make(t) {
    const input = el("input", { placeholder: "a message", "aria-label": `a message to ${t.instance}`, maxlength: 500, required: "" });
    const form = el("form", {}, input, el("button", {}, "show"));
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      if (await call(t.instance, "show", { arg: input.value })) input.value = "";
    });
    return el("li", { class: "messages" }, form, el("ul"));
  },
  show(li, t, instance, { connection }) {
    const [form, list] = li.children;
    for (const c of form.elements) c.disabled = !instance.offered;
    const { up, waiting, pages } = t.value;
    const rows = [
      ...(up ? [{ ...up, end: "dismiss", words: "up" }] : []),
      ...waiting.map((m) => ({ ...m, end: m.name && "dismiss", words: "waits" })),
      ...pages.map((m) => ({ ...m, end: "remove", words: "page" })),
    ];
    each(list, rows, (m) => [m.words, m.name, m.text].join(" "), (m) => {
      const end = el("button", { "aria-label": `${m.end} ${m.text}` }, "✕");
      end.addEventListener("click", () => call(t.instance, m.end, { arg: m.name }));
      return el("li", {}, el("span"), " ", el("small"), m.end ? end : "");
    }).forEach((row, n) => {
      const [text, age, end] = row.children;
      put(text, rows[n].text);
      put(age, `${rows[n].words}, ${ago(rows[n].age_s + connection.lag)} `);
      if (end) end.disabled = !instance.offered;
    });
  },
};
