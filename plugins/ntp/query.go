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

type server struct {
	Server
	result
	minInterval time.Duration   // between queries, as the server asked for by RATE
	notBefore   plugins.Instant // the earliest time of the next query
	logged      string          // the error of the latest synchronization, as it was logged
}

type result struct {
	sample
	kiss string // the code of a kiss-o'-death packet
	sent bool   // false: the query did not leave the board
	err  error  // why there is no sample
}

const day = 24 * time.Hour

// update takes a result and obeys its kiss code (RFC 5905, section 7.4): RATE asks for
// fewer queries, and each further one for fewer still; DENY and RSTR ask for none.
func (s *server) update(r result, now plugins.Instant, every time.Duration) {
	s.result = r
	switch r.kiss {
	case "RATE":
		s.minInterval = min(2*max(every, s.minInterval), day)
	case "DENY", "RSTR":
		s.notBefore = now.Add(day)
		return
	}
	s.notBefore = now.Add(s.minInterval)
}

// Bounds of a sample's error, from RFC 5905: no sample is taken to be better than
// MINDISP, and none worse than MAXDIST, the limit of ntpd, is used.
const (
	minBound = 5 * time.Millisecond
	maxBound = 1500 * time.Millisecond
)

// queryAll queries all servers that may be queried now, at the same time, and returns
// them. The error is that of a cancelled task.
func (c *client) queryAll(t *plugins.Task) ([]*server, error) {
	var queried []*server
	for _, s := range c.servers {
		if s.notBefore <= t.Now() {
			queried = append(queried, s)
		}
	}
	return queried, t.Group(func(g *plugins.Group) error {
		for _, s := range queried {
			g.Go("query", func(t *plugins.Task) error {
				r, err := c.query(t, s.Server)
				if err == nil {
					s.update(r, t.Now(), c.cfg.Every)
				}
				return err
			})
		}
		return nil
	})
}

func (c *client) query(t *plugins.Task, s Server) (result, error) {
	var got result
	r, err := plugins.Await(t, func(ctx context.Context) (*ntp.Response, error) { return c.exchange(ctx, s, &got.sent) })
	switch {
	case errors.Is(err, plugins.ErrCancelled):
		return result{}, err
	case err != nil:
		got.err = c.stable(err)
	case r.IsKissOfDeath():
		got.kiss, got.err = r.KissCode, fmt.Errorf("kiss-o'-death packet, code %q", r.KissCode)
	default:
		if got.err = r.Validate(); got.err == nil && r.RootDistance > maxBound {
			got.err = fmt.Errorf("root distance above %v", maxBound)
		}
		got.sample = sample{
			server: s, offset: r.ClockOffset, bound: max(r.RootDistance, minBound), roundTrip: r.RTT, stratum: int(r.Stratum),
		}
	}
	return got, nil
}

// exchange runs beside the loop. It measures against Clock.Uncorrected, which a step of
// the system clock does not change.
//
// sent is set when the connection was made: UDP has no handshake, so that only the lookup
// of the name or a missing route fails before a packet is sent.
func (c *client) exchange(ctx context.Context, s Server, sent *bool) (*ntp.Response, error) {
	return ntp.QueryWithOptions(s.address(), ntp.QueryOptions{
		Timeout:       c.cfg.Timeout,
		GetSystemTime: c.env.TimeSource.Uncorrected,
		Dialer: func(_, address string) (net.Conn, error) {
			dial, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
			defer cancel()
			conn, err := c.env.Net.Dial(dial, "udp", address)
			if err != nil {
				return nil, err
			}
			*sent = true
			// The library reads without a context, so a stop closes the connection.
			context.AfterFunc(ctx, func() { conn.Close() })
			return conn, nil
		},
	})
}

// stable returns an error with the same text for the same cause: without the addresses
// and port numbers that differ from query to query.
func (c *client) stable(err error) error {
	lookup, isLookup := errors.AsType[*net.DNSError](err)
	operation, isOperation := errors.AsType[*net.OpError](err)
	switch {
	case isLookup && lookup.IsNotFound:
		return errors.New("no such host")
	case isLookup:
		return errors.New("temporary failure in name resolution")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no reply within %v", c.cfg.Timeout)
	case isOperation:
		return operation.Err
	}
	return err
}
