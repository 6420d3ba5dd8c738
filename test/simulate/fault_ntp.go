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
)

const ntpTimeout = 5 * time.Second

// An answer by NTP is on its way for so long, all of which may be one way.
const (
	leastNTPLatency = 5 * time.Millisecond
	mostNTPLatency  = 40 * time.Millisecond
	// clockError is how far the daemon's clock may be off, with good servers.
	clockError = mostNTPLatency / 2
)

// pool is the four servers of time.
type pool struct {
	*World
	dice    *rand.Rand
	servers [4]*timeServer
	lying   bool // one of them is a falseticker
}

var poolNames = []string{"one.test", "two.test", "three.test", "four.test"}

// timeServer is one of them, and what is wrong with it.
type timeServer struct {
	*fakeserver.NTP
	honest  bool
	dialing error // what a dialer says; nil: it can be reached
	garbage bool  // it sends something that is no answer
}

func newPool(w *World) *pool {
	p := &pool{World: w, dice: w.dice("pool")}
	for i := range p.servers {
		p.servers[i] = &timeServer{NTP: fakeserver.NewNTP(w.now)}
	}
	p.heal()
	return p
}

func (p *pool) heal() {
	p.lying = false
	for _, s := range p.servers {
		s.honest, s.dialing, s.garbage = true, nil, false
		s.Fail(fakeserver.NTPFault{})
	}
}

// fault is the family: for some time something is wrong with one of the servers,
// or with all of them. Two of the four never tell us to go away, so that there is
// somebody to ask for the rest of the day; and of those that answer, one lies at
// most.
func (p *pool) fault() fault {
	return fault{
		name: "ntp", rests: 2 * time.Hour, lasts: 40 * time.Minute,
		begin: func(dice *rand.Rand) string {
			whom := p.servers[dice.IntN(4):][:1]
			if dice.IntN(2) == 0 {
				whom = p.servers[:]
			}
			fail := func(what string, f fakeserver.NTPFault) string {
				for _, s := range whom {
					s.honest = false
					s.Fail(f)
				}
				return fmt.Sprintf("%d of 4: %s", len(whom), what)
			}
			switch dice.IntN(7) {
			case 0:
				return fail("silence", fakeserver.NTPFault{Silent: true})
			case 1:
				return fail("stratum 16", fakeserver.NTPFault{Stratum: 16})
			case 2:
				whom = p.servers[:1+dice.IntN(2)]
				kiss := []string{"RATE", "DENY", "RSTR", "INIT", "XYZ?"}[dice.IntN(5)]
				return fail("kiss code "+kiss, fakeserver.NTPFault{Kiss: kiss})
			case 3:
				whom, p.lying = p.servers[dice.IntN(4):][:1], true
				off := []time.Duration{time.Second, time.Hour, 24 * time.Hour, 400 * 24 * time.Hour}[dice.IntN(4)]
				if dice.IntN(2) == 0 {
					off = -off
				}
				return fail(fmt.Sprintf("a falseticker, off by %v", off), fakeserver.NTPFault{Offset: off})
			case 4:
				for _, s := range whom {
					s.dialing = dialing(os.NewSyscallError("connect", syscall.ENETUNREACH))
				}
				return fail("no network", fakeserver.NTPFault{})
			case 5:
				for _, s := range whom {
					s.dialing = dialing(&net.DNSError{Err: "no such host", IsNotFound: true})
				}
				return fail("no such name", fakeserver.NTPFault{})
			}
			for _, s := range whom {
				s.garbage = true
			}
			return fail("garbage", fakeserver.NTPFault{})
		},
		end: p.heal,
	}
}

// dial reaches one of the servers.
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
	e := &exchange{Conn: s.Conn(), pool: p, server: s, honest: s.honest, garbage: s.garbage}
	return openConn{e, p.handles.open("connections")}, nil
}

// exchange is a question to a server and its answer, which takes its time.
type exchange struct {
	net.Conn
	pool            *pool
	server          *timeServer
	honest, garbage bool
}

func (e *exchange) Read(into []byte) (int, error) {
	n, err := e.Conn.Read(into)
	if err != nil {
		e.pool.sleep(ntpTimeout)
		return n, err
	}
	e.pool.sleep(leastNTPLatency + time.Duration(e.pool.dice.Int64N(int64(mostNTPLatency-leastNTPLatency))))
	if e.garbage {
		n = e.pool.dice.IntN(n + 1)
		for i := range into[:n] {
			into[i] = byte(e.pool.dice.Uint32())
		}
	}
	if e.honest {
		e.pool.oracle.heardTheTime()
	}
	return n, nil
}
