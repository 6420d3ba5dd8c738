package exec_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
)

// runDaemon runs a daemon with a program until there is the program's file "enough", in real
// time, since the other side is a process.
func runDaemon(t *testing.T, script, options string) (log string, err error) {
	t.Helper()
	path := program(t, script)
	file, err := config.Parse("test.yaml", []byte("board: sim\nplugins:\n  guest: "+entry(path, options)+"\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var text bytes.Buffer
	d := daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.NewTextHandler(&text, nil)),
		State: func(string) host.Storage { return host.StorageDir(t.TempDir()) },
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) {
			loop.Go("watch", func(t *scheduler.Task) error {
				for {
					if _, err := os.Stat(path + ".enough"); err == nil {
						stop()
					}
					if err := t.Sleep(10 * time.Millisecond); err != nil {
						return err
					}
				}
			})
			return sim.New(loop), nil
		},
	})
	err = d.Run(ctx)
	return text.String(), err
}

func TestAProgramThatEndsIsStartedAgain(t *testing.T) {
	log, err := runDaemon(t, `hello; echo again >>"$0.runs"
test $(wc -l <"$0.runs") -lt 2 || touch "$0.enough"
echo 'the sensor is gone' >&2; exit 7`, "on_error: restart")
	if err != nil {
		t.Error(err)
	}
	if n := strings.Count(log, `msg="plugin failed; restarting"`); n < 1 || !strings.Contains(log, "exit status 7: the sensor is gone") {
		t.Errorf("%d failures; the log:\n%s", n, log)
	}
}

func TestADaemonWithOnErrorFailEndsWithTheProgram(t *testing.T) {
	log, err := runDaemon(t, `hello; exit 7`, "on_error: fail")
	if err == nil || !strings.Contains(err.Error(), "guest: the program has ended: exit status 7") {
		t.Errorf("got %v; the log:\n%s", err, log)
	}
	if strings.Contains(log, "restarting") {
		t.Errorf("it was started again:\n%s", log)
	}
}
