// Package simulate runs the whole daemon for days in a world where everything fails:
// the network, the servers, the clocks, the board, the disk, other plugins, and the
// power. Everything happens in virtual time and depends on a seed only, so that every
// failure can be repeated:
//
//	go test ./test/simulate -run TestOneSeed -seed 7 -lasts 720h -log simulate.log
//
// A [World] is the daemon's environment. Faults come in families, one file each. Each
// family begins now and then and lasts for a while; several may be active at once,
// and none is at the end of a run. An autopilot uses the button and the knob, and
// checks the effect. An oracle, which knows the true time and the replies of the PTV
// API and of a MOTIS, which stands in for it, checks every picture on the panel, and now
// and then what the page in the browser tells of the panel and of the sources. Somebody
// edits what the pages show: one stop or two, one stop by both services, all or a part.
//
// What takes time in the world (a reply on its way, a finger on a button) is a
// function that sleeps in virtual time, outside the event loop, see
// [scheduler.VirtualClock.Sleep]. As in reality it goes on while a plugin blocks the
// loop.
package simulate
