package display

import (
	"context"
	"sync"

	"ptvd/plugins"
)

// wire is an open port. Its transfers take place beside the loop, where one that
// was abandoned at a stop may still be under way: the lock lets the next one wait
// for it there, so that the last picture is the dark one.
type wire struct {
	port plugins.SPI
	busy sync.Mutex
}

// tx sends packets in one system call.
func (w *wire) tx(t *plugins.Task, packets [][]byte) error {
	_, err := plugins.Await(t, func(ctx context.Context) (struct{}, error) {
		w.busy.Lock()
		defer w.busy.Unlock()
		if err := ctx.Err(); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, w.port.Tx(packets...)
	})
	return err
}

func closeBeside(t *plugins.Task, port plugins.SPI) error {
	_, err := plugins.Await(t, func(context.Context) (struct{}, error) { return struct{}{}, port.Close() })
	return err
}
