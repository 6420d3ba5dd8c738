package ntp

import (
	"time"

	"ptvd/plugins"
)

// server is one server, what it last said, and what it asked of us.
type server struct {
	Server
	reply   reply
	rest    time.Duration   // the least time between questions that it asked for
	from    plugins.Instant // it is not asked before
	trouble string          // why its reply was of no use, as it was logged
}

const day = 24 * time.Hour

// take books a reply and obeys its kiss code (RFC 5905, section 7.4): RATE, ask
// less often, and less with each; DENY and RSTR, go away.
func (s *server) take(r reply, now plugins.Instant, every time.Duration) {
	s.reply = r
	switch r.kiss {
	case "RATE":
		s.rest = min(2*max(every, s.rest), day)
	case "DENY", "RSTR":
		s.from = now.Add(day)
		return
	}
	s.from = now.Add(s.rest)
}
