package scheduler_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/internal/scheduler"
)

// Random programs must have the same trace on the loop and in the model.

type op struct {
	kind string
	n    int // milliseconds, or which task to cancel
}

func (o op) String() string { return fmt.Sprintf("%s %d", o.kind, o.n) }

var kinds = []string{
	"sleep", "yield", "set", "clear", "wait", "wait up to", "lock", "unlock",
	"put", "get", "acquire", "release", "cancel",
}

const (
	queueSize = 2
	permits   = 1
	horizon   = 200 // milliseconds, after which both stop
)

func TestRandomProgramsBehaveAsTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		someOp := rapid.Custom(func(t *rapid.T) op {
			return op{rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.IntRange(0, 4).Draw(t, "n")}
		})
		programs := rapid.SliceOfN(rapid.SliceOfN(someOp, 1, 12), 1, 5).Draw(t, "programs")
		want := newModel(programs).run()
		got := runPrograms(programs)
		if !slices.Equal(got, want) {
			t.Fatalf("got:\n%v\nwant:\n%v", got, want)
		}
	})
}

func runPrograms(programs [][]op) (trace []string) {
	var (
		event scheduler.Event
		lock  scheduler.Lock
		queue = scheduler.NewQueue[string](queueSize)
		sem   = scheduler.NewSemaphore(permits)
		tasks []*scheduler.Task
	)
	body := func(me int, program []op) scheduler.Func {
		return func(t *scheduler.Task) error {
			holding := false
			for pc, o := range program {
				var err error
				value := ""
				switch o.kind {
				case "sleep":
					err = t.Sleep(time.Duration(o.n) * ms)
				case "yield":
					err = t.Yield()
				case "set":
					event.Set()
				case "clear":
					event.Clear()
				case "wait":
					err = event.Wait(t)
				case "wait up to":
					err = t.Timeout(time.Duration(o.n)*ms, func() error { return event.Wait(t) })
				case "lock":
					if !holding {
						err = lock.Lock(t)
						holding = err == nil
					}
				case "unlock":
					if holding {
						lock.Unlock(t)
						holding = false
					}
				case "put":
					err = queue.Put(t, fmt.Sprint(me, ".", pc))
				case "get":
					value, err = queue.Get(t)
				case "acquire":
					err = sem.Acquire(t)
				case "release":
					sem.Release()
				case "cancel":
					if other := o.n; other != me && other < len(tasks) {
						value = fmt.Sprint(tasks[other].Cancel())
					}
				}
				trace = append(trace, entry(me, pc, o, int(at(t)), err, value))
			}
			return nil
		}
	}
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	loop.Run(func(t *scheduler.Task) error {
		for i, program := range programs {
			tasks = append(tasks, t.Go("program", body(i, program)))
		}
		return t.Sleep(horizon * ms)
	})
	// Entries after the end of the main task are not compared.
	return slices.DeleteFunc(trace, func(e string) bool { return e >= fmt.Sprintf("%04d", horizon) })
}

func entry(me, pc int, o op, now int, err error, value string) string {
	return fmt.Sprintf("%04d: %d.%d %v: %v %s\n", now, me, pc, o, err, value)
}
