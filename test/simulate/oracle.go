package simulate

import (
	"slices"
	"strings"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// oracle checks everything that the panel shows. It knows the true time, the replies
// of the PTV API and when they arrived, and whether the daemon can know the time. It
// does not look into the daemon.
//
// A picture must have been true at some time since the previous tick, because the
// panel is drawn once a tick.
type oracle struct {
	*World
	on          bool // a daemon is responsible for the panel
	booted      scheduler.Instant
	timeReplies int               // correct replies of NTP servers since the boot
	syncedBy    scheduler.Instant // from when on the daemon must know the time; Never: it need not
	ignoreUntil scheduler.Instant // until then pictures are not checked
	blockedAt   scheduler.Instant // when the loop was last blocked
	resumedAt   scheduler.Instant // when it resumed; Never: it is blocked
	feed                          // of the trains
	world       feed              // of the source that stands in
	trams       feed              // of another stop; without dataBy it is not configured
	shownSince  scheduler.Instant // when the pages began to wait for first replies
	known       [2]*reply         // see wrongOf
	filterSeen  bool              // the daemon certainly knows that the ids of its filter occur
	filterTexts []picture         // see saysFilter
	transfers   transfers         // to the panel
	shown       picture
	reading     reading
	badges      badges // beside the texts of rows
	narrowed    int    // by how many columns the badge is narrower than before
	lookPending bool
	last        moment             // the last one at which a picture was true although it is not any more
	judgedAt    scheduler.Instant  // when the shown picture was judged last
	texts       map[string]picture // of rows, see textPicture
	list, all   []*service         // see next and catchable
	wordsShown  map[string]bool    // texts shown instead of departures
	Frames      int                // pictures shown
	Judged      int                // checks
	Numbers     int                // pictures with minutes
	StandIns    int                // pictures with departures of the stand-in
	Told        int                // topics that were judged on the page in the browser
	Rows        int                // pictures with a departure in words
}

const (
	// epsilon is the time allowed for events that follow one another without a wait.
	epsilon = 5 * time.Millisecond
	// firstPicture limits the time from a start to the first picture.
	firstPicture = time.Second
	// maxAge is the age of departures from which on no minutes may be shown.
	maxAge = 5 * time.Minute
	// rowTime is longer than any row is shown.
	rowTime = 30 * time.Second
)

func newOracle(w *World) *oracle {
	o := &oracle{World: w, syncedBy: scheduler.Never, texts: map[string]picture{}, wordsShown: map[string]bool{}}
	o.reading = read(o.shown)
	w.panel.OnChange = o.changed
	return o
}

// boot records that a daemon starts. It knows nothing yet.
func (o *oracle) boot() {
	o.on, o.booted, o.timeReplies, o.syncedBy = true, o.clock.Now(), 0, scheduler.Never
	o.transfers = transfers{}
	o.replies = nil
	o.departuresLost()
	o.world, o.trams, o.shownSince = newFeed(o.clock.Now()), feed{}, o.clock.Now()
	if o.config.view.with == "trams" {
		o.trams = newFeed(o.clock.Now())
	}
}

// ignore suspends the checks for a time.
func (o *oracle) ignore(d time.Duration) {
	if o.ignoreUntil != scheduler.Never {
		o.ignoreUntil = max(o.ignoreUntil, o.clock.Now().Add(d))
	}
}

// departuresLost records that the daemon may have no departures from now on.
func (o *oracle) departuresLost() {
	o.dataBy, o.loadingSince, o.emptyBefore, o.filterSeen = scheduler.Never, o.clock.Now(), false, false
}

// shutDown records that no daemon is responsible for the panel any more.
func (o *oracle) shutDown() { o.on = false }

// timeReceived records the arrival of a correct NTP reply.
func (o *oracle) timeReceived() {
	o.timeReplies++
	if o.timeReplies >= 3 && o.syncedBy == scheduler.Never && !o.pool.lying {
		o.syncedBy = o.clock.Now().Add(ntpTimeout + time.Second) // the daemon waits for the other servers
	}
}

// loopBlocked and loopResumed record that the loop is blocked. Meanwhile nothing is
// drawn, and replies are received when it resumes.
func (o *oracle) loopBlocked() { o.blockedAt, o.resumedAt = o.clock.Now(), scheduler.Never }

func (o *oracle) loopResumed() {
	o.resumedAt = o.clock.Now()
	for _, a := range slices.Concat(o.replies, o.world.replies, o.trams.replies) {
		if a.received >= o.blockedAt {
			a.received = o.resumedAt
		}
	}
}

// freeSince returns when the loop last resumed, or now while it is blocked.
func (o *oracle) freeSince() scheduler.Instant {
	if o.resumedAt == scheduler.Never {
		return o.clock.Now()
	}
	return o.resumedAt
}

// slack returns how old the shown picture may be: the time since the last tick, and
// the duration of a slow transfer.
func (o *oracle) slack(now scheduler.Instant) time.Duration {
	slack := tick + epsilon + now.Sub(o.transfers.since(now, o.nextBy()))
	if o.blockedAt > 0 && (o.resumedAt == scheduler.Never || now <= o.resumedAt.Add(tick)) {
		slack += now.Sub(o.blockedAt)
	}
	return slack
}

// watch checks the panel every few seconds, whether it changes or not.
func (o *oracle) watch() {
	interval := time.Second
	if o.end.Sub(bootedAt) >= longRun {
		interval = 3 * time.Second
	}
	for o.sleep(interval) {
		o.judge(o.reading)
	}
}

// changed is called for every row that changes. The picture is complete when nothing
// else is left to run at this instant.
func (o *oracle) changed() {
	if o.lookPending {
		return
	}
	o.lookPending = true
	o.clock.Work(func() {
		o.sleep(0)
		o.lookPending = false
		o.look()
	})
}

// look checks the previous picture, which was shown until now, and the new one.
func (o *oracle) look() {
	p := columns(o.panel.Picture(sim.Arrangement{}))
	if p == o.shown {
		return
	}
	if o.judgedAt != o.clock.Now() {
		o.judgeShown()
	}
	o.shown, o.reading = p, read(p)
	if o.Frames++; o.reading.standIn {
		o.StandIns++
	}
	switch o.reading.kind {
	case departures:
		o.Numbers++
	case row:
		o.Rows++
		o.narrowed = o.badges.add(len(p)-len(o.reading.piece), o.clock.Now())
	case words:
		o.wordsShown[o.reading.text] = true
	}
	o.judge(o.reading)
}

// judgeShown checks the picture that was shown until now.
func (o *oracle) judgeShown() {
	o.judge(o.reading)
	o.judgedAt = o.clock.Now()
}

// judge fails if there is no time at which the picture may have been drawn and was
// true.
func (o *oracle) judge(r reading) {
	now := o.clock.Now()
	if !o.on || now < o.ignoreUntil || now >= o.end || o.transfers.isFirst() {
		return
	}
	o.Judged++
	slack := o.slack(now)
	since, step := now.Add(-slack), tick/10
	if slack > time.Second {
		step = tick / 2
		o.narrowed = widestBadge // a wider badge may never have reached the panel
	}
	wrong := o.wrongAt(r, moment{since, now, o.at(now)})
	if wrong != "" && o.last.at >= since && o.wrongAt(r, moment{since, o.last.at, o.last.clock}) == "" {
		return // true at the same time as at the previous check
	}
	for at := now; wrong != "" && at > since; {
		at = max(since, at.Add(-step))
		for off := -clockError; off <= clockError; off += clockError {
			if m := (moment{since, at, o.at(at).Add(off)}); o.wrongAt(r, m) == "" {
				o.last = m
				return
			}
		}
	}
	if wrong != "" {
		o.fail("the panel is wrong: it shows %v, but %s (true time %s)", r, wrong, o.now().Format("15:04:05.000"))
		o.ignoreUntil = now.Add(time.Minute) // report it only once
	}
}

// moment is a time at which a picture may have been drawn.
type moment struct {
	since scheduler.Instant // the oldest data that the picture may be based on
	at    scheduler.Instant
	clock time.Time // the time of the daemon's clock
}

// wrongAt returns why a picture was not true at a moment, or "".
func (o *oracle) wrongAt(r reading, m moment) string {
	switch {
	case r.kind == dark && m.at <= o.booted.Add(firstPicture):
		return ""
	case r.kind == dark, r.kind == unreadable && o.config.view.filter == "" && !slices.ContainsFunc(o.replies, func(a *reply) bool { return a.mismatch != cannot }):
		return "it should show something"
	case r.kind == clock && r.text == "--:--", r.kind == words && r.text == "No clock":
		if m.since >= o.syncedBy {
			return "the clock must be synchronized"
		}
		return ""
	case o.timeReplies == 0:
		return "the time is not known"
	case r.kind == clock:
		if want := m.clock.In(o.config.file.Timezone).Format("15:04"); r.text != want {
			return "it is " + want
		}
		return ""
	}
	return o.wrongDepartures(r, m)
}

// sources returns the feeds of the pages, and those that stand in.
func (o *oracle) sources() (from, standIn []*feed) {
	switch o.config.view.with {
	case "world":
		return []*feed{&o.feed, &o.world}, nil
	case "trams":
		return []*feed{&o.feed, &o.trams}, []*feed{&o.world}
	}
	return []*feed{&o.feed}, []*feed{&o.world}
}

// wrongDepartures judges departures: those of the stand-in only while all others have none
// that can be shown, and then always, if it has some.
func (o *oracle) wrongDepartures(r reading, m moment) string {
	from, standIn := o.sources()
	may, must := len(standIn) > 0, len(standIn) > 0
	for _, f := range slices.Concat(from, standIn) {
		f.dropOutdated(m.since)
	}
	for _, f := range from {
		mayThis, mustThis := f.lost(m)
		may, must = may && mayThis, must && mustThis
	}
	if r.standIn {
		if !may {
			return "there are data, and no need of a stand-in"
		}
		wrong := o.wrongOf(standIn, 0, r, m)
		if wrong != "" && r.old && strings.Contains(r.cells[0], ":") { // a line below a wide badge hides which of the marks it is
			r.old = false
			if o.wrongOf(standIn, 0, r, m) == "" {
				return ""
			}
		}
		return wrong
	}
	noData := r.kind == words && (r.text == "No data" || r.text == "Old data")
	if (must || len(from) == 1 && len(standIn) == 1 && noData) && o.world.hasData(m) {
		return "the stand-in has data"
	}
	return o.wrongOf(from, 0, r, m)
}

// wrongOf returns why a picture does not follow from any of the replies of feeds, or "". Of
// the first n of them it is assumed which the daemon knows, or that it knows none.
func (o *oracle) wrongOf(feeds []*feed, n int, r reading, m moment) (wrong string) {
	if n == len(feeds) {
		return o.wrongReplies(o.known[:n], r, m)
	}
	f := feeds[n]
	if wrong = "nothing was received yet"; m.since < f.dataBy {
		o.known[n] = nil
		if wrong = o.wrongOf(feeds, n+1, r, m); wrong == "" {
			return ""
		}
	}
	for _, a := range slices.Backward(f.replies) {
		if a.outdated < m.since {
			break
		}
		o.known[n] = a
		if wrong = o.wrongOf(feeds, n+1, r, m); wrong == "" {
			return ""
		}
	}
	return wrong
}

// lost reports whether a source may have been, or must have been, without data that can be
// shown. One that has none yet may be waited for or not: whether its requests have failed is
// not known here.
func (f *feed) lost(m moment) (may, must bool) {
	must = m.since >= f.dataBy
	may = !must
	for _, a := range f.replies {
		if a.outdated >= m.since {
			lost := m.at.Sub(a.received) > a.lifetime()
			may, must = may || lost, must && lost
		}
	}
	return may, must
}

// hasData reports whether the daemon certainly has data of a feed that are not too old.
func (f *feed) hasData(m moment) bool {
	may, _ := f.lost(m)
	return m.since >= f.dataBy && !may
}
