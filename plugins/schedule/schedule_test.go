package schedule_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/schedule"
	"ptvd/plugins/topics"
)

// fixture is a schedule, beside a lamp and a bell that note when they are called. It is
// started on a Thursday, at 7:52 in Melbourne.
type fixture struct {
	*plugintest.Harness
	task  *plugins.Task
	calls string
}

func run(t *testing.T, body func(f *fixture)) {
	f := &fixture{Harness: plugintest.New(t)}
	for _, action := range []string{"lamp.on", "lamp.off", "bell.ring"} {
		instance, name, _ := strings.Cut(action, ".")
		f.Handle(instance, name, func(string) error {
			f.calls += fmt.Sprintf("%s %s; ", f.Clock.Now().Format("2 15:04"), action)
			if instance == "bell" {
				return errors.New("it is broken")
			}
			return nil
		})
	}
	f.Run(func(task *plugins.Task) error {
		f.task = task
		body(f)
		return nil
	})
}

func (f *fixture) start(options string) *plugintest.Instance {
	f.T.Helper()
	return f.Start(f.task, "times", "plugin: schedule\n"+options)
}

func (f *fixture) stop(i *plugintest.Instance) {
	f.T.Helper()
	if err := i.Stop(f.task); err != nil {
		f.T.Error(err)
	}
}

// newSchedule returns one with entries such as "08:00 lamp.on".
func newSchedule(env plugins.Env, entries ...string) (plugins.Plugin, error) {
	cfg := schedule.Config{Late: 10 * time.Minute}
	for _, entry := range entries {
		at, do, _ := strings.Cut(entry, " ")
		e := schedule.Entry{At: make([]schedule.At, 1), Do: make([]plugins.ActionRef, 1)}
		if err := errors.Join(e.At[0].UnmarshalText([]byte(at)), e.Do[0].UnmarshalText([]byte(do))); err != nil {
			return nil, err
		}
		cfg.Schedules = append(cfg.Schedules, e)
	}
	return schedule.New(env, cfg)
}

// after lets time pass, and compares what was called in it.
func (f *fixture) after(d time.Duration, want string) {
	f.T.Helper()
	f.task.Sleep(d)
	if got := strings.TrimSuffix(f.calls, "; "); got != want {
		f.T.Errorf("until %v it calls %q, want %q", f.Clock.Now(), got, want)
	}
	f.calls = ""
}

func TestActionsAreCalledAtTheirTimes(t *testing.T) {
	run(t, func(f *fixture) {
		s := f.start(`
schedules:
- {at: "08:00", days: mon-fri, do: lamp.on}
- {at: [22:30, 07:00], days: [thu, fri], do: lamp.off}
- {cron: "30 9 * * *", do: lamp.on}
`)
		next := plugintest.Subscribe[topics.Text](f.Harness, "times", "next")
		f.after(8*time.Minute-time.Millisecond, "")
		if text, _ := next.Get(); text != "Thu 19 Nov 08:00 lamp.on" {
			t.Errorf("next is %q", text)
		}
		f.after(2*time.Millisecond, "19 08:00 lamp.on")
		f.after(24*time.Hour, "19 09:30 lamp.on; 19 22:30 lamp.off; 20 07:00 lamp.off; 20 08:00 lamp.on")
		f.after(24*time.Hour, "20 09:30 lamp.on; 20 22:30 lamp.off")
		f.stop(s)
		f.after(24*time.Hour, "")
	})
}

func TestAnActionThatFailsStopsNoOther(t *testing.T) {
	run(t, func(f *fixture) {
		s := f.start(`schedules: [{at: "08:00", do: [lamp.on, bell.ring, lamp.off]}]`)
		f.after(time.Hour, "19 08:00 lamp.on; 19 08:00 bell.ring; 19 08:00 lamp.off")
		if !strings.Contains(f.Log.String(), `err="it is broken"`) {
			t.Errorf("the log is\n%s", &f.Log)
		}
		f.stop(s)
	})
}

func TestWhileTheClockIsNotSynchronizedNothingIsCalled(t *testing.T) {
	run(t, func(f *fixture) {
		s := f.start("late: 5m\nschedules: [{cron: '* * * * *', do: lamp.on}, {at: 08:00, do: lamp.off}, {at: 07:55, do: bell.ring}]")
		f.after(time.Minute+time.Second, "19 07:53 lamp.on")
		f.System.Sync = false
		f.after(10*time.Minute, "")
		if s.Health.Condition != host.Degraded || !strings.Contains(s.Health.Why, "clock not synchronized") {
			t.Errorf("its health is %v: %s", s.Health.Condition, s.Health.Why)
		}
		f.System.Sync = true
		f.after(2*time.Second, "19 08:03 lamp.off; 19 08:03 lamp.on")
		if !strings.Contains(f.Log.String(), "schedule missed") || s.Health.Condition != host.OK {
			t.Errorf("its health is %v, and the log\n%s", s.Health.Condition, &f.Log)
		}
		f.after(time.Minute, "19 08:04 lamp.on")
		f.stop(s)
	})
}

func TestWhatTheTimeWithoutTheDaemonCostIsCalledOnceAtTheNextStart(t *testing.T) {
	for _, c := range []struct {
		down time.Duration
		want string
	}{
		{7 * time.Minute, ""}, // until 07:59
		{9 * time.Minute, "19 08:01 lamp.on"},
		{18*time.Minute - 10*time.Second, "19 08:09 lamp.on; 19 08:09 lamp.off"},
		{19 * time.Minute, "19 08:11 lamp.off"},
	} {
		run(t, func(f *fixture) {
			first := f.start("schedules: [{at: 08:00, do: lamp.on}]")
			f.after(time.Second, "")
			f.stop(first)
			f.task.Sleep(c.down)
			second := f.Instance("times", "schedule")
			second.Storage = first.Storage
			second.StartPlugin(f.task, func(env plugins.Env) (plugins.Plugin, error) {
				return newSchedule(env, "08:00 lamp.on", "08:05 lamp.off")
			})
			f.after(time.Second, c.want)
			f.stop(second)
		})
	}
}

func TestAClockThatIsSetBackRepeatsNothing(t *testing.T) {
	run(t, func(f *fixture) {
		s := f.start("schedules: [{at: 08:00, do: lamp.on}, {at: 08:05, do: lamp.off}]")
		f.after(9*time.Minute, "19 08:00 lamp.on")
		f.System.Step = -20 * time.Minute
		f.after(26*time.Minute, "19 08:05 lamp.off")
		f.System.Step = -48 * time.Hour // what came before was wrong
		f.after(24*time.Hour, "18 08:00 lamp.on; 18 08:05 lamp.off")
		f.stop(s)
	})
}

func TestAStateFileThatCannotBeReadIsNoReasonToFail(t *testing.T) {
	run(t, func(f *fixture) {
		i := f.Instance("times", "schedule")
		if err := i.Storage.Save("handled", []byte("yesterday")); err != nil {
			t.Fatal(err)
		}
		i.StartPlugin(f.task, func(env plugins.Env) (plugins.Plugin, error) {
			return newSchedule(env, "07:50 lamp.on", "08:00 lamp.off")
		})
		f.after(time.Hour, "19 08:00 lamp.off")
		f.stop(i)
	})
}

func TestWhatIsWrongIsSaidAtItsLine(t *testing.T) {
	for options, want := range map[string]string{
		"schedules: []":                                                      "the list is empty",
		"schedules: [{at: 25:00, do: lamp.on}]":                              "not a time of the day",
		"schedules: [{at: sunset 20m, do: lamp.on}]":                         "write it as sunset -20m",
		"schedules: [{at: sunset -7h, do: lamp.on}]":                         "write at most 6h",
		"schedules: [{at: sunset, do: lamp.on}]":                             "add place",
		"schedules: [{at: 07:00, do: lamp.on}]":                              "unknown instance lamp",
		"schedules: [{at: 07:00}]":                                           "required option do is missing",
		"schedules: [{do: check.on}]":                                        "the time is missing",
		"schedules: [{at: 07:00, cron: '* * * * *', do: lamp.on}]":           "cannot be combined",
		"schedules: [{cron: '* * * * *', days: mon, do: lamp.on}]":           "days belong to at",
		"schedules: [{at: 07:00, days: monday, do: lamp.on}]":                "write one as mon",
		"schedules: [{cron: '0 0 31 2 *', do: lamp.on}]":                     "there is no such day",
		"schedules: [{cron: '0 24 * * *', do: lamp.on}]":                     "above maximum",
		"schedules: [{cron: 'TZ=Asia/Tokyo 0 7 * * *', do: lamp.on}]":        "not a cron expression",
		"place: 91,0\nschedules: [{at: sunrise, do: [lamp.on]}]":             "a position is a latitude",
		"late: 0s\nschedules: [{at: 07:00, do: lamp.on}]":                    "out of range",
		"schedules: [{at: 07:00, do: check.on}]":                             "check (schedule) has no action on",
		"schedules:\n- {at: 07:00, do: check.on}\n- {at: 0700, do: lamp.on}": "test.yaml:5:",
	} {
		if err := plugintest.Check("schedule", options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", options, err, want)
		}
	}
}
