package simulate

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"ptvd/internal/scheduler"
)

// feed is what the daemon may know of one source of departures.
type feed struct {
	replies      []*reply          // what the daemon may know, the oldest first
	recent       []*reply          // the latest ones, whose delays may be presumed
	emptyBefore  bool              // the reply before was correct, and had no departures
	dataBy       scheduler.Instant // from when on the daemon must know a reply; Never: it need not
	loadingSince scheduler.Instant // from when on it may have no departures
}

// reply is a reply that the daemon received.
type reply struct {
	body       []byte
	maxResults int               // of the request; of the PTV API for each direction
	motis      bool              // it is one of MOTIS
	walk       time.Duration     // to the stop
	period     time.Duration     // of the requests
	count      int               // how many departures the daemon keeps ...
	catchable  time.Time         // ... that depart at this time or later
	exact      bool              // it is known what the daemon makes of the reply
	mutated    bool              // what the daemon received is not the reply, but was made from it
	accepted   bool              // the daemon certainly uses it
	of         *feed             // whose it is
	mismatch   mismatch          // whether it is no end of service, but of the filter
	earlier    []*reply          // those before it, whose delays count where estimates are missing
	follows    bool              // the daemon has certainly used all of the earlier ones
	received   scheduler.Instant // when the last byte was read
	outdated   scheduler.Instant // when the next reply was certainly received; Never: not yet
	list       []service         // in the order of departure; nil: not decoded yet
	complete   bool              // there are no departures after those in the list
}

// replyRead records that the daemon read the body of a response to its end. If it
// certainly accepted the reply, earlier replies are outdated.
func (o *oracle) replyRead(r *http.Request, response *response, exact, accepted bool) {
	now := o.clock.Now()
	empty := exact && isEmpty(response.data)
	if o.filterRead(r, response.data, exact && accepted, empty) {
		return
	}
	accepted, believed := o.believes(empty, accepted)
	if !believed {
		return
	}
	mismatch := cannot
	if o.config.directions != "" && !o.filterSeen && (empty || !exact) {
		mismatch, accepted = may, false // the daemon first asks without the filter
	}
	maxResults, _ := strconv.Atoi(r.URL.Query().Get("max_results"))
	o.add(&reply{
		body: response.data, maxResults: maxResults, count: o.config.count, walk: o.config.walk, period: o.config.period,
		catchable: dateOf(response).Add(o.config.walk), exact: exact, mutated: !exact, accepted: accepted, mismatch: mismatch, received: now,
	})
}

// newFeed returns what is known of a source that begins now.
func newFeed(now scheduler.Instant) feed {
	return feed{dataBy: scheduler.Never, loadingSince: now}
}

// tramsRead is replyRead for the trams, and worldRead for MOTIS.
func (o *oracle) tramsRead(r *http.Request, response *response, exact, accepted bool) {
	if o.trams.dataBy == 0 {
		return // it is not shown any more
	}
	n, _ := strconv.Atoi(r.URL.Query().Get("max_results"))
	o.trams.read(response, exact, accepted, reply{maxResults: n, count: tramsCount, walk: tramsWalk, period: tramsPeriod, received: o.clock.Now()})
}

func (o *oracle) worldRead(r *http.Request, response *response, exact, accepted bool) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil {
		return // it asks for something else
	}
	o.world.read(response, exact, accepted, reply{maxResults: n, motis: true, count: worldCount, walk: worldWalk, period: worldPeriod, received: o.clock.Now()})
}

// read adds a reply to a feed without a filter.
func (f *feed) read(response *response, exact, accepted bool, a reply) {
	accepted, believed := f.believes(exact && isEmpty(response.data), accepted)
	if !believed {
		return
	}
	a.body, a.exact, a.mutated, a.accepted, a.catchable = response.data, exact, !exact, accepted, dateOf(response).Add(a.walk)
	f.add(&a)
}

func dateOf(response *response) time.Time {
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		panic("simulate: Date of the reply: " + err.Error())
	}
	return at
}

// believes reports whether a reply may be used: a single empty one is not. It returns
// whether it certainly is accepted, which depends on which one the daemon had accepted
// before.
func (f *feed) believes(empty, accepted bool) (certainly, believed bool) {
	if !empty || f.emptyBefore {
		f.emptyBefore = empty
		return accepted, true
	}
	f.emptyBefore = true
	return false, f.dataBy == scheduler.Never || len(f.replies) != 1 || !f.replies[0].exact
}

// add adds a reply. If the daemon certainly has accepted it, those before are outdated.
func (f *feed) add(read *reply) {
	if read.accepted {
		f.dataBy = min(f.dataBy, read.received)
		for _, a := range f.replies {
			a.outdated = min(a.outdated, read.received)
		}
	}
	read.of, read.outdated, read.earlier, read.follows = f, scheduler.Never, slices.Clone(f.recent), true
	for _, e := range f.recent {
		if lost := e.received < f.loadingSince; read.received.Sub(e.received) < delayKept+blurred && (lost || !e.accepted) {
			read.follows = false
		}
	}
	f.replies, f.recent = append(f.replies, read), append(f.recent, read)
	if len(f.recent) > maxRecent {
		f.recent[0].services() // while the replies before it are known
		f.recent = slices.Clone(f.recent[1:])
	}
}

// lifetime is the age of the reply from which on no minutes may be shown.
func (a *reply) lifetime() time.Duration { return max(maxAge, 3*a.period) }

// dropOutdated drops replies that were outdated before an instant.
func (f *feed) dropOutdated(at scheduler.Instant) {
	for len(f.replies) > 1 && f.replies[0].outdated < at {
		f.replies = f.replies[1:]
	}
}
