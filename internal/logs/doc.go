// Package logs writes what the daemon says. A record takes this way:
//
//	slog → entry → repeats → queue → text or journal
//
// An entry is a record whose values have become strings, on the goroutine that
// logs, so that nothing in it changes afterwards. A warning that is like an
// earlier one is held and counted. The queue separates the loop from whoever
// reads the log: no call ever waits. Behind it, a goroutine writes lines for
// people, or records in the fields of the systemd journal.
package logs
