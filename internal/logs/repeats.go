package logs

import (
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// repeats passes on the first of several equal warnings or errors and counts the
// others. A count is logged before the next different entry of the same plugin, and
// otherwise in growing intervals. There is no timer: time is taken from the entries,
// and any entry can trigger a count that is due.
type repeats struct {
	mu    sync.Mutex
	next  func(entry)
	known []*problem // in the order of their first entry
}

// problem is a warning or an error that was logged.
type problem struct {
	key    string // see keyOf
	last   entry
	held   int       // entries not counted in the log yet
	counts int       // how often a count was logged
	due    time.Time // when to log the next count
}

const (
	// forgetAfter is how long a problem must be absent to be logged as a new one.
	forgetAfter = time.Hour
	// maxProblems limits how many problems are remembered.
	maxProblems = 256
)

// intervals between the counts; the last one repeats.
var intervals = []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour}

func (r *repeats) put(e entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.level < slog.LevelWarn || e.id == ReloadFailed { // somebody waits for the outcome of a reload
		r.flushPlugin(e.plugin)
		r.next(e)
	} else if p := r.find(keyOf(e), e.time); p != nil {
		p.last = e
		p.held++
	} else {
		r.flushPlugin(e.plugin)
		r.remember(e)
		r.next(e)
	}
	for _, p := range r.known {
		if !e.time.Before(p.due) {
			r.flush(p, e.time)
		}
	}
}

// find returns a known problem, and forgets it if it was absent for long.
func (r *repeats) find(key string, now time.Time) *problem {
	i := slices.IndexFunc(r.known, func(p *problem) bool { return p.key == key })
	if i < 0 {
		return nil
	}
	if p := r.known[i]; now.Sub(p.last.time) < forgetAfter {
		return p
	}
	r.forget(r.known[i])
	return nil
}

func (r *repeats) remember(e entry) {
	if len(r.known) == maxProblems {
		r.forget(slices.MinFunc(r.known, func(p, q *problem) int { return p.last.time.Compare(q.last.time) }))
	}
	r.known = append(r.known, &problem{key: keyOf(e), last: e, due: e.time.Add(intervals[0])})
}

func (r *repeats) forget(p *problem) {
	r.flush(p, p.last.time)
	r.known = slices.DeleteFunc(r.known, func(q *problem) bool { return q == p })
}

// flushPlugin logs the counts of a plugin before its next entry.
func (r *repeats) flushPlugin(plugin string) {
	for _, p := range r.known {
		if p.last.plugin == plugin {
			r.flush(p, p.last.time)
		}
	}
}

// flush passes on the last of the entries that were held back, with their number.
func (r *repeats) flush(p *problem, now time.Time) {
	if p.held == 0 {
		return
	}
	r.next(p.last.with(field{key: "repeated", value: strconv.Itoa(p.held)}))
	p.held = 0
	p.counts++
	p.due = now.Add(intervals[min(p.counts, len(intervals)-1)])
}

func (r *repeats) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.known {
		r.flush(p, p.last.time)
	}
}

// keyOf returns what two entries about the same problem have in common: everything
// except measured values. A number that distinguishes two problems must be part of
// a text ("HTTP 503"); inside a text only durations and local ports are ignored. A
// stack is represented by its failing line.
func keyOf(e entry) string {
	var b strings.Builder
	b.WriteString(e.level.String() + "\x00" + e.plugin + "\x00" + variable.ReplaceAllString(e.message, "~"))
	for _, f := range e.fields {
		b.WriteString("\x00" + f.key)
		if !f.measured {
			b.WriteString("=" + variable.ReplaceAllString(f.value, "~"))
		}
	}
	return b.String()
}

// variable matches durations, such as 1m0.5s and 40 s, and the port of
// 192.0.2.1:40312->.
var variable = regexp.MustCompile(`\b(\d+(\.\d+)? ?(ns|µs|ms|s|min|m|h))+\b|:\d+->`)
