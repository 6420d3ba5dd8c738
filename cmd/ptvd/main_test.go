package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ptvd/plugins"
)

// config is that of a plugin with an old option.
type config struct {
	Old bool `yaml:"old" doc:"an option that has another name now"`
}

func (c config) Validate() error {
	if c.Old {
		return plugins.OptionWarningf("old", "old is now called new; write new: true")
	}
	return nil
}

type idle struct{}

func (idle) Start(*plugins.Task) error { return nil }
func (idle) Stop(*plugins.Task) error  { return nil }

func init() {
	plugins.Register(plugins.Spec[config]{
		Name: "warned", Doc: "does nothing",
		New: func(plugins.Env, config) (plugins.Plugin, error) { return idle{}, nil },
	})
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ptvd": main})
}

func TestCommandLine(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("TMPDIR", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"await": await, "journal": journal, "signal": signal},
	})
}

// journal FILE ARG… runs ptvd with a standard error that is the journal's stream, in a
// file. Without a journal to talk to, each line begins with its priority in brackets.
func journal(ts *testscript.TestScript, _ bool, args []string) {
	file, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	info, err := file.Stat()
	ts.Check(err)
	stat := info.Sys().(*syscall.Stat_t)
	cmd := exec.Command("ptvd", args[1:]...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), file
	cmd.Env = append(os.Environ(), fmt.Sprintf("JOURNAL_STREAM=%d:%d", stat.Dev, stat.Ino))
	if err := cmd.Run(); cmd.ProcessState == nil {
		ts.Fatalf("ptvd: %v", err)
	}
}

// await FILE PATTERN waits until a file that another process writes matches.
func await(ts *testscript.TestScript, _ bool, args []string) {
	file, pattern := ts.MkAbs(args[0]), regexp.MustCompile(args[1])
	for range 1000 {
		if text, err := os.ReadFile(file); err == nil && pattern.Match(text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s does not match %s:\n%s", args[0], args[1], ts.ReadFile(args[0]))
}

// signal SIGNAL sends a signal to the process in the background.
func signal(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"HUP": syscall.SIGHUP, "USR1": syscall.SIGUSR1, "TERM": syscall.SIGTERM, "ABRT": syscall.SIGABRT}
	ts.Check(ts.BackgroundCmds()[0].Process.Signal(signals[args[0]]))
}
