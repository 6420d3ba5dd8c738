// Package web serves the page that shows the board in a browser, and the same to
// programs:
//
//	GET  /             the page
//	GET  /events       what changes, as server-sent events
//	GET  /api/state    all of it, once, as JSON
//	POST /api/do       one [Command], as JSON
//	GET  /healthz      200 where every instance is ok, else 503 with reasons
//	GET  /metrics      figures in the format of Prometheus
//
// docs/api.md describes them. Everything that is shown is a [State]: plain data
// that the loop makes and lets go of. The server runs on goroutines of its own and
// reaches the loop through [Options] alone, so that nothing here can hold it.
//
// # Who gets in
//
// A request must name this machine in its Host header, so that no foreign name can
// be made to point here (DNS rebinding). A page of another origin may link here and
// nothing else: whatever a browser sends on its behalf is refused. Where a token is
// set, nothing is told to who has not shown it. Requests, connections and clients
// are bounded in time, size and number.
package web
