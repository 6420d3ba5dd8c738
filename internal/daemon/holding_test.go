package daemon_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
)

func TestWhoHeldTheLoopIsDegradedForAMinuteAndTheLogSaysForHowLong(t *testing.T) {
	var healths []string
	log, err := run(t, 5*time.Minute, map[string]script{
		"hog": {start: func(env plugins.Env, _ *plugins.Task) error {
			env.Go("work", func(t *plugins.Task) error {
				t.Sleep(10 * time.Second)
				hold(2100 * time.Millisecond)
				t.Sleep(40 * time.Second)
				hold(1500 * time.Millisecond) // from here on it is a minute
				return t.Sleep(time.Hour)
			})
			env.Go("look", func(t *plugins.Task) error {
				for t.Sleep(20*time.Second) == nil {
					healths = append(healths, string(env.Health.Condition))
					env.Health.OK() // it finds itself well, and does not know better
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
		`msg="the loop goes on" plugin=hog task=work held_for=2.1s`, `msg="the loop goes on" plugin=hog task=work held_for=1.5s`,
		`err="held the loop for 2.1 s, and everything waited for it"`, `msg=ok plugin=hog`,
	} {
		if !strings.Contains(log, line) {
			t.Errorf("the log lacks %s", line)
		}
	}
	want := "degraded degraded degraded degraded degraded ok ok"
	if got := strings.Join(healths, " "); !strings.HasPrefix(got, want) {
		t.Errorf("every 20 s it was %s", got)
	}
	if strings.Contains(log, "degraded plugin=other") || strings.Count(log, "msg=ok") != 1 {
		t.Error("others are blamed, or it is well too early")
	}
	if t.Failed() {
		t.Log(log)
	}
}

func TestAHandlerThatHoldsTheLoopIsItsOwnersFaultNotTheCallers(t *testing.T) {
	log, err := run(t, time.Minute, map[string]script{
		"bell": {start: func(env plugins.Env, _ *plugins.Task) error {
			env.Go("ring", func(t *plugins.Task) error {
				t.Sleep(time.Second)
				return env.Call(plugins.Action{Instance: "panel", Name: "poke"})
			})
			return nil
		}},
		"panel": {
			start: func(plugins.Env, *plugins.Task) error { return nil },
			poke:  func(plugins.Env) error { hold(3 * time.Second); return nil },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log, `plugin=panel task="action poke" held_for=3s`) || !strings.Contains(log, "msg=degraded plugin=panel") || strings.Contains(log, "plugin=bell") {
		t.Errorf("the log:\n%s", log)
	}
}

func TestAStepThatIsShortEnoughForNobodyToNoticeIsNoAlarm(t *testing.T) {
	log, err := run(t, time.Minute, map[string]script{
		"brisk": {start: func(env plugins.Env, _ *plugins.Task) error { hold(900 * time.Millisecond); return nil }},
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log, "brisk") {
		t.Errorf("the log:\n%s", log)
	}
}

func TestAStartThatHoldsTheLoopIsDegradedOnceItHasStarted(t *testing.T) {
	log, err := run(t, 30*time.Second, map[string]script{
		"slow": {start: func(env plugins.Env, _ *plugins.Task) error { hold(4 * time.Second); return nil }},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log, "slow: held the loop for 4.0 s") {
		t.Errorf("the status does not tell:\n%s", log)
	}
}
