// Package demo is the product without the hardware: the ordinary daemon on the
// simulated board, with a stand-in for PTV and one for an NTP server on loopback,
// and somebody who presses the button and turns the knob now and then. Whoever
// opens its page in a browser does so, too, and can break the world around it.
//
// Nothing of the daemon knows that it is a demo. What reaches it is real HTTP
// with real signatures, real NTP packets, and edges with bounce.
package demo
