// Package daemon runs the instances of one configuration: it makes them, starts
// them, restarts alone the one that fails, and stops them all.
//
// Everything stands on one [scheduler.Loop]. Each instance has a task of its own
// that reads as its life does: start, run, stop, wait, again. Signals and systemd
// are tasks beside those.
package daemon
