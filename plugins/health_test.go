package plugins_test

import (
	"errors"
	"testing"

	"ptvd/plugins"
)

func TestABlameShowsWhereTheInstanceFindsItselfWell(t *testing.T) {
	told := 0
	h := plugins.NewHealth(func() plugins.Instant { return 0 }, func(*plugins.Health) { told++ })
	for _, step := range []struct {
		what string
		do   func()
		want plugins.Condition
		why  string
		news int
	}{
		{"it is blamed", func() { h.Blame("a hog") }, plugins.Degraded, "a hog", 1},
		{"it finds itself well", h.OK, plugins.Degraded, "a hog", 1},
		{"it lacks something itself", func() { h.Degraded("no %s", "network") }, plugins.Degraded, "no network", 2},
		{"it fails", func() { h.Failed(errors.New("out of luck")) }, plugins.Failed, "out of luck", 3},
		{"it begins anew", func() { h.Begin(plugins.OK, "") }, plugins.Degraded, "a hog", 3},
		{"it is blamed no more", func() { h.Blame("") }, plugins.OK, "", 4},
		{"it is well", h.OK, plugins.OK, "", 4},
	} {
		step.do()
		if h.Condition != step.want || h.Why != step.why || told != step.news {
			t.Errorf("%s: %s, %q, %d times told; want %s, %q, %d", step.what, h.Condition, h.Why, told, step.want, step.why, step.news)
		}
	}
}
