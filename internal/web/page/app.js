// The page: it receives the state and passes each part to the module that shows it.

import { connection, follow, reopen } from "./connection.js";
import { nextOf } from "./departures.js";
import { $, el, put, span } from "./dom.js";
import { showInstances } from "./instances.js";
import { showLoop } from "./loop.js";
import { showTopics } from "./topics.js";
import { showWorld } from "./world.js";

const state = { instances: [], topics: [], connection, live: false }; // everything received so far

function show(news) {
  const topics = mergeTopics(news);
  Object.assign(state, news, { topics });
  document.body.classList.remove("is-empty");
  if (news.instances) showInstances(state);
  if (news.topics) showTopics(state, news.topics);
  if (news.loop) showLoop(news.loop, state.world);
  if (news.world) showWorld(news.world);
  if (news.clock) showClock(news.clock);
  if (news.daemon) showDaemon(news.daemon);
  showConnection();
}

// mergeTopics returns all topics. An event with the instances has every topic, any other
// event those that changed.
function mergeTopics(news) {
  if (!news.topics) return state.topics;
  if (news.instances) return news.topics;
  const is = (a) => (b) => a.instance === b.instance && a.topic === b.topic;
  const all = state.topics.map((old) => news.topics.find(is(old)) ?? old);
  return [...all, ...news.topics.filter((t) => !all.some(is(t)))];
}

function showClock(clock) {
  const [date, time] = clock.now.split("T");
  const day = new Date(date + "T12:00:00Z").toLocaleDateString("en-AU", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const wrong = Math.abs(clock.system_error_s);
  $("time").replaceChildren(
    el("b", {}, clock.synchronized ? time.slice(0, 8) : "–:–"),
    el("span", {}, clock.synchronized ? " " + day : " clock not synchronized"),
    wrong >= 1 ? el("span", { class: "degraded" }, ` · the system clock is ${span(wrong)} ${clock.system_error_s > 0 ? "ahead" : "behind"}`) : "");
}

function showDaemon({ version, host }) {
  put($("host"), host);
  put($("version"), `ptvd ${version}${host && " on " + host}`);
}

// showConnection shows whether what stands there is the present state. Otherwise it is
// dark, or dimmed.
function showConnection() {
  if (state.live !== connection.isLive) {
    state.live = connection.isLive;
    showTopics(state, state.topics);
  }
  let health = "ok", words = connection.words;
  if (!state.live) health = "failed";
  else if (connection.isSlow) health = "degraded";
  else {
    const problems = state.instances.filter((i) => i.health !== "ok");
    if (problems.length) health = problems.some((i) => i.health === "failed") ? "failed" : "degraded";
    words = problems.map((i) => i.name + " " + i.health).join(", ") || "all ok";
  }
  document.body.classList.toggle("is-lost", !state.live);
  document.body.classList.toggle("is-slow", state.live && connection.isSlow);
  $("health").className = "chip " + health;
  put($("health"), words);
  const title = [...(state.live ? nextOf(state) : ["not known"]), state.daemon?.host, "ptvd"].filter(Boolean).join(" · ");
  if (document.title !== title) document.title = title;
}

// The tasks are most of a state, so they are sent only while they are looked at.
const events = () => ($("fold").open ? "events?tasks" : "events");
$("fold").addEventListener("toggle", () => reopen(events()));
follow(events(), show, showConnection);
