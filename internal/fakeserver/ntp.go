package fakeserver

import (
	"encoding/binary"
	"net"
	"sync/atomic"
	"time"
)

// NTP is a server of the Simple Network Time Protocol (RFC 5905, section 14). Fail
// makes it fail; otherwise it returns the correct time. Its methods are safe for
// concurrent use.
type NTP struct {
	now      func() time.Time
	fault    atomic.Value // of type NTPFault
	requests atomic.Int64
}

// NTPFault says how a server fails. The zero value is a working server.
type NTPFault struct {
	Offset  time.Duration // how far the server's clock is ahead
	Stratum uint8         // 0 means 2; 16 means unsynchronized
	Kiss    string        // a kiss code, such as RATE or DENY, instead of the time
	Silent  bool          // no reply
}

// NewNTP returns a server with the given clock.
func NewNTP(now func() time.Time) *NTP {
	s := &NTP{now: now}
	s.Fail(NTPFault{})
	return s
}

// Fail makes the server fail from the next request on.
func (s *NTP) Fail(fault NTPFault) { s.fault.Store(fault) }

// Requests returns how many requests were received.
func (s *NTP) Requests() int { return int(s.requests.Load()) }

// Serve answers the packets that arrive at a socket until it is closed, and returns
// [net.ErrClosed] then.
func (s *NTP) Serve(conn net.PacketConn) error {
	packet := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(packet)
		if err != nil {
			return err
		}
		if reply := s.Reply(packet[:n]); reply != nil {
			_, _ = conn.WriteTo(reply, from) // UDP may lose a reply anyway
		}
	}
}

// The packet header of RFC 5905, figure 8, without extensions.
const (
	ntpSize     = 48
	ntpClient   = 3 // mode
	ntpServer   = 4
	ntpUnsynced = 3 // leap indicator
)

// Reply returns the reply to a packet, or nil if there is none.
func (s *NTP) Reply(request []byte) []byte {
	if len(request) < ntpSize || request[0]&7 != ntpClient {
		return nil
	}
	s.requests.Add(1)
	f := s.fault.Load().(NTPFault)
	if f.Silent {
		return nil
	}
	now := s.now().Add(f.Offset)
	version, leap := request[0]>>3&7, byte(0)
	if f.Kiss != "" || f.Stratum >= 16 {
		leap = ntpUnsynced
	}
	p := make([]byte, ntpSize)
	p[0] = leap<<6 | version<<3 | ntpServer
	p[1] = 2
	p[2] = request[2]                            // poll exponent
	p[3] = 0xec                                  // precision: 2^-20 s
	binary.BigEndian.PutUint32(p[4:], 1<<16/200) // root delay: 5 ms
	binary.BigEndian.PutUint32(p[8:], 1<<16/500) // root dispersion: 2 ms
	copy(p[12:16], []byte{192, 0, 2, 1})         // reference: an address for documentation, RFC 5737
	if f.Stratum != 0 {
		p[1] = f.Stratum
	}
	if f.Kiss != "" {
		p[1] = 0
		copy(p[12:16], f.Kiss)
	}
	putNTPTime(p[16:], now.Add(-16*time.Second)) // last set
	copy(p[24:32], request[40:48])               // origin: as the client sent it
	putNTPTime(p[32:], now)                      // received
	putNTPTime(p[40:], now)                      // sent
	return p
}

// putNTPTime writes the seconds since 1900, modulo 2^32, and their fraction.
func putNTPTime(to []byte, t time.Time) {
	const from1900to1970 = 2208988800
	binary.BigEndian.PutUint32(to, uint32(t.Unix()+from1900to1970))
	binary.BigEndian.PutUint32(to[4:], uint32(uint64(t.Nanosecond())<<32/uint64(time.Second)))
}
