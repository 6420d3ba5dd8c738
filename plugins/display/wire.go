package display

import (
	"context"

	"ptvd/plugins"
)

// wire is an open port. Its transfers take place beside the loop, where one that
// was abandoned at a stop may still be under way: the next one waits for it, so
// that the last picture is the dark one.
type wire struct {
	port  plugins.SPI
	turns plugins.Turns
}

// tx sends packets in one system call.
func (w *wire) tx(t *plugins.Task, packets [][]byte) error {
	_, err := plugins.AwaitTurn(t, &w.turns, func(context.Context) (struct{}, error) {
		return struct{}{}, w.port.Tx(packets...)
	})
	return err
}
