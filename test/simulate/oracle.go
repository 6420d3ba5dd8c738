package simulate

import (
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// oracle judges all that the panel shows. It knows the true time, what the service
// said and when it arrived, and whether anybody can have told the daemon the time;
// it knows nothing of what the daemon thinks.
//
// A picture must have been true at some moment since the last tick before: that is
// all the time that the panel is given.
type oracle struct {
	*World
	on        bool // there is a daemon that answers for the panel
	booted    scheduler.Instant
	asked     scheduler.Instant // since when the daemon may be without departures
	voices    int               // honest answers about the time since the boot
	surely    scheduler.Instant // from when on the daemon must know the time; Never: it may not
	excused   scheduler.Instant // until then the panel cannot be reached, or was not for long
	stalled   scheduler.Instant // when the loop was last held up …
	resumed   scheduler.Instant // … and let go; Never: it is held up now
	answers   []*reply          // what the daemon may know, the oldest first
	certain   scheduler.Instant // from when on it must know some; Never: it may not
	transfers transfers         // to the panel
	shown     picture
	reading   reading
	looking   bool
	last      moment             // of which a picture was true that is not any more
	parted    scheduler.Instant  // when it was judged for the last time
	texts     map[string]picture // of rows, as they look
	list      []*service         // see next
	said      map[string]bool    // what stood in the place of departures
	Frames    int                // pictures that were judged
	Judged    int                // judgements
	Numbers   int                // pictures with minutes on them …
	Rows      int                // … and with a departure in words
}

const (
	// hair is for what follows one another without anybody having waited.
	hair = 5 * time.Millisecond
	// lighting is how long a daemon may take from its start to its first
	// picture.
	lighting = time.Second
	// tooOld is the age of departures from which on no number may stand.
	tooOld = 5 * time.Minute
)

func newOracle(w *World) *oracle {
	o := &oracle{World: w, surely: scheduler.Never, texts: map[string]picture{}, said: map[string]bool{}}
	o.reading = read(o.shown)
	w.panel.OnChange = o.changed
	return o
}

// boot says that a daemon starts that knows nothing yet.
func (o *oracle) boot() {
	o.on, o.booted, o.voices, o.surely = true, o.clock.Now(), 0, scheduler.Never
	o.transfers = transfers{}
	o.answers = nil
	o.forgetAnswers()
}

// excuse says that for some time nobody is to blame for what the panel shows.
func (o *oracle) excuse(d time.Duration) {
	if o.excused != scheduler.Never {
		o.excused = max(o.excused, o.clock.Now().Add(d))
	}
}

// forgetAnswers says that the daemon may know of no departures any more.
func (o *oracle) forgetAnswers() { o.certain, o.asked = scheduler.Never, o.clock.Now() }

// shutDown says that nobody answers for the panel any more.
func (o *oracle) shutDown() { o.on = false }

// heardTheTime says that an honest server's answer has arrived.
func (o *oracle) heardTheTime() {
	o.voices++
	if o.voices >= 3 && o.surely == scheduler.Never && !o.pool.lying {
		o.surely = o.clock.Now().Add(ntpTimeout + time.Second) // the others of the round are waited for
	}
}

// stallBegins and stallEnds say that the loop is held up: time in which nobody can
// draw anything, and whatever arrives is received when it is over.
func (o *oracle) stallBegins() { o.stalled, o.resumed = o.clock.Now(), scheduler.Never }

func (o *oracle) stallEnds() {
	o.resumed = o.clock.Now()
	for _, a := range o.answers {
		if a.received >= o.stalled {
			a.received = o.resumed
		}
	}
}

// free returns since when the loop is not held up any more.
func (o *oracle) free() scheduler.Instant {
	if o.resumed == scheduler.Never {
		return o.clock.Now()
	}
	return o.resumed
}

// slack is how old what the panel shows may be: the time since the last tick, and
// what a slow transfer takes.
func (o *oracle) slack(now scheduler.Instant) time.Duration {
	slack := tick + hair + now.Sub(o.transfers.since(now, o.open()))
	if o.stalled > 0 && (o.resumed == scheduler.Never || now <= o.resumed.Add(tick)) {
		slack += now.Sub(o.stalled)
	}
	return slack
}

// watch looks at the panel every few seconds, whether it changes or not.
func (o *oracle) watch() {
	pause := time.Second
	if o.end.Sub(bootedAt) >= longRun {
		pause = 3 * time.Second
	}
	for o.sleep(pause) {
		o.judge(o.reading)
	}
}

// changed hears of every row that changes. The picture is complete when nothing is
// left to do at this instant.
func (o *oracle) changed() {
	if o.looking {
		return
	}
	o.looking = true
	o.clock.Work(func() {
		o.sleep(0)
		o.looking = false
		o.look()
	})
}

// look judges the picture that ends, which has been true until now, and the one
// that begins.
func (o *oracle) look() {
	p := columns(o.panel.Picture(sim.Arrangement{}))
	if p == o.shown {
		return
	}
	if o.parted != o.clock.Now() {
		o.part()
	}
	o.shown, o.reading = p, read(p)
	o.Frames++
	switch o.reading.kind {
	case departures:
		o.Numbers++
	case row:
		o.Rows++
	case words:
		o.said[o.reading.text] = true
	}
	o.judge(o.reading)
}

// part judges what has been shown until now.
func (o *oracle) part() {
	o.judge(o.reading)
	o.parted = o.clock.Now()
}

// judge finds a moment of which a picture is true, among those of which it may be.
func (o *oracle) judge(r reading) {
	now := o.clock.Now()
	if !o.on || now < o.excused || now >= o.end || o.transfers.isFirst() {
		return
	}
	o.Judged++
	slack := o.slack(now)
	since, step := now.Add(-slack), tick/10
	if slack > time.Second {
		step = tick / 2
	}
	lie := o.lieAt(r, moment{since, now, o.at(now)})
	if lie != "" && o.last.at >= since && o.lieAt(r, moment{since, o.last.at, o.last.clock}) == "" {
		return // as it was when we looked before
	}
	for at := now; lie != "" && at > since; {
		at = max(since, at.Add(-step))
		for off := -clockError; off <= clockError; off += clockError {
			if m := (moment{since, at, o.at(at).Add(off)}); o.lieAt(r, m) == "" {
				o.last = m
				return
			}
		}
	}
	if lie != "" {
		o.fail("the panel lies: it shows %v, and %s (true time %s)", r, lie, o.now().Format("15:04:05.000"))
		o.excused = now.Add(time.Minute) // one is enough
	}
}

// moment is when a picture may have been drawn.
type moment struct {
	since scheduler.Instant // what was known then may still have been all that was known
	at    scheduler.Instant
	clock time.Time // what the daemon's clock may have said
}

// lieAt returns why a picture is not true of a moment, empty when it is.
func (o *oracle) lieAt(r reading, m moment) string {
	switch {
	case r.kind == dark && m.at <= o.booted.Add(lighting):
		return ""
	case r.kind == strange || r.kind == dark:
		return "it should show something"
	case r.kind == clock && r.text == "--:--", r.kind == words && r.text == "No clock":
		if m.since >= o.surely {
			return "the time is known"
		}
		return ""
	case o.voices == 0:
		return "nobody has told it the time"
	case r.kind == clock:
		if want := m.clock.In(o.house.file.Timezone).Format("15:04"); r.text != want {
			return "it is " + want
		}
		return ""
	}
	return o.lieAboutDepartures(r, m)
}

func (o *oracle) lieAboutDepartures(r reading, m moment) string {
	o.forget(m.since)
	lie := "nothing was received yet"
	for i := len(o.answers) - 1; i >= 0; i-- {
		a := o.answers[i]
		if a.outdated < m.since {
			break
		}
		if lie = o.lieAbout(a, r, m); lie == "" {
			return ""
		}
	}
	if m.since >= o.certain {
		return lie
	}
	switch r {
	case reading{kind: words, text: "No data"}:
		return ""
	case reading{kind: words, text: "Loading"}:
		if m.at.Sub(o.asked) <= tooOld {
			return ""
		}
		return "it has been loading for too long"
	}
	return lie
}
