package logs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
)

// morning is the time of the first record.
var morning = time.Date(2031, 3, 4, 7, 52, 10, 0, time.Local)

// open returns a log, and a function that closes it and returns what was written.
func open(t *testing.T) (log *slog.Logger, written func() string) {
	t.Helper()
	var text bytes.Buffer
	file, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	l := logs.New(&text, file, slog.LevelDebug)
	return l.Logger, func() string { l.Close(); return text.String() }
}

// at logs a record with a given time.
func at(log *slog.Logger, when time.Time, level slog.Level, message string, attrs ...any) {
	r := slog.NewRecord(when, level, message, 0)
	r.Add(attrs...)
	_ = log.Handler().Handle(context.Background(), r)
}

func TestTextOfARecord(t *testing.T) {
	for name, c := range map[string]struct {
		level   slog.Level
		with    []any
		message string
		attrs   []any
		want    string
	}{
		"the daemon itself":             {0, nil, "ready", []any{"status", "5/5 ok"}, `ptvd     ready status="5/5 ok"`},
		"an instance":                   {0, []any{"plugin", "trains"}, "ok", nil, `trains   ok`},
		"an instance named in the call": {0, nil, "a task", []any{"plugin", "lamp", "task", "step"}, `lamp     a task task=step`},
		"a long name":                   {0, []any{"plugin", "departures"}, "ok", nil, `departures ok`},
		"a warning":                     {slog.LevelWarn, []any{"plugin", "trains"}, "degraded", []any{"err", "HTTP 503"}, `trains   warning: degraded err="HTTP 503"`},
		"an error":                      {slog.LevelError, nil, "failed", []any{"err", errors.New("no such pin")}, `ptvd     error: failed err="no such pin"`},
		"debug":                         {slog.LevelDebug, nil, "gesture", nil, `ptvd     debug: gesture`},
		"numbers":                       {0, nil, "k", []any{"d", 40 * time.Second, "n", -3, "f", 0.5}, `ptvd     k d=40s n=-3 f=0.5`},
		"a time":                        {0, nil, "k", []any{"t", morning.UTC()}, "ptvd     k t=" + morning.UTC().Format("2006-01-02T15:04:05.000Z")},
		"other values":                  {0, nil, "k", []any{"b", true, "x", nil, "l", []int{1, 2}, "raw", []byte("hi")}, `ptvd     k b=true x=<nil> l="[1 2]" raw=hi`},
		"quoted values":                 {0, nil, "q", []any{"empty", "", "equals", "a=b", "quote", `"`, "plain", "Flinders·Straße"}, `ptvd     q empty="" equals="a=b" quote="\"" plain=Flinders·Straße`},
		"a LogValuer":                   {0, nil, "v", []any{"secret", hidden{}}, `ptvd     v secret=***`},
		"groups":                        {0, []any{slog.Group("http", "status", 503)}, "g", []any{slog.Group("", "inline", 1)}, `ptvd     g http.status=503 inline=1`},
		"an empty attribute":            {0, nil, "n", []any{slog.Attr{}}, `ptvd     n`},
		"a message id is not shown":     {slog.LevelError, nil, "failed", []any{logs.ID(logs.InstanceFailed), "err", "x"}, `ptvd     error: failed err=x`},
		"a value of several lines":      {slog.LevelError, nil, "refused", []any{"faults", "a.yaml:1:2: no\n  x: y\n     ^", "n", 1}, "ptvd     error: refused n=1\n  faults:\n    a.yaml:1:2: no\n      x: y\n         ^"},
		"control sequences":             {0, nil, "m\x1b[2J\nn", []any{"a", "\x1b[2J", "k\x07", "b\x1bc\nd"}, "ptvd     m\uFFFD[2J n a=\"\\x1b[2J\"\n  k\uFFFD:\n    b\uFFFDc\n    d"},
	} {
		t.Run(name, func(t *testing.T) {
			log, written := open(t)
			at(log.With(c.with...), morning, c.level, c.message, c.attrs...)
			if got, want := written(), "07:52:10 "+c.want+"\n"; got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

type hidden struct{}

func (hidden) LogValue() slog.Value { return slog.StringValue("***") }

func TestGroupNamesPrefixAttributes(t *testing.T) {
	log, written := open(t)
	at(log.WithGroup("http").With("status", 503).WithGroup("body"), morning, 0, "m", "bytes", 7)
	if got, want := written(), "07:52:10 ptvd     m http.status=503 http.body.bytes=7\n"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestDerivedLoggersDoNotShareAttributes(t *testing.T) {
	log, written := open(t)
	parent := log.With("a", 1, "b", 2, "c", 3)
	one, two := parent.With("d", "one"), parent.With("d", "two")
	at(one, morning, 0, "m")
	at(two, morning, 0, "m")
	if got := written(); !strings.Contains(got, "c=3 d=one\n") || !strings.Contains(got, "c=3 d=two\n") {
		t.Errorf("got %q", got)
	}
}

func TestLongValuesAreTruncated(t *testing.T) {
	log, written := open(t)
	at(log, morning, 0, "m", "body", strings.Repeat("é", 1<<20))
	if got := written(); len(got) > 5000 || !strings.Contains(got, "(2097152 bytes in all)") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-50:])
	}
}

func TestPanicOfATaskIsLoggedWithItsLine(t *testing.T) {
	log, written := open(t)
	var err error
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	_ = loop.Run(func(t *scheduler.Task) error {
		err = t.Join(t.Go("step", func(*scheduler.Task) error {
			panic("the lamp is gone")
		}))
		return nil
	})
	at(log, morning, slog.LevelError, "failed", "err", fmt.Errorf("step: %w", err))
	got := written()
	line, stack, _ := strings.Cut(got, "\n")
	if !strings.Contains(line, "panic: the lamp is gone") || !strings.Contains(line, "(text_test.go:") {
		t.Errorf("the failing line is missing: %s", line)
	}
	if !strings.HasPrefix(stack, "  stack:\n    goroutine ") || !strings.Contains(stack, "\n        ") {
		t.Errorf("the stack is not an indented block:\n%s", stack)
	}
}

func TestColorsOnlyOnATerminalWithoutNO_COLOR(t *testing.T) {
	var text bytes.Buffer
	log := logs.NewTerminal(&text)
	at(log.Logger, morning, slog.LevelError, "failed", "plugin", "trains")
	log.Close()
	if want := "\x1b[2m07:52:10\x1b[0m \x1b[36mtrains  \x1b[0m \x1b[31merror:\x1b[0m failed\n"; text.String() != want {
		t.Errorf("got %q", text.String())
	}
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if logs.WantsColors(file) {
		t.Error("colors for a file that is not a terminal")
	}
	if master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err == nil {
		defer master.Close()
		for value, want := range map[string]bool{"": true, "1": false} {
			t.Setenv("NO_COLOR", value)
			if logs.WantsColors(master) != want {
				t.Errorf("NO_COLOR=%s: want %v", value, want)
			}
		}
	}
}

// Text from outside must not look like another record: each record is one line, and
// further lines are indented.
func FuzzTextOfARecordIsOneLineAndIndentedLines(f *testing.F) {
	f.Add("failed", "err", "HTTP 503", "trains")
	f.Add("a\nb", "k=\n", "\r\n\x1b[31m07:52:10 ptvd", "\x00\xff")
	f.Add("panic", "stack", "goroutine 1 [running]:\npanic({0x1, 0x2})\n\tpanic.go:1 +0x1\nptvd/x.f(\n\tf.go:2", "lamp")
	f.Fuzz(func(t *testing.T, message, key, value, plugin string) {
		log, written := open(t)
		at(log.With("plugin", plugin), morning, slog.LevelWarn, message, key, value)
		got := written()
		first, rest, _ := strings.Cut(strings.TrimSuffix(got, "\n"), "\n")
		if !strings.HasPrefix(first, "07:52:10 ") || !strings.HasSuffix(got, "\n") {
			t.Errorf("not a record: %q", got)
		}
		for line := range strings.SplitSeq(rest, "\n") {
			if rest != "" && !strings.HasPrefix(line, "  ") {
				t.Errorf("not indented: %q in %q", line, got)
			}
		}
		if strings.ContainsAny(got, "\x1b\r\x00\u0085\u009b") {
			t.Errorf("control characters: %q", got)
		}
	})
}
