package daemon_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

func TestCancellationErrorWithoutACancelIsAFailure(t *testing.T) {
	ending := func(how func(*plugins.Task) error) script {
		return script{start: func(env plugins.Env, _ *plugins.Task) error {
			env.Go("work", how)
			return nil
		}}
	}
	log, err := run(t, time.Minute, map[string]script{
		"helper": ending(func(t *plugins.Task) error {
			helper := t.Go("helper", func(t *plugins.Task) error { return t.Sleep(time.Hour) })
			helper.Cancel()
			return t.Join(helper)
		}),
		"both":  ending(func(*plugins.Task) error { return errors.Join(plugins.ErrCancelled, errors.New("out of luck")) }),
		"start": {start: func(plugins.Env, *plugins.Task) error { return plugins.ErrCancelled }},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`msg="plugin failed; restarting" plugin=helper`, `err="cancelled\nout of luck: returned by a task that was not cancelled"`,
		`plugin=start message_id=5a4cc7f0ea54440ab53d0f2fae35e34f err="cancelled: returned by a task that was not cancelled"`,
	} {
		if strings.Count(log, line) < 3 {
			t.Errorf("the log lacks %s three times:\n%s", line, log)
		}
	}
}

func TestFailedInstanceIsRestartedAloneWithGrowingPauses(t *testing.T) {
	var starts []time.Duration
	var ticks int
	failing := func(how func()) script {
		return script{start: func(env plugins.Env, t *plugins.Task) error {
			starts = append(starts, time.Duration(t.Now()))
			env.Go("work", func(*plugins.Task) error { how(); return errors.New("out of luck") })
			return nil
		}}
	}
	steady := script{start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("tick", func(t *plugins.Task) error {
			for range t.Every(time.Second) {
				ticks++
			}
			return nil
		})
		return nil
	}}
	for name, how := range map[string]func(){"with an error": func() {}, "with a panic": func() { panic("oh") }} {
		t.Run(name, func(t *testing.T) {
			starts, ticks = nil, 0
			if _, err := run(t, 10*time.Minute-time.Millisecond, map[string]script{"failing": failing(how), "steady": steady}); err != nil {
				t.Fatal(err)
			}
			if len(starts) < 10 || len(starts) > 20 {
				t.Errorf("%d starts in ten minutes: want pauses that grow from a second to a minute", len(starts))
			}
			for i := 2; i < min(5, len(starts)); i++ {
				if starts[i]-starts[i-1] <= starts[i-1]-starts[i-2] {
					t.Errorf("the pauses do not grow: started at %v", starts)
				}
			}
			if ticks != 600 {
				t.Errorf("the other instance ticked %d times in 600 s", ticks)
			}
		})
	}
}

func TestStopIsCalledAfterEveryStart(t *testing.T) {
	var calls []string
	start := func(err error, panics bool) func(plugins.Env, *plugins.Task) error {
		return func(plugins.Env, *plugins.Task) error {
			calls = append(calls, "start")
			if panics {
				panic("oh")
			}
			return err
		}
	}
	stop := func(plugins.Env, *plugins.Task) error {
		calls = append(calls, "stop")
		return nil
	}
	for name, start := range map[string]func(plugins.Env, *plugins.Task) error{
		"a start that works":  start(nil, false),
		"a start that fails":  start(errors.New("no"), false),
		"a start that panics": start(nil, true),
	} {
		t.Run(name, func(t *testing.T) {
			calls = nil
			if _, err := run(t, 500*time.Millisecond, map[string]script{"one": {start: start, stop: stop}}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(calls, " "); got != "start stop" {
				t.Errorf("called: %s", got)
			}
		})
	}
}

func TestPanicInAnActionIsAFailureOfItsOwner(t *testing.T) {
	var starts int
	var answer, later error
	callee := script{
		start: func(plugins.Env, *plugins.Task) error { starts++; return nil },
		poke:  func(plugins.Env) error { panic("oh") },
	}
	caller := script{start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("call", func(t *plugins.Task) error {
			if err := t.Sleep(time.Second); err != nil {
				return err
			}
			answer = env.Call(plugins.ActionRef{Instance: "callee", Name: "poke"})
			if err := t.Yield(); err != nil {
				return err
			}
			later = env.Call(plugins.ActionRef{Instance: "callee", Name: "poke"})
			return t.Sleep(time.Hour)
		})
		return nil
	}}
	log, err := run(t, 10*time.Second, map[string]script{"callee": callee, "caller": caller})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*scheduler.PanicError](answer); !ok {
		t.Errorf("the caller was told %v; want the panic", answer)
	}
	if later == nil || !strings.Contains(later.Error(), "callee is not running") {
		t.Errorf("a call while the callee was down was told: %v", later)
	}
	if starts != 2 || strings.Contains(log, "plugin=caller") {
		t.Errorf("the callee was started %d times; the log:\n%s", starts, log)
	}
}

func TestOnErrorFailStopsTheDaemon(t *testing.T) {
	_, err := run(t, time.Hour, map[string]script{"one": {start: sleepThen(time.Minute, func() { panic("oh") })}}, "one/on_error: fail")
	if err == nil || err.Error() != "one: panic: oh" {
		t.Errorf("the daemon ended with %v; want the panic", err)
	}
}

func TestStartThatReturnsACancellationIsAFailure(t *testing.T) {
	var starts int
	start := func(plugins.Env, *plugins.Task) error {
		starts++
		return plugins.ErrCancelled
	}
	if _, err := run(t, 10*time.Second, map[string]script{"one": {start: start}}); err != nil {
		t.Fatal(err)
	}
	if starts < 3 {
		t.Errorf("started %d times in ten seconds", starts)
	}
}

func TestFailedStartIsLoggedWithItsError(t *testing.T) {
	start := func(plugins.Env, *plugins.Task) error { return errors.New("no such device") }
	log, err := run(t, 500*time.Millisecond, map[string]script{"one": {start: start}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log, `err="no such device"`) {
		t.Errorf("the log:\n%s", log)
	}
}

func TestLongRunResetsThePause(t *testing.T) {
	var starts []time.Duration
	flaky := script{start: func(env plugins.Env, t *plugins.Task) error {
		starts = append(starts, time.Duration(t.Now()))
		n := len(starts)
		env.Go("work", func(t *plugins.Task) error {
			if n == 7 { // after pauses that have grown
				t.Sleep(10 * time.Minute)
			}
			return errors.New("out of luck")
		})
		return nil
	}}
	if _, err := run(t, 20*time.Minute, map[string]script{"flaky": flaky}); err != nil {
		t.Fatal(err)
	}
	long, short := starts[6]-starts[5], starts[7]-starts[6]-10*time.Minute
	if long < 20*time.Second || short > 2*time.Second {
		t.Errorf("the sixth pause was %v, and the one after ten minutes without failure %v", long, short)
	}
}

func TestInstanceThatKeepsFailingIsNotReportedAsOK(t *testing.T) {
	log, err := run(t, 5*time.Minute, map[string]script{"flaky": {start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("work", func(t *plugins.Task) error {
			t.Sleep(4 * time.Second)
			return errors.New("out of luck")
		})
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log, "msg=ok plugin=flaky") || strings.Count(log, `msg="plugin failed; restarting" plugin=flaky`) < 5 {
		t.Errorf("the log:\n%s", log)
	}
}

func TestInstanceThatWorksAgainIsReportedAsOK(t *testing.T) {
	starts := 0
	log, err := run(t, 10*time.Second, map[string]script{"one": {start: func(plugins.Env, *plugins.Task) error {
		if starts++; starts == 1 {
			return errors.New("no such device")
		}
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(log, "msg=ok plugin=one") != 1 {
		t.Errorf("the log:\n%s", log)
	}
}

func TestACallFromAGoroutineOfAPluginIsMadeOnTheLoopAndLoggedOnce(t *testing.T) {
	woken := 0
	log, err := run(t, time.Minute, map[string]script{
		"lamp": {start: func(env plugins.Env, _ *plugins.Task) error {
			var event plugins.Event
			env.Go("wait", func(t *plugins.Task) error {
				for ; event.Wait(t) == nil; event.Clear() {
					woken++
				}
				return nil
			})
			env.Go("work", func(t *plugins.Task) error {
				for range 3 {
					t.Sleep(time.Second)
					set := make(chan struct{})
					go func() { event.Set(); close(set) }()
					<-set
				}
				return t.Sleep(time.Hour)
			})
			return nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if woken != 3 {
		t.Errorf("woken %d times", woken)
	}
	const message = `msg="plugin misuses the event loop" plugin=lamp task=wait err="Event.Set was called from a goroutine`
	if strings.Count(log, message) != 1 {
		t.Errorf("the log:\n%s", log)
	}
}
