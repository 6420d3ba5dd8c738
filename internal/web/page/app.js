// The page: it listens, and hands what it hears to the parts that show it.

import { $, put, span } from "./dom.js";
import { showPanels } from "./panel.js";
import { showParts } from "./parts.js";
import { showDepartures, showInstances } from "./lists.js";
import { showLoop } from "./loop.js";
import { showWorld } from "./world.js";

const state = {}; // all that was heard, by part
let heard = 0; // when something was heard last
let events, tried; // the connection, and when it was begun
let connected = false;
let life; // of the daemon that is shown

function show(news) {
  Object.assign(state, news);
  if (news.panels) showPanels(news.panels);
  if (news.lamps || news.buttons) showParts(state);
  if (news.departures) showDepartures(news.departures, state.clock);
  if (news.instances) showInstances(news.instances);
  if (news.loop) showLoop(news.loop, state.world);
  if (news.world) showWorld(news.world);
  if (news.clock) showClock(news.clock);
  showWellbeing();
}

function showClock(clock) {
  const [date, time] = clock.now.split("T");
  const day = new Date(date + "T12:00:00Z").toLocaleDateString("en-AU", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const b = document.createElement("b");
  b.textContent = clock.known ? time.slice(0, 8) : "–:–";
  const where = document.createElement("span");
  where.textContent = clock.known ? " " + day : " the time is not known yet";
  $("time").replaceChildren(b, where);
  if (Math.abs(clock.system_error_s) >= 1) {
    const wrong = document.createElement("span");
    wrong.className = "wrong";
    wrong.textContent = ` · the system's clock is ${span(Math.abs(clock.system_error_s))} ${clock.system_error_s > 0 ? "ahead" : "behind"}`;
    $("time").append(wrong);
  }
}

// silence is how long, in ms, the loop may say nothing: it tells the time twice a second.
const silence = 1200;

const quiet = () => performance.now() - (heard || tried);

// isLive tells whether what is shown is still so.
const isLive = () => connected && quiet() <= silence;

function showWellbeing() {
  const chip = $("wellbeing");
  let health = "ok", words = "";
  if (!connected) [health, words] = ["failed", "no connection; trying again"];
  else if (!isLive()) [health, words] = ["failed", `the loop has been silent for ${Math.floor(quiet() / 1000)} s`];
  else if (state.instances) {
    const ill = state.instances.filter((i) => i.health !== "ok");
    if (ill.some((i) => i.health === "failed")) health = "failed";
    else if (ill.length) health = "degraded";
    words = ill.length ? ill.map((i) => i.name + " " + i.health).join(", ") : "all is well";
  }
  document.body.classList.toggle("is-lost", heard > 0 && !isLive()); // a number is true, or it is not there
  chip.className = "chip " + health;
  put(chip, words || "connecting …");
}

function listen() {
  events?.close();
  events = new EventSource("events");
  tried = performance.now();
  events.onopen = () => { connected = true; showWellbeing(); };
  events.onmessage = (event) => {
    if (life && life !== event.lastEventId) location.reload(); // another daemon, and perhaps another page
    life = event.lastEventId;
    heard = performance.now();
    show(JSON.parse(event.data));
  };
  events.onerror = () => { connected = false; showWellbeing(); };
}

// look tries again where the browser does not: what was refused, and what is dead
// without a word, as when the board has lost its power.
function look() {
  if (document.hidden) return;
  const waited = performance.now() - Math.max(heard, tried);
  if (waited > (events.readyState === EventSource.CLOSED ? 3000 : 10000)) listen();
  showWellbeing();
}

// A page that nobody sees does not ask: a browser opens six connections to a server,
// and the board has nothing to do for nobody.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return listen();
  events.close();
  connected = false;
});

$("fold").open = matchMedia("(min-width: 621px)").matches;
listen();
setInterval(look, 250);
