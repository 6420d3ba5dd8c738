package daemon_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
)

func TestInstanceThatBlockedTheLoopIsDegradedForAMinute(t *testing.T) {
	var healths []string
	log, err := run(t, 5*time.Minute, map[string]script{
		"blocking": {start: func(env plugins.Env, _ *plugins.Task) error {
			env.Go("work", func(t *plugins.Task) error {
				t.Sleep(10 * time.Second)
				block(2100 * time.Millisecond)
				t.Sleep(40 * time.Second)
				block(1500 * time.Millisecond) // the minute starts again
				return t.Sleep(time.Hour)
			})
			env.Go("look", func(t *plugins.Task) error {
				for t.Sleep(20*time.Second) == nil {
					healths = append(healths, string(env.Health.(*host.Health).Condition))
					env.Health.OK() // the plugin does not know that it blocked the loop
				}
				return nil
			})
			return nil
		}},
		"other": {start: func(env plugins.Env, _ *plugins.Task) error { return nil }},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`msg="event loop responsive again" plugin=blocking task=work blocked_for=2.1s`, `msg="event loop responsive again" plugin=blocking task=work blocked_for=1.5s`,
		`err="blocked the event loop for 2.1 s"`, `msg=ok plugin=blocking`,
	} {
		if !strings.Contains(log, line) {
			t.Errorf("missing in the log: %s", line)
		}
	}
	want := "degraded degraded degraded degraded degraded ok ok"
	if got := strings.Join(healths, " "); !strings.HasPrefix(got, want) {
		t.Errorf("every 20 s it was %s", got)
	}
	if strings.Contains(log, "degraded plugin=other") || strings.Count(log, "msg=ok") != 1 {
		t.Error("another instance is degraded, or this one is ok too early")
	}
	if t.Failed() {
		t.Log(log)
	}
}

func TestActionThatBlocksTheLoopIsAttributedToItsOwner(t *testing.T) {
	log, err := run(t, time.Minute, map[string]script{
		"bell": {start: func(env plugins.Env, _ *plugins.Task) error {
			env.Go("ring", func(t *plugins.Task) error {
				t.Sleep(time.Second)
				return env.Call(plugins.ActionRef{Instance: "panel", Name: "poke"})
			})
			return nil
		}},
		"panel": {
			start: func(plugins.Env, *plugins.Task) error { return nil },
			poke:  func(plugins.Env) error { block(3 * time.Second); return nil },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log, `plugin=panel task="action poke" blocked_for=3s`) || !strings.Contains(log, "msg=degraded plugin=panel") || strings.Contains(log, "plugin=bell") {
		t.Errorf("the log:\n%s", log)
	}
}

func TestStepBelowASecondDoesNotDegrade(t *testing.T) {
	log, err := run(t, time.Minute, map[string]script{
		"fast": {start: func(env plugins.Env, _ *plugins.Task) error { block(900 * time.Millisecond); return nil }},
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log, "plugin=fast") {
		t.Errorf("the log:\n%s", log)
	}
}

func TestStartThatBlockedTheLoopIsReported(t *testing.T) {
	log, err := run(t, 30*time.Second, map[string]script{
		"slow": {start: func(env plugins.Env, _ *plugins.Task) error { block(4 * time.Second); return nil }},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log, "slow: blocked the event loop for 4.0 s") {
		t.Errorf("missing in the status:\n%s", log)
	}
}
