// Package daemon runs the instances of one configuration: it makes them, starts
// them, restarts each one that fails without the others, and stops them all.
//
// Everything runs on one [scheduler.Loop]. Each instance has a supervising task that
// reads in order: start, run, stop, wait, again. Reloads, systemd's watchdog and the
// web server are tasks beside those.
package daemon
