package hwcheck_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"ptvd/internal/scheduler"
)

func TestLinesAreWrappedToTheWidthOfTheTerminal(t *testing.T) {
	got := scenario{yaml: bell + "}\n" + panel, width: 80}.check(t)
	for line := range strings.Lines(got.text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	if !strings.Contains(got.text, "\n                 ") {
		t.Error("continuation lines are not indented")
	}
}

func TestLinesAreNotWrappedInAPipe(t *testing.T) {
	got := scenario{yaml: bell + "}"}.check(t)
	for line := range strings.Lines(got.text) {
		if strings.HasPrefix(line, "      ") && strings.TrimSpace(line[:12]) == "" {
			t.Errorf("wrapped line: %q", line)
		}
	}
}

// stoppedTerminal does not return from its first write for a while.
type stoppedTerminal struct {
	io.Writer
	clock *scheduler.VirtualClock
	pause time.Duration
}

func (s *stoppedTerminal) Write(p []byte) (int, error) {
	err := s.clock.Sleep(context.Background(), s.pause)
	s.pause = 0
	if err != nil {
		return 0, err
	}
	return s.Writer.Write(p)
}

func TestAStoppedTerminalDoesNotDelayTheTestAndDroppedLinesAreCounted(t *testing.T) {
	got := scenario{
		yaml: lamp, duration: 3 * time.Minute, person: turns("GPIO5", "GPIO6", 4, 1100),
		out: func(clock *scheduler.VirtualClock, w io.Writer) io.Writer {
			return &stoppedTerminal{w, clock, 2 * time.Minute}
		},
	}.check(t)
	got.contains("clockwise, total +1", "lines dropped: output too slow", "opened, no errors.")
	got.noWarnings()
}

// brokenPipe fails each write.
type brokenPipe struct{ writes int }

func (p *brokenPipe) Write([]byte) (int, error) {
	p.writes++
	return 0, syscall.EPIPE
}

func TestStopsWhenTheOutputIsABrokenPipe(t *testing.T) {
	pipe := &brokenPipe{}
	got := scenario{
		yaml: lamp, duration: 24 * time.Hour, person: turns("GPIO5", "GPIO6", 4, 1000),
		out: func(*scheduler.VirtualClock, io.Writer) io.Writer { return pipe },
	}.check(t)
	if !errors.Is(got.err, syscall.EPIPE) || pipe.writes != 1 {
		t.Errorf("%d writes, then error %v", pipe.writes, got.err)
	}
}
