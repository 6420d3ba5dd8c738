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

func TestOnATerminalNoLineIsWiderThanIt(t *testing.T) {
	got := table{yaml: bell + "}\n" + panel, width: 80}.check(t)
	for line := range strings.Lines(got.text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	if !strings.Contains(got.text, "\n                 ") {
		t.Error("what goes on in the next line does not stand below its beginning")
	}
}

func TestInAPipeALineStaysOne(t *testing.T) {
	got := table{yaml: bell + "}"}.check(t)
	for line := range strings.Lines(got.text) {
		if strings.HasPrefix(line, "      ") && strings.TrimSpace(line[:12]) == "" {
			t.Errorf("a line is broken: %q", line)
		}
	}
}

// stuck is a terminal that stands still for a while at its first line.
type stuck struct {
	io.Writer
	clock *scheduler.VirtualClock
	still time.Duration
}

func (s *stuck) Write(p []byte) (int, error) {
	err := s.clock.Sleep(context.Background(), s.still)
	s.still = 0
	if err != nil {
		return 0, err
	}
	return s.Writer.Write(p)
}

func TestATerminalThatStandsStillHoldsUpNothingAndMissesOnlyWhatIsTooMuch(t *testing.T) {
	got := table{
		yaml: lamp, lasts: 3 * time.Minute, hands: turns("GPIO5", "GPIO6", 4, 1100),
		out: func(clock *scheduler.VirtualClock, w io.Writer) io.Writer {
			return &stuck{w, clock, 2 * time.Minute}
		},
	}.check(t)
	got.says("clockwise, +1 in all", "lines could not be written in time", "Everything was found")
	got.doubtsNothing()
}

// gone is a pipe that nobody reads any more.
type gone struct{ writes int }

func (g *gone) Write([]byte) (int, error) {
	g.writes++
	return 0, syscall.EPIPE
}

func TestWhenNobodyReadsAnyMoreItEnds(t *testing.T) {
	pipe := &gone{}
	got := table{
		yaml: lamp, lasts: 24 * time.Hour, hands: turns("GPIO5", "GPIO6", 4, 1000),
		out: func(*scheduler.VirtualClock, io.Writer) io.Writer { return pipe },
	}.check(t)
	if !errors.Is(got.err, syscall.EPIPE) || pipe.writes != 1 {
		t.Errorf("after %d writes it ends with %v", pipe.writes, got.err)
	}
}
