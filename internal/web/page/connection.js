// The connection to the board: the events, how old they are, and why none come.

const maxSilence = 1200; // ms; the clock is sent twice a second
const maxLag = 2; // s, of events that are shown as the present
const pause = 3000; // ms between attempts to connect
const timeout = 10000; // ms; a board that loses its power does not close its connections

const now = () => performance.now();

// connection says what the page knows. Times are in ms of the browser's clock.
export const connection = {
  lag: 0, // in s: how old the latest event was when it came
  heard: "", // the time of day at which that was true
  get isLive() { return !!source && received > asked && now() - received <= maxSilence; },
  get isSlow() { return this.lag > maxLag; },
  get words() {
    if (this.isLive) return this.isSlow ? `connection slow: ${Math.round(this.lag)} s behind` : "";
    let words = problem || "no connection; retrying";
    if (source) words = received < asked ? "connecting …" : answered > received ? "event loop not responding" : "no response";
    return this.heard ? `${words.replace("; retrying", "")}; last heard at ${this.heard}` : words;
  },
};

let source, url, handlers;
let asked = 0; // when the connection was opened …
let received = 0; // … when the latest event came …
let failed = 0; // … and when it ended
let problem = ""; // why the server refuses it
let runID; // of the daemon that is shown
let pinged = 0, answered = 0; // when the clock was asked for, and when it came

// follow calls onEvent with each state and onChange several times a second.
export function follow(address, onEvent, onChange) {
  [url, handlers] = [address, { onEvent, onChange }];
  listen();
}

function listen() {
  source?.close();
  source = new EventSource(url);
  asked = now();
  source.onmessage = receive;
  source.onerror = () => {
    const isRefused = source.readyState === EventSource.CLOSED;
    end();
    if (isRefused) findProblem();
  };
  handlers.onChange();
}

function end() {
  source.close();
  source = undefined;
  failed = now();
  handlers.onChange();
}

function receive(event) {
  // Another daemon may have another version of the page. What somebody is typing is kept.
  if (runID !== event.lastEventId && !document.querySelector("input:focus:not(:placeholder-shown, [type])")) {
    if (runID) location.reload();
    runID = event.lastEventId;
  }
  const state = JSON.parse(event.data);
  if (received < asked) difference = asked / 1000 - state.at_s;
  received = now();
  problem = "";
  connection.lag = ageOf(state.at_s);
  connection.heard = new Date(Date.now() - connection.lag * 1000).toLocaleTimeString("en-GB");
  handlers.onEvent(state);
  if (connection.lag > maxLag / 2) ping();
}

// How much, in s, the browser's clock is ahead of the server's. The server made the first
// event after it was asked, and no event comes before it was made: the one is the least
// that the difference can be, the other the most. An event is thus never taken for newer
// than it is, whatever the line does.
let difference;

function ageOf(at) {
  const age = now() / 1000 - at - difference;
  if (age < 0) difference += age; // one clock is faster than the other
  return Math.max(0, age);
}

// ping measures the difference again, and finds out whether the server answers while the
// event loop is silent.
async function ping() {
  if (now() - pinged < 5000) return;
  const began = pinged = now();
  try {
    const { at_s } = await (await fetch("api/ping", { signal: AbortSignal.timeout(5000) })).json();
    answered = now();
    difference = Math.max(difference, began / 1000 - at_s);
  } catch { /* the words tell */ }
}

// findProblem asks why the server refuses the connection, which an EventSource keeps for itself.
async function findProblem() {
  const stop = new AbortController();
  try {
    const reply = await fetch(url, { signal: stop.signal });
    if (reply.status === 401) location.reload(); // asks for the token
    problem = reply.ok ? "" : (await reply.text()).trim() + "; retrying";
  } catch {
    problem = "";
  }
  stop.abort();
  handlers.onChange();
}

// reopen connects to another address of events.
export function reopen(address) {
  url = address;
  if (source) listen();
}

setInterval(() => {
  if (document.hidden || !handlers) return;
  if (source ? now() - Math.max(received, asked) > timeout : now() - failed > pause) listen();
  if (source && received > asked && !connection.isLive) ping();
  handlers.onChange();
}, 250);

// A hidden page does not listen: a browser opens no more than six connections to a server,
// and without clients the board does not publish.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) listen();
  else if (source) end();
});
