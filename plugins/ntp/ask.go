package ntp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/beevik/ntp"

	"ptvd/plugins"
)

// reply is what became of one question.
type reply struct {
	answer
	kiss    string // a kiss code
	unsent  bool   // the question never left the board
	useless string // why there is no answer; empty: there is one
}

// Bounds of an answer's error, from RFC 5905: what claims to be better than
// MINDISP is not believed to be; what is worse than the 1.5 s at which ntpd stops
// believing is of no use.
const (
	minBound = 5 * time.Millisecond
	maxBound = 1500 * time.Millisecond
)

// askAll asks the servers that may be asked, all at once, and returns them. The
// error is that of a task that is cancelled.
func (c *client) askAll(t *plugins.Task) ([]*server, error) {
	var asked []*server
	for _, s := range c.servers {
		if s.from <= t.Now() {
			asked = append(asked, s)
		}
	}
	return asked, t.Group(func(g *plugins.Group) error {
		for _, s := range asked {
			g.Go("ask", func(t *plugins.Task) error {
				reply, err := c.ask(t, s.Server)
				if err == nil {
					s.take(reply, t.Now(), c.cfg.Every)
				}
				return err
			})
		}
		return nil
	})
}

// ask asks one server once.
func (c *client) ask(t *plugins.Task, s Server) (reply, error) {
	r, err := plugins.Await(t, func(ctx context.Context) (*ntp.Response, error) { return c.query(ctx, s) })
	if errors.Is(err, plugins.ErrCancelled) {
		return reply{}, err
	}
	var unsent *unsentError
	switch {
	case errors.As(err, &unsent):
		return reply{unsent: true, useless: c.words(err)}, nil
	case err != nil:
		return reply{useless: c.words(err)}, nil
	case r.IsKissOfDeath():
		return reply{kiss: r.KissCode, useless: fmt.Sprintf("it does not serve us (kiss code %q)", r.KissCode)}, nil
	}
	if err := r.Validate(); err != nil {
		return reply{useless: err.Error()}, nil
	}
	if r.RootDistance > maxBound {
		return reply{useless: fmt.Sprintf("its time is uncertain by more than %v", maxBound)}, nil
	}
	return reply{answer: answer{
		server: s, offset: r.ClockOffset, bound: max(r.RootDistance, minBound),
		roundTrip: r.RTT, stratum: int(r.Stratum),
	}}, nil
}

// query runs beside the loop. Offsets are measured against Clock.Uncorrected, so that the
// system's clock may be stepped meanwhile.
func (c *client) query(ctx context.Context, s Server) (*ntp.Response, error) {
	return ntp.QueryWithOptions(s.address(), ntp.QueryOptions{
		Timeout:       c.cfg.Timeout,
		GetSystemTime: c.env.Clock.Uncorrected,
		Dialer: func(_, address string) (net.Conn, error) {
			lookup, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
			defer cancel()
			conn, err := c.env.Net.Dial(lookup, "udp", address)
			if err != nil {
				return nil, &unsentError{err}
			}
			// The library reads without a context: a stop closes what it reads.
			context.AfterFunc(ctx, func() { conn.Close() })
			return conn, nil
		},
	})
}

// unsentError is that of a question that did not leave the board.
type unsentError struct{ error }

func (e *unsentError) Unwrap() error { return e.error }

// words says what went wrong, the same words for the same cause: without the
// port numbers that differ each time.
func (c *client) words(err error) string {
	var (
		name *net.DNSError
		op   *net.OpError
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "there is no such name"
	case errors.As(err, &name):
		return "its name cannot be looked up"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %v", c.cfg.Timeout)
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}
