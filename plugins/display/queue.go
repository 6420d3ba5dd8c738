package display

import (
	"slices"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// maxMessages is how many messages there may be: the one that is up and those that wait.
const maxMessages = 16

// message is a message of the queue.
type message struct {
	topics.Message
	lasts   time.Duration   // how long it is up at a time
	expires plugins.Instant // it says nothing any more from then on
	wake    bool            // it is up on a blank panel, too
}

// queue decides which message is up at a moment, if any, in the place of a page. It
// knows no panel and no clock.
//
// The message of the highest priority is up, among equals the one that came first, for
// its time. One that is interrupted by a higher priority is up for all of its time
// afterwards. One that is held is up until it is dismissed, in turn with others of its
// priority. On a blank panel only those are up that wake it; the others wait.
type queue struct {
	list  []*message      // sorted by priority, the highest first; among equals in the order of their turns
	up    *message        // one of the list; nil: none
	since plugins.Instant // when it came up
}

// add adds a message, in the place of one with its name. A message that is urgent is the
// first of its priority, and ends the one that is up unless that has a higher priority.
func (q *queue) add(m message, urgent bool, now plugins.Instant) error {
	q.expire(now)
	replaces := func(other *message) bool { return m.Name != "" && other.Name == m.Name }
	if len(q.list) >= maxMessages && !slices.ContainsFunc(q.list, replaces) {
		return plugins.ErrFull
	}
	if up := q.up; up != nil && (replaces(up) || urgent && up.Priority <= m.Priority) {
		urgent = true
		q.remove(func(other *message) bool { return other == up })
	}
	q.remove(replaces)
	q.insert(&m, urgent)
	return nil
}

// insert adds a message before or behind those of its priority.
func (q *queue) insert(m *message, first bool) {
	at := slices.IndexFunc(q.list, func(other *message) bool {
		return other.Priority < m.Priority || first && other.Priority == m.Priority
	})
	if at < 0 {
		at = len(q.list)
	}
	q.list = slices.Insert(q.list, at, m)
}

func (q *queue) remove(which func(*message) bool) {
	if q.up != nil && which(q.up) {
		q.up = nil
	}
	q.list = slices.DeleteFunc(q.list, which)
}

// dismiss removes the message of a name, or the one that is up if the name is empty.
func (q *queue) dismiss(name string) {
	up := q.up
	q.remove(func(m *message) bool { return m == up && name == "" || name != "" && m.Name == name })
}

// quiet keeps the messages that there are from waking the panel.
func (q *queue) quiet() {
	for _, m := range q.list {
		m.wake = false
	}
}

func (q *queue) expire(now plugins.Instant) {
	q.remove(func(m *message) bool { return now >= m.expires })
}

// at decides which message is up now, and returns until when. blank tells whether the
// panel is blank unless a message is up.
func (q *queue) at(now plugins.Instant, blank bool) (until plugins.Instant) {
	q.expire(now)
	if up := q.up; up != nil && now >= q.since.Add(up.lasts) {
		switch {
		case !up.Hold:
			q.dismiss("")
		case q.first(blank, func(m *message) bool { return m != up && m.Priority == up.Priority }) != nil:
			q.dismiss("")
			q.insert(up, false)
		}
	}
	var first *message
	if q.up != nil { // it goes before the others of its priority
		first = q.first(blank, func(m *message) bool { return m == q.up || m.Priority > q.up.Priority })
	}
	if first == nil {
		first = q.first(blank, func(*message) bool { return true })
	}
	if first != q.up {
		q.up, q.since = first, now
	}
	until = plugins.Never
	for _, m := range q.list {
		until = min(until, m.expires)
	}
	if q.up != nil && (!q.up.Hold || now < q.since.Add(q.up.lasts)) {
		until = min(until, q.since.Add(q.up.lasts))
	}
	return until
}

// first returns the first message of some that can be up; nil: none.
func (q *queue) first(blank bool, of func(*message) bool) *message {
	for _, m := range q.list {
		if of(m) && (m.wake || !blank) {
			return m
		}
	}
	return nil
}

// topic tells which messages there are.
func (q *queue) topic() (told topics.Messages) {
	for _, m := range q.list {
		if m == q.up {
			told.Up = &m.Message
		} else {
			told.Waiting = append(told.Waiting, m.Message)
		}
	}
	return told
}
