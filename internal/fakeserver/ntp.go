package fakeserver

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"
)

// NTP is a server of the Simple Network Time Protocol (RFC 5905, section 14). It
// is right, unless it is told to be otherwise. All its methods may be called
// from any goroutine.
type NTP struct {
	now func() time.Time

	mu     sync.Mutex
	fault  NTPFault
	asked  int
	conns  map[net.PacketConn]bool
	closed bool
}

// NTPFault is how a server fails; the zero value is one that does not.
type NTPFault struct {
	Offset  time.Duration // its clock is ahead by so much
	Stratum uint8         // 0: 2; 16 says that it is not synchronised
	Kiss    string        // a kiss code such as RATE or DENY instead of the time
	Silent  bool          // it does not answer
}

// NewNTP returns a server with the given clock.
func NewNTP(now func() time.Time) *NTP {
	return &NTP{now: now, conns: map[net.PacketConn]bool{}}
}

// Fail makes the server fail from the next request on.
func (s *NTP) Fail(fault NTPFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Asked returns how many requests came.
func (s *NTP) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Serve answers what comes to a socket until the server is closed; then it
// returns [net.ErrClosed].
func (s *NTP) Serve(conn net.PacketConn) error {
	if !s.add(conn) {
		conn.Close()
		return net.ErrClosed
	}
	packet := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(packet)
		if err != nil {
			return err
		}
		if reply := s.Reply(packet[:n]); reply != nil {
			// A reply that is lost is what UDP is like.
			_, _ = conn.WriteTo(reply, from)
		}
	}
}

// Close closes the sockets that are served.
func (s *NTP) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var err error
	for conn := range s.conns {
		err = errors.Join(err, conn.Close())
	}
	clear(s.conns)
	return err
}

func (s *NTP) add(conn net.PacketConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.conns[conn] = true
	}
	return !s.closed
}

// The header of RFC 5905, figure 8: all that SNTP knows of a packet.
const (
	ntpSize     = 48
	ntpClient   = 3 // mode
	ntpServer   = 4
	ntpUnsynced = 3 // leap indicator
)

// Reply returns the answer to a packet, nil where the server keeps silent.
func (s *NTP) Reply(request []byte) []byte {
	if len(request) < ntpSize || request[0]&7 != ntpClient {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	f := s.fault
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
	copy(p[12:16], []byte{192, 0, 2, 1})         // reference: an address of the documentation
	if f.Stratum != 0 {
		p[1] = f.Stratum
	}
	if f.Kiss != "" {
		p[1] = 0
		copy(p[12:16], f.Kiss)
	}
	putNTPTime(p[16:], now.Add(-16*time.Second)) // set last
	copy(p[24:32], request[40:48])               // origin: as the client sent it
	putNTPTime(p[32:], now)                      // received
	putNTPTime(p[40:], now)                      // sent
	return p
}

// putNTPTime writes seconds since 1900, of the era that the reader infers, and
// their fraction.
func putNTPTime(to []byte, t time.Time) {
	const from1900to1970 = 2208988800
	binary.BigEndian.PutUint32(to, uint32(t.Unix()+from1900to1970))
	binary.BigEndian.PutUint32(to[4:], uint32(uint64(t.Nanosecond())<<32/uint64(time.Second)))
}
