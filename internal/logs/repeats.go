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

// repeats lets the first of several like warnings or errors pass and counts the
// others. The count is said before something else of the same plugin is, and
// otherwise now and then, ever more rarely. There is no timer: the times are
// those of the entries, and an entry of anybody's is the occasion.
type repeats struct {
	mu    sync.Mutex
	next  func(entry)
	known []*repeat // in the order of their first
}

// repeat is a problem that has been logged.
type repeat struct {
	problem string
	last    entry
	held    int       // times that were not said yet
	said    int       // counts that were
	due     time.Time // when the next count is
}

const (
	// forgotten is how long a problem must be quiet to be news again.
	forgotten = time.Hour
	// remembered is how many problems are.
	remembered = 256
)

// pauses are between the counts; the last one stays.
var pauses = []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour}

func (r *repeats) put(e entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.level < slog.LevelWarn || isAnswer(e) {
		r.sayOf(e.plugin)
		r.next(e)
	} else if of := r.find(problem(e), e.time); of != nil {
		of.last = e
		of.held++
	} else {
		r.sayOf(e.plugin)
		r.remember(e)
		r.next(e)
	}
	for _, of := range r.known {
		if !e.time.Before(of.due) {
			r.say(of, e.time)
		}
	}
}

// isAnswer tells what somebody has asked for and waits to read, every time.
func isAnswer(e entry) bool { return e.id == ReloadRefused }

// find returns what is known of a problem, and forgets it when it is long past.
func (r *repeats) find(problem string, now time.Time) *repeat {
	i := slices.IndexFunc(r.known, func(of *repeat) bool { return of.problem == problem })
	if i < 0 {
		return nil
	}
	of := r.known[i]
	if now.Sub(of.last.time) < forgotten {
		return of
	}
	r.forget(i)
	return nil
}

func (r *repeats) remember(e entry) {
	if len(r.known) == remembered {
		r.forget(r.quietest())
	}
	r.known = append(r.known, &repeat{problem: problem(e), last: e, due: e.time.Add(pauses[0])})
}

func (r *repeats) forget(i int) {
	r.say(r.known[i], r.known[i].last.time)
	r.known = slices.Delete(r.known, i, i+1)
}

func (r *repeats) quietest() int {
	quietest := 0
	for i, of := range r.known {
		if of.last.time.Before(r.known[quietest].last.time) {
			quietest = i
		}
	}
	return quietest
}

// sayOf says the counts of a plugin, which is about to say something else.
func (r *repeats) sayOf(plugin string) {
	for _, of := range r.known {
		if of.last.plugin == plugin {
			r.say(of, of.last.time)
		}
	}
}

// say passes the last of the entries that were held, with their number.
func (r *repeats) say(of *repeat, now time.Time) {
	if of.held == 0 {
		return
	}
	r.next(of.last.with(field{key: "repeated", value: strconv.Itoa(of.held)}))
	of.held = 0
	of.said++
	of.due = now.Add(pauses[min(of.said, len(pauses)-1)])
}

func (r *repeats) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, of := range r.known {
		r.say(of, of.last.time)
	}
}

// problem is what two entries of the same trouble have in common: all but what
// was measured or counted. A number that tells two problems apart belongs into a
// text ("HTTP 503"), where only durations and the local ports of connections
// are passed over. A stack is known by the line at fault.
func problem(e entry) string {
	var b strings.Builder
	b.WriteString(e.level.String() + "\x00" + e.plugin + "\x00" + passing.ReplaceAllString(e.message, "~"))
	for _, f := range e.fields {
		b.WriteString("\x00" + f.key)
		if !f.measured {
			b.WriteString("=" + passing.ReplaceAllString(f.value, "~"))
		}
	}
	return b.String()
}

// passing matches durations, such as 1m0.5s and 40 s, and the port of
// 192.0.2.1:40312->.
var passing = regexp.MustCompile(`\b(\d+(\.\d+)? ?(ns|µs|ms|s|min|m|h))+\b|:\d+->`)
