// Package simulate lets the whole daemon live for days in a world where everything
// fails: the network, the servers, the clocks, the board, the disk, other plugins,
// and the power. All of it happens in virtual time and follows from a seed alone,
// so that whatever goes wrong once goes wrong again.
//
// A [World] is all that the daemon meets. It has faults, each a family of its own
// that strikes now and then ([World.suffer]); somebody who uses the button and the
// knob (visitor); and an oracle that knows the truth and looks at the panel, and
// calls a lie what is one.
package simulate
