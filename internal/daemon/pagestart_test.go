package daemon_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
	"ptvd/plugins"
)

func TestPageWithoutClientsIsIdle(t *testing.T) {
	yaml := fmt.Sprintf("board: sim\nhttp: {listen: '%s'}\nplugins: {one: {plugin: shown}}\n", freeAddress(t))
	file, err := config.Parse("test.yaml", []byte(yaml), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	d := daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.DiscardHandler), Clock: scheduler.NewVirtualClock(0), Lasts: time.Hour,
	})
	if err := d.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	tasks := d.State().Loop.Tasks
	page := slices.IndexFunc(tasks, func(t web.Task) bool { return t.Name == "page" })
	if page < 0 || tasks[page].Runs > 5 {
		t.Errorf("in an hour the page ran %+v", tasks)
	}
}

func TestAddressInUseIsRetriedAndLoggedOnce(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	yaml := fmt.Sprintf("board: sim\nhttp: {listen: '%s'}\nplugins: {one: {plugin: shown}}\n", taken.Addr())
	file, err := config.Parse("test.yaml", []byte(yaml), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	clock := scheduler.NewVirtualClock(0)
	d := daemon.New(daemon.Options{File: file, Log: slog.New(slog.NewTextHandler(&log, nil)), Clock: clock, Lasts: 5 * time.Minute})
	if err := d.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "web server cannot listen; retrying"); n != 1 || clock.Now() < scheduler.Instant(5*time.Minute) {
		t.Errorf("logged %d times until %v", n, clock.Now())
	}
}

func TestAPageThatCannotStartDoesNotStopTheInstances(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", t.TempDir())
	t.Setenv("SHORT_TOKEN", "guess")
	for token, want := range map[string]string{
		"{credential: ptvd-http}": "write it to /etc/credstore/ptvd-http",
		"{env: SHORT_TOKEN}":      "token too short",
	} {
		started := 0
		scripts = map[string]script{"one": {start: func(plugins.Env, *plugins.Task) error { started++; return nil }}}
		file, err := config.Parse("test.yaml", []byte("board: sim\nhttp: {listen: '0.0.0.0:8337', token: "+token+"}\nplugins: {one: {plugin: scripted}}\n"), 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if err := daemon.Check(file); err != nil {
			t.Errorf("%s: %v", token, err)
		}
		var log strings.Builder
		d := daemon.New(daemon.Options{
			File: file, Log: slog.New(slog.NewTextHandler(&log, nil)), Clock: scheduler.NewVirtualClock(0), Lasts: time.Minute,
		})
		d.LogSnapshot()
		if err := d.Run(context.Background()); err != nil || started != 1 {
			t.Errorf("%s: ended with %v after %d starts", token, err, started)
		}
		if !strings.Contains(log.String(), "web server not started") || !strings.Contains(log.String(), want) || strings.Contains(log.String(), "task failed") {
			t.Errorf("%s: the log has no %q:\n%s", token, want, log.String())
		}
	}
}

func TestATokenThatIsTooShortIsRefusedByCheck(t *testing.T) {
	file, err := config.Parse("test.yaml", []byte("board: sim\nhttp: {listen: '0.0.0.0:8337', token: guess}\nplugins: {one: {plugin: shown}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	err = daemon.Check(file)
	if err == nil || !strings.Contains(err.Error(), "test.yaml:2:39: http.token: token too short: it has 5 characters") {
		t.Errorf("got %v", err)
	}
	if strings.Contains(err.Error(), "guess") {
		t.Errorf("the token shows:\n%v", err)
	}
}

func TestCheckRefusesAPluginWhoseNewReturnsNothing(t *testing.T) {
	plugins.Register(plugins.Spec[struct{}]{
		Name: "nothing", Doc: "is not made", New: func(plugins.Env, struct{}) (plugins.Plugin, error) { return nil, nil },
	})
	file, err := config.Parse("test.yaml", []byte("plugins: {one: {plugin: nothing}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	const want = "plugins.one: the plugin's New returned neither a plugin nor an error"
	if err := daemon.Check(file); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
