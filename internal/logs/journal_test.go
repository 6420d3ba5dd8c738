package logs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/journal"

	"ptvd/internal/logs"
)

// sent is a record as the journal receives it.
type sent struct {
	message  string
	priority journal.Priority
	fields   map[string]string
}

func openJournal() (log *slog.Logger, records func() []sent) {
	var all []sent
	l := logs.NewJournal(func(m string, p journal.Priority, f map[string]string) error {
		all = append(all, sent{m, p, f})
		return nil
	}, nil, slog.LevelDebug)
	return l.Logger, func() []sent { l.Close(); return all }
}

func TestJournalRecordHasFieldsAndACompleteMessage(t *testing.T) {
	log, records := openJournal()
	log.With("plugin", "trains").Error("failed", logs.ID(logs.InstanceFailed),
		"err", "HTTP 503", "retry_in", 40*time.Second, slog.Group("http", "last-status", 503))
	_, _, line, _ := runtime.Caller(0)
	got := records()
	if len(got) != 1 {
		t.Fatalf("%d records", len(got))
	}
	if want := `trains: failed err="HTTP 503" retry_in=40s http.last-status=503`; got[0].message != want {
		t.Errorf("message %q", got[0].message)
	}
	if got[0].priority != journal.PriErr {
		t.Errorf("priority %d", got[0].priority)
	}
	want := map[string]string{
		"SYSLOG_IDENTIFIER":     "ptvd",
		"MESSAGE_ID":            string(logs.InstanceFailed),
		"PTVD_PLUGIN":           "trains",
		"PTVD_ERR":              "HTTP 503",
		"PTVD_RETRY_IN":         "40s",
		"PTVD_HTTP_LAST_STATUS": "503",
		"CODE_FUNC":             "ptvd/internal/logs_test.TestJournalRecordHasFieldsAndACompleteMessage",
		"CODE_LINE":             fmt.Sprint(line - 2),
	}
	if file := got[0].fields["CODE_FILE"]; !strings.HasSuffix(file, "internal/logs/journal_test.go") {
		t.Errorf("CODE_FILE=%s", file)
	}
	delete(got[0].fields, "CODE_FILE")
	if fmt.Sprint(got[0].fields) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got[0].fields, want)
	}
}

func TestJournalPriorityOfEachLevel(t *testing.T) {
	for level, want := range map[slog.Level]journal.Priority{
		slog.LevelDebug: journal.PriDebug, slog.LevelInfo: journal.PriInfo,
		slog.LevelWarn: journal.PriWarning, slog.LevelError: journal.PriErr, slog.LevelError + 4: journal.PriErr,
	} {
		log, records := openJournal()
		log.Log(context.Background(), level, "m")
		if got := records(); len(got) != 1 || got[0].priority != want {
			t.Errorf("%v: got %v", level, got)
		}
	}
}

const trace = `goroutine 7 [running]:
runtime/debug.Stack()
	/usr/lib/go/src/runtime/debug/stack.go:26 +0x5e
ptvd/internal/scheduler.(*Task).run.func1()
	ptvd/internal/scheduler/task.go:168 +0x3b
panic({0x5a2b40?, 0x64c0f8?})
	/usr/lib/go/src/runtime/panic.go:783 +0x132
runtime.panicmem(...)
	/usr/lib/go/src/runtime/panic.go:262
ptvd/plugins/fade.(*lamp).step(0xc0000140a0, 0x3)
	ptvd/plugins/fade/lamp.go:88 +0x1d
ptvd/internal/scheduler.(*Task).run(0xc000148000)
	ptvd/internal/scheduler/task.go:172 +0x8a
created by iter.Pull in goroutine 1
	/usr/lib/go/src/iter/iter.go:305 +0x1a`

func TestStackIsAFieldAndTheMessageNamesTheFailingLine(t *testing.T) {
	for name, c := range map[string]struct{ stack, at string }{
		"a panic": {trace, "fade.(*lamp).step (lamp.go:88)"},
		"a step in a system call": {
			"goroutine 9 [syscall]:\nsyscall.Syscall(0x0, 0x3)\n\tsyscall/syscall_linux.go:69 +0x25\nsyscall.read(0x3)\n\tsyscall/z.go:736 +0x4e\n" +
				"example.org/radio.(*tuner).seek(...)\n\texample.org/radio/tuner.go:12\nptvd/internal/scheduler.(*Task).run(0xc)\n\tt.go:1 +0x1",
			"radio.(*tuner).seek (tuner.go:12)",
		},
		"only the standard library": {"goroutine 1 [running]:\nos.Exit(0x1)\n\tos/proc.go:1 +0x1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			log, records := openJournal()
			log.Warn("event loop blocked by task", "plugin", "lamp", "stack", c.stack)
			want := "lamp: event loop blocked by task"
			if c.at != "" {
				want += fmt.Sprintf(" at=%q", c.at)
			}
			got := records()[0]
			if got.message != want || got.fields["PTVD_STACK"] != c.stack || got.fields["PTVD_AT"] != c.at {
				t.Errorf("got %q, at %q, stack:\n%s", got.message, got.fields["PTVD_AT"], got.fields["PTVD_STACK"])
			}
		})
	}
}

func TestStreamGetsEachLineWithItsPriorityIfTheJournalRefuses(t *testing.T) {
	var stream bytes.Buffer
	log := logs.NewJournal(func(string, journal.Priority, map[string]string) error {
		return errors.New("no socket")
	}, &stream, slog.LevelInfo)
	log.Debug("below the level")
	log.Warn("refused", "plugin", "lamp", "faults", "a\nb")
	log.Close()
	if want := "<4>lamp: refused\n<4>  faults:\n<4>    a\n<4>    b\n"; stream.String() != want {
		t.Errorf("got %q", stream.String())
	}
}

func TestJournalIsRecognizedByJOURNAL_STREAM(t *testing.T) {
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var stat syscall.Stat_t
	if err := syscall.Fstat(int(file.Fd()), &stat); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		variable string
		want     bool
	}{
		"this file":    {fmt.Sprintf("%d:%d", stat.Dev, stat.Ino), true},
		"another file": {fmt.Sprintf("%d:%d", stat.Dev, stat.Ino+1), false},
		"none":         {"", false},
		"nonsense":     {"journal", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("JOURNAL_STREAM", c.variable)
			if got := logs.IsJournal(file); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func FuzzJournalFieldName(f *testing.F) {
	f.Add("retry_in")
	f.Add("last-status")
	f.Add("Ä=\n1")
	f.Add(strings.Repeat("k", 100))
	f.Add("ſ") // its upper case is S
	valid := regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,63}$`)
	f.Fuzz(func(t *testing.T, key string) {
		log, records := openJournal()
		log.Info("m", key, "v")
		for _, r := range records() {
			for name := range r.fields {
				if !valid.MatchString(name) {
					t.Errorf("%q became %q", key, name)
				}
			}
		}
	})
}
