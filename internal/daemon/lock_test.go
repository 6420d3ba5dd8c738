package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/scheduler"
)

func TestASecondDaemonDoesNotStartAndSaysWhoRuns(t *testing.T) {
	dir := t.TempDir()
	lock, err := lockState(dir)
	if err != nil {
		t.Fatal(err)
	}
	file, err := config.Parse("test.yaml", []byte("state: "+dir+"\nplugins: {a: {plugin: reloadable, value: x}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	run := func() error {
		return New(Options{
			File: file, Log: slog.New(slog.DiscardHandler), Clock: scheduler.NewVirtualClock(0), Lasts: time.Second,
		}).Run(context.Background())
	}
	err = run()
	if want := fmt.Sprintf("another ptvd is running (PID %d", os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	lock.Close()
	for range 2 { // each run releases it
		if err := run(); err != nil {
			t.Error(err)
		}
	}
}

func TestTheHolderOfALockIsNamedByItsUnit(t *testing.T) {
	proc := t.TempDir()
	for pid, cgroup := range map[string]string{"12": "0::/system.slice/ptvd.service\n", "13": "0::/user.slice/session-2.scope\n"} {
		if err := os.Mkdir(filepath.Join(proc, pid), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(proc, pid, "cgroup"), []byte(cgroup), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for pid, want := range map[string]string{"12": "PID 12, ptvd.service", "13": "PID 13", "14": "PID 14"} {
		if got := process(proc, pid); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
