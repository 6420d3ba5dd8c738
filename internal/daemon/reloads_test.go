package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// reloads runs a daemon with the first of several files, and reloads the next one each
// minute. It ends a minute after the last, and returns the log and the error of Run.
func reloads(t *testing.T, of map[string]script, files ...string) (log string, err error) {
	t.Helper()
	next := 0
	read := func() (*config.File, error) {
		next++
		return config.Parse("test.yaml", []byte("board: sim\n"+files[next-1]), 0o600)
	}
	file, err := read()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	clock := scheduler.NewVirtualClock(1)
	d := daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.NewTextHandler(&text, nil)), Clock: clock, Path: "/etc/test.yaml", Version: "1.2.3",
		Lasts: time.Duration(len(files)) * time.Minute, Reload: read,
	})
	calls, scripts = nil, of
	of["hup"] = script{start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("hup", func(t *plugins.Task) error {
			for range files[1:] {
				if err := t.Sleep(time.Minute); err != nil {
					return err
				}
				d.Reload()
			}
			return nil
		})
		return nil
	}}
	err = d.Run(context.Background())
	return text.String(), err
}

func TestReloadLogsWhatItChanged(t *testing.T) {
	file := func(zone, instances string) string {
		return fmt.Sprintf("timezone: %s\nplugins: {hup: {plugin: scripted}, %s}\n", zone, instances)
	}
	first := file("Australia/Melbourne", "a: {plugin: reloadable, value: x}, b: {plugin: reloadable}")
	steps := []struct{ file, changed string }{
		{first, "nothing"},
		{file("Europe/London", "a: {plugin: reloadable, value: x}, b: {plugin: reloadable}"), "timezone"},
		{file("Europe/London", "a: {plugin: reloadable, value: live}, b: {plugin: reloadable}"), `"a (reconfigured)"`},
		{file("Europe/London", "a: {plugin: reloadable, value: live}, b: {plugin: reloadable}"), "nothing"},
		{file("Europe/London", "a: {plugin: reloadable, value: y}, c: {plugin: reloadable}"), `"a (restarted), c (added), b (removed)"`},
		{file("Europe/London", "a: {plugin: reloadable, value: y, on_error: fail}, c: {plugin: reloadable}"), `"a (reconfigured)"`},
		{file("Europe/London", "a: {plugin: reloadable, value: y, on_error: fail}, c: {plugin: reloadable}"), "nothing"},
	}
	files := []string{first}
	var want []string
	for _, s := range steps {
		files, want = append(files, s.file), append(want, s.changed)
	}
	log, err := reloads(t, map[string]script{}, files...)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, match := range regexp.MustCompile(`msg="configuration reloaded" changed=("[^"]*"|\S+)`).FindAllStringSubmatch(log, -1) {
		got = append(got, match[1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("changed %q,\nwant    %q\n%s", got, want, log)
	}
}

func TestReloadOfOnErrorAppliesToTheNextFailure(t *testing.T) {
	failing := func() map[string]script {
		return map[string]script{"a": {start: func(env plugins.Env, _ *plugins.Task) error {
			env.Go("fail", func(t *plugins.Task) error {
				if err := t.Sleep(90 * time.Second); err != nil {
					return err
				}
				return errors.New("broken")
			})
			return nil
		}}}
	}
	file := func(onError string) string {
		return "plugins: {hup: {plugin: scripted}, a: {plugin: scripted, on_error: " + onError + "}}\n"
	}
	if log, err := reloads(t, failing(), file("restart"), file("fail")); err == nil || err.Error() != "a: broken" {
		t.Errorf("from restart to fail: %v\n%s", err, log)
	}
	if log, err := reloads(t, failing(), file("fail"), file("restart")); err != nil || !strings.Contains(log, "plugin failed; restarting") {
		t.Errorf("from fail to restart: %v\n%s", err, log)
	}
}

func TestRollbackReturnsToTheConfigurationOfTheLiveUpdate(t *testing.T) {
	file := func(value string) string {
		return "plugins: {hup: {plugin: scripted}, a: {plugin: reloadable, value: " + value + "}}\n"
	}
	log, err := reloads(t, map[string]script{}, file("x"), file("live"), file("bad"))
	want := []string{"start a x", "update a live", "stop a live", "start a bad", "stop a bad", "start a live", "stop a live"}
	if err != nil || !slices.Equal(calls, want) {
		t.Errorf("calls %q,\nwant  %q (%v)\n%s", calls, want, err, log)
	}
}

func TestReloadChangesTimezoneAndTrustInTheClock(t *testing.T) {
	report := script{start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("report", func(t *plugins.Task) error {
			for {
				env.Log.Info("time", "zone", env.Clock.Now().Location(), "synchronized", env.Clock.Synchronized())
				if err := t.Sleep(90 * time.Second); err != nil {
					return err
				}
			}
		})
		return nil
	}}
	idle := script{start: func(plugins.Env, *plugins.Task) error { return nil }}
	log, err := reloads(t, map[string]script{"a": report, "ntp": idle},
		"timezone: Australia/Melbourne\nplugins: {hup: {plugin: scripted}, a: {plugin: scripted}}\n",
		"timezone: Asia/Tokyo\nplugins: {hup: {plugin: scripted}, a: {plugin: scripted}, ntp: {plugin: timesource}}\n")
	before, after := `zone=Australia/Melbourne synchronized=true`, `zone=Asia/Tokyo synchronized=false`
	if err != nil || !strings.Contains(log, before) || !strings.Contains(log, after) {
		t.Errorf("%v; want %s and then %s:\n%s", err, before, after, log)
	}
}

func TestTheFirstLineOfTheLogSaysWhatRunsWhere(t *testing.T) {
	log, err := reloads(t, map[string]script{}, "timezone: Europe/London\nplugins: {hup: {plugin: scripted}, a: {plugin: reloadable}}\n")
	want := regexp.MustCompile(`^time=\S+ level=INFO msg=starting version=1\.2\.3 config=/etc/test\.yaml board=simulated kernel=\S+ timezone=Europe/London plugins="hup \(scripted\), a \(reloadable\)"\n`)
	if err != nil || !want.MatchString(log) {
		t.Errorf("%v; the log:\n%s", err, log)
	}
}
