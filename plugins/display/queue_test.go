package display

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// queueModel is the queue in its simplest form: a heap of messages, each with a number
// for its turn, of which the first is looked for at each look.
type queueModel struct {
	all         []*modelMessage
	up          *modelMessage
	since       plugins.Instant
	first, last int // numbers of turns that were given
}

type modelMessage struct {
	message
	turn int
}

func (q *queueModel) add(m message, urgent bool, now plugins.Instant) error {
	q.drop(func(m *modelMessage) bool { return m.expires <= now })
	named := func(o *modelMessage) bool { return m.Name != "" && o.Name == m.Name }
	if len(q.all) == maxMessages && !slices.ContainsFunc(q.all, named) {
		return plugins.ErrFull
	}
	if q.up != nil && named(q.up) {
		urgent = true
	} else if q.up != nil && urgent && q.up.Priority <= m.Priority {
		up := q.up
		q.drop(func(m *modelMessage) bool { return m == up })
	}
	q.drop(named)
	q.last++
	turn := q.last
	if urgent {
		q.first--
		turn = q.first
	}
	q.all = append(q.all, &modelMessage{m, turn})
	return nil
}

func (q *queueModel) drop(which func(*modelMessage) bool) {
	if q.up != nil && which(q.up) {
		q.up = nil
	}
	q.all = slices.DeleteFunc(q.all, which)
}

func (q *queueModel) at(now plugins.Instant, blank bool) *modelMessage {
	q.drop(func(m *modelMessage) bool { return m.expires <= now })
	can := slices.DeleteFunc(slices.Clone(q.all), func(m *modelMessage) bool { return blank && !m.wake })
	if up := q.up; up != nil && now.Sub(q.since) >= up.lasts {
		others := slices.ContainsFunc(can, func(m *modelMessage) bool { return m != up && m.Priority == up.Priority })
		switch {
		case !up.Hold:
			q.drop(func(m *modelMessage) bool { return m == up })
			can = slices.DeleteFunc(can, func(m *modelMessage) bool { return m == up })
		case others:
			q.last++
			up.turn, q.up = q.last, nil
		}
	}
	if len(can) == 0 {
		q.up = nil
		return nil
	}
	next := slices.MinFunc(can, func(a, b *modelMessage) int {
		rank := func(m *modelMessage) int {
			if m == q.up {
				return 0
			}
			return 1
		}
		return cmp.Or(b.Priority-a.Priority, rank(a)-rank(b), a.turn-b.turn)
	})
	if next != q.up {
		q.up, q.since = next, now
	}
	return q.up
}

func TestTheQueueIsAsTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, model := queue{}, queueModel{}
		now, blank := plugins.Instant(time.Hour), false
		for n := range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1, 2:
				m := message{
					Message: topics.Message{
						Name:     rapid.SampledFrom([]string{"", "", "bell", "bins"}).Draw(t, "name"),
						Text:     fmt.Sprint("message ", n),
						Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
						Hold:     rapid.IntRange(0, 3).Draw(t, "hold") == 0,
						Came:     now,
					},
					lasts:   time.Duration(rapid.IntRange(1, 5).Draw(t, "lasts")) * time.Second,
					expires: now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "expires")) * time.Second),
					wake:    rapid.Bool().Draw(t, "wake"),
				}
				urgent := rapid.IntRange(0, 3).Draw(t, "urgent") == 0
				if got, want := q.add(m, urgent, now), model.add(m, urgent, now); !errors.Is(got, want) {
					t.Fatalf("the queue says %v, the model %v", got, want)
				}
			case 3:
				name := rapid.SampledFrom([]string{"", "bell", "bins"}).Draw(t, "name")
				q.dismiss(name)
				up := model.up
				model.drop(func(m *modelMessage) bool { return name == "" && m == up || name != "" && m.Name == name })
			case 4:
				blank = !blank
			case 5:
				q.quiet()
				for _, m := range model.all {
					m.wake = false
				}
			case 6:
				now = now.Add(time.Duration(rapid.IntRange(1, 4000).Draw(t, "ms")) * time.Millisecond)
			}
			until, up := q.at(now, blank), model.at(now, blank)
			if (q.up == nil) != (up == nil) || up != nil && (q.up.Text != up.Text || q.since != model.since) {
				t.Fatalf("step %d: the queue shows %+v since %v, the model %+v since %v", n, q.up, q.since, up, model.since)
			}
			if len(q.list) != len(model.all) || len(q.list) > maxMessages {
				t.Fatalf("step %d: the queue has %d messages, the model %d", n, len(q.list), len(model.all))
			}
			if until <= now {
				t.Fatalf("step %d: nothing changes at %v, which is past", n, until)
			}
			checkUntil(t, q, now, until, blank)
		}
	})
}

// checkUntil looks just before the instant until which the queue says that nothing changes.
func checkUntil(t *rapid.T, q queue, now, until plugins.Instant, blank bool) {
	later := q
	later.list = slices.Clone(q.list)
	later.at(min(until, now.Add(time.Hour))-1, blank)
	if later.up != q.up || len(later.list) != len(q.list) {
		t.Fatalf("before %v the queue changes", until)
	}
}

func TestAHeldMessageTakesTurnsWithOthersOfItsPriorityUntilItIsDismissed(t *testing.T) {
	q, now := queue{}, plugins.Instant(time.Hour)
	add := func(name string, hold bool) {
		m := message{Message: topics.Message{Name: name, Hold: hold}, lasts: 10 * time.Second, expires: plugins.Never}
		if err := q.add(m, false, now); err != nil {
			t.Fatal(err)
		}
	}
	var shown []string
	look := func() {
		if q.at(now, false); q.up == nil {
			shown = append(shown, "-")
		} else {
			shown = append(shown, q.up.Name)
		}
		now = now.Add(10 * time.Second)
	}
	add("parcel", true)
	look()
	look()
	add("bell", false)
	add("bins", true)
	for range 4 {
		look()
	}
	q.dismiss("")
	look()
	q.dismiss("parcel")
	q.dismiss("bins")
	look()
	if got, want := fmt.Sprint(shown), "[parcel parcel bell bins parcel bins parcel -]"; got != want {
		t.Errorf("it shows %s, want %s", got, want)
	}
}
