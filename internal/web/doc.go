// Package web serves the page that shows the board in a browser, and the same data
// to programs:
//
//	GET  /             the page
//	GET  /events       changes, as server-sent events; with the loop's tasks: ?tasks
//	GET  /api/state    the whole state as JSON
//	GET  /api/ping     the server's clock
//	POST /api/do       executes one [Command], sent as JSON
//	GET  /healthz      200 while anything works; ?strict: while everything does; else 503
//	GET  /metrics      figures in the Prometheus text format
//
// docs/api.md describes them. Everything shown is a [State]: plain data that the
// event loop makes and does not keep. The server runs on its own goroutines and
// reaches the loop only through [Options], so that no client can delay the loop.
//
// # Access
//
// The Host header of a request must name this machine, which prevents DNS rebinding.
// Pages of other origins may link here; all other requests that a browser sends for
// them are refused. If a token is configured, every request must be authenticated.
// Requests, connections and clients are limited in time, size and number.
package web
