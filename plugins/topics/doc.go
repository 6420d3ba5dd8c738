// Package topics holds the message types that plugins publish and subscribe to.
// It is the only package besides plugins that a plugin needs in order to meet
// others: a source of departures and a panel both import it, and neither imports
// the other.
//
// A published value is never changed afterwards.
package topics
