// Package ptv fetches departures from the timetable API of Public Transport
// Victoria and publishes them as [timetable.Departures].
//
// One task asks, waits, and asks again. It does not end because the service is
// away: it asks again after growing pauses, and what it published last stays,
// with the instant it came at, so that a reader can tell how old it is.
//
// A reply is read field by field. One field that is missing or of the wrong type
// costs that field, and at most that departure. But a reply that cannot be told
// from "no departures" is trouble and not an empty list: a panel must not say
// that there are no more trains because a server had a bad night.
//
// The requests are signed (version 3 of the API, "Signature calculation" in its
// documentation); neither the id nor the key nor a signature ever stands in an
// error or a log line. The data is licensed CC BY 4.0, © State of Victoria.
package ptv
