// The page: it receives the state and passes each part to the module that shows it.

import { $, el, put, span } from "./dom.js";
import { showInstances } from "./instances.js";
import { showLoop } from "./loop.js";
import { showTopics } from "./topics.js";
import { showWorld } from "./world.js";

const state = { instances: [], topics: [] }; // everything received so far
let received = 0; // when the latest event came
let events, connecting; // the connection, and when it was opened
let connected = false;
let runID; // of the daemon that is shown

function show(news) {
  const topics = mergeTopics(news);
  Object.assign(state, news, { topics });
  if (news.instances) showInstances(state);
  if (news.topics) showTopics(state, news.topics);
  if (news.loop) showLoop(news.loop, state.world);
  if (news.world) showWorld(news.world);
  if (news.clock) showClock(news.clock);
  showHealth();
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
    wrong >= 1 ? el("span", { class: "wrong" }, ` · the system clock is ${span(wrong)} ${clock.system_error_s > 0 ? "ahead" : "behind"}`) : "");
}

// maxSilence is how long, in ms, no event may come: the clock is sent twice a second.
const maxSilence = 1200;

const silence = () => performance.now() - (received || connecting);

// isLive tells whether the state that is shown is the present one.
const isLive = () => connected && silence() <= maxSilence;

function showHealth() {
  const chip = $("health");
  let health = "ok", words = "connecting …";
  if (!connected) [health, words] = ["failed", "no connection; retrying"];
  else if (!isLive()) [health, words] = ["failed", `event loop not responding for ${Math.floor(silence() / 1000)} s`];
  else if (state.instances.length) {
    const problems = state.instances.filter((i) => i.health !== "ok");
    if (problems.some((i) => i.health === "failed")) health = "failed";
    else if (problems.length) health = "degraded";
    words = problems.length ? problems.map((i) => i.name + " " + i.health).join(", ") : "all ok";
  }
  document.body.classList.toggle("is-lost", received > 0 && !isLive()); // what may be outdated is not shown
  chip.className = "chip " + health;
  put(chip, words);
}

function listen() {
  events?.close();
  events = new EventSource("events?tasks");
  connecting = performance.now();
  events.onopen = () => { connected = true; showHealth(); };
  events.onmessage = (event) => {
    if (runID && runID !== event.lastEventId) location.reload(); // another daemon, and perhaps another version of the page
    runID = event.lastEventId;
    received = performance.now();
    show(JSON.parse(event.data));
  };
  events.onerror = () => { connected = false; showHealth(); };
}

// reconnect reconnects where the browser does not by itself: when the server refused the
// connection, and when it vanished without closing it, as a board that loses its power.
function reconnect() {
  if (document.hidden) return;
  const waited = performance.now() - Math.max(received, connecting);
  if (waited > (events.readyState === EventSource.CLOSED ? 3000 : 10000)) listen();
  showHealth();
}

// A hidden page does not listen: a browser opens no more than six connections to a server,
// and without clients the board does not publish.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return listen();
  events.close();
  connected = false;
});

$("fold").open = matchMedia("(min-width: 621px)").matches;
listen();
setInterval(reconnect, 250);
