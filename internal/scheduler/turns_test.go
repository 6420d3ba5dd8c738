package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestWorkInTurnWaitsAlsoForWorkThatWasGivenUp(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	var told strings.Builder
	note := func(what string) { fmt.Fprintf(&told, "%v %s\n", time.Duration(clock.Now()), what) }
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(t *scheduler.Task) error {
		var turns scheduler.Turns
		work := func(t *scheduler.Task, name string) error {
			return turns.Do(t, func() error {
				note(name + " begins")
				defer note(name + " ends")
				return clock.Sleep(context.Background(), 3*time.Second)
			})
		}
		err := t.Timeout(time.Second, func() error { return work(t, "first") })
		if !errors.Is(err, scheduler.ErrTimeout) {
			return fmt.Errorf("the first one was not given up: %v", err)
		}
		return t.Group(func(g *scheduler.Group) error {
			for _, name := range []string{"second", "third"} {
				g.Go(name, func(t *scheduler.Task) error { return work(t, name) })
			}
			g.Go("impatient", func(t *scheduler.Task) error {
				if err := t.Timeout(time.Second, func() error { return work(t, "impatient") }); !errors.Is(err, scheduler.ErrTimeout) {
					return fmt.Errorf("it did not wait: %v", err)
				}
				return nil
			})
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "0s first begins\n3s first ends\n3s second begins\n6s second ends\n6s third begins\n9s third ends\n"
	if told.String() != want {
		t.Errorf("got\n%swant\n%s", told.String(), want)
	}
}

func TestThePanicOfAWorkLetsTheNextOneHaveItsTurn(t *testing.T) {
	err := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)}).Run(func(t *scheduler.Task) error {
		var turns scheduler.Turns
		work := func(do func()) error {
			return turns.Do(t, func() error { do(); return nil })
		}
		var panicked *scheduler.PanicError
		if err := work(func() { panic("broken") }); !errors.As(err, &panicked) {
			return fmt.Errorf("the panic became %v", err)
		}
		return t.Timeout(time.Second, func() error { return work(func() {}) })
	})
	if err != nil {
		t.Fatal(err)
	}
}
