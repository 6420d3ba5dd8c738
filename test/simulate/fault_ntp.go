package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins/plugintest"
)

const ntpTimeout = 5 * time.Second

// The round trip of an NTP exchange, all of which may be in one direction.
const (
	minNTPDelay = 5 * time.Millisecond
	maxNTPDelay = 40 * time.Millisecond
	// clockError is how far the daemon's clock may be off with correct servers.
	clockError = maxNTPDelay / 2
)

// pool is the four NTP servers.
type pool struct {
	*World
	rng     *rand.Rand
	servers [4]*timeServer
	lying   bool // one of the servers is a falseticker
}

var poolNames = []string{"one.test", "two.test", "three.test", "four.test"}

// timeServer is a server and its fault.
type timeServer struct {
	*fakeserver.NTP
	correct bool
	dialing error // the result of dialing it; nil: it can be reached
	garbage bool  // its replies are random bytes
}

func newPool(w *World) *pool {
	p := &pool{World: w, rng: w.rng("pool")}
	for i := range p.servers {
		p.servers[i] = &timeServer{NTP: fakeserver.NewNTP(w.now)}
	}
	p.repair()
	return p
}

func (p *pool) repair() {
	p.lying = false
	for _, s := range p.servers {
		s.correct, s.dialing, s.garbage = true, nil, false
		s.Fail(fakeserver.NTPFault{})
	}
}

// fault is the family: for some time one server fails, or all of them. Two of the four
// never send a kiss code, since a client may never ask such a server again, and at
// most one is a falseticker.
func (p *pool) fault() fault {
	return fault{
		name: "ntp", rests: 2 * time.Hour, lasts: 40 * time.Minute,
		begin: func(rng *rand.Rand) string {
			servers := p.servers[rng.IntN(4):][:1]
			if rng.IntN(2) == 0 {
				servers = p.servers[:]
			}
			fail := func(what string, f fakeserver.NTPFault) string {
				for _, s := range servers {
					s.correct = false
					s.Fail(f)
				}
				return fmt.Sprintf("%d of 4: %s", len(servers), what)
			}
			switch rng.IntN(7) {
			case 0:
				return fail("no reply", fakeserver.NTPFault{Silent: true})
			case 1:
				return fail("stratum 16", fakeserver.NTPFault{Stratum: 16})
			case 2:
				servers = p.servers[:1+rng.IntN(2)]
				kiss := []string{"RATE", "DENY", "RSTR", "INIT", "XYZ?"}[rng.IntN(5)]
				return fail("kiss code "+kiss, fakeserver.NTPFault{Kiss: kiss})
			case 3:
				servers, p.lying = p.servers[rng.IntN(4):][:1], true
				off := []time.Duration{time.Second, time.Hour, 24 * time.Hour, 400 * 24 * time.Hour}[rng.IntN(4)]
				if rng.IntN(2) == 0 {
					off = -off
				}
				return fail(fmt.Sprintf("a falseticker, off by %v", off), fakeserver.NTPFault{Offset: off})
			case 4:
				for _, s := range servers {
					s.dialing = dialing(os.NewSyscallError("connect", syscall.ENETUNREACH))
				}
				return fail("network unreachable", fakeserver.NTPFault{})
			case 5:
				for _, s := range servers {
					s.dialing = dialing(&net.DNSError{Err: "no such host", IsNotFound: true})
				}
				return fail("no such host", fakeserver.NTPFault{})
			}
			for _, s := range servers {
				s.garbage = true
			}
			return fail("garbage", fakeserver.NTPFault{})
		},
		end: p.repair,
	}
}

// dial connects to one of the servers.
func (p *pool) dial(_ context.Context, _, address string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(address)
	at := slices.Index(poolNames, host)
	if at < 0 {
		return nil, dialing(&net.DNSError{Err: "no such host", Name: host, IsNotFound: true})
	}
	s := p.servers[at]
	if s.dialing != nil {
		return nil, s.dialing
	}
	e := &exchange{Conn: plugintest.PacketConn(s.Reply), pool: p, server: s, correct: s.correct, garbage: s.garbage}
	return openConn{e, p.handles.add("connections")}, nil
}

// exchange is a request to a server and its delayed reply.
type exchange struct {
	net.Conn
	pool             *pool
	server           *timeServer
	correct, garbage bool
}

func (e *exchange) Read(into []byte) (int, error) {
	n, err := e.Conn.Read(into)
	if err != nil {
		e.pool.sleep(ntpTimeout)
		return n, err
	}
	e.pool.sleep(minNTPDelay + time.Duration(e.pool.rng.Int64N(int64(maxNTPDelay-minNTPDelay))))
	if e.garbage {
		n = e.pool.rng.IntN(n + 1)
		for i := range into[:n] {
			into[i] = byte(e.pool.rng.Uint32())
		}
	}
	if e.correct {
		e.pool.oracle.timeReceived()
	}
	return n, nil
}
