// Package logs writes what the daemon says: for eyes in a terminal, without time
// stamps where the journal adds its own, and never so that a terminal which
// stands still holds up the loop.
package logs
