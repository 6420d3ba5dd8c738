package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// signals are what the system tells a daemon. They are caught from the first
// moment, so that an early one does not kill, and heeded once it runs.
type signals struct {
	context.Context // done at SIGTERM and SIGINT; a second one ends the process at once
	reload, show    chan os.Signal
	stop            context.CancelFunc
}

func catchSignals(ctx context.Context) signals {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop)
	s := signals{Context: ctx, stop: stop, reload: make(chan os.Signal, 1), show: make(chan os.Signal, 1)}
	signal.Notify(s.reload, syscall.SIGHUP)
	signal.Notify(s.show, syscall.SIGUSR1)
	return s
}

// heed calls the functions until the signals are released.
func (s signals) heed(reload, show func()) {
	for {
		select {
		case _, caught := <-s.reload:
			if !caught {
				return
			}
			reload()
		case <-s.show:
			show()
		}
	}
}

func (s signals) release() {
	s.stop()
	signal.Stop(s.show)
	signal.Stop(s.reload)
	close(s.reload)
}
