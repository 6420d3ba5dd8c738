// Package simulate lets the whole daemon live for days in a world where everything
// fails: the network, the servers, the clocks, the board, the disk, other plugins,
// and the power. All of it happens in virtual time and follows from a seed alone,
// so that whatever goes wrong once goes wrong again:
//
//	go test ./test/simulate -run TestOneSeed -seed 7 -lasts 720h -log simulate.log
//
// A [World] is all that the daemon meets. Its faults come in families, one to a
// file, each of which strikes now and then for a while; they overlap as they like,
// and in the end there is calm. A visitor uses the button and the knob, and knows
// what has to come of it. An oracle, which knows the true time and what the service
// has said, looks at every picture on the panel and calls a lie what is one.
//
// What takes time in the world (an answer that is on its way, a finger on the
// button) is a straight line of code that sleeps in virtual time beside the loop,
// see [scheduler.VirtualClock.Sleep]: it goes on while a plugin holds the loop, as
// the real world does.
package simulate
