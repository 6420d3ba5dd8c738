package hwcheck

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// bench writes what a trial says, with the time and the instance.
type bench struct {
	check    *check
	instance string
	width    int // of the longest instance's name
	begun    scheduler.Instant
	second   scheduler.Instant // the beginning of a second …
	said     int               // … and what was said within it
	doubts   []string
}

var _ plugins.Reporter = (*bench)(nil)

func newBench(c *check, instance string) *bench {
	b := &bench{check: c, instance: instance}
	for _, p := range c.parts {
		b.width = max(b.width, len(p.instance.Name))
	}
	return b
}

// readable is how many lines a second somebody can follow, of one trial.
const readable = 20

// Info leaves out what comes too fast to be read: a line that picks up noise changes
// a hundred times a second.
func (b *bench) Info(format string, args ...any) {
	now := b.check.loop.Now()
	if b.said == 0 || now.Sub(b.second) >= time.Second {
		b.tellLeftOut()
		b.second, b.said = now, 0
	}
	if b.said++; b.said <= readable {
		b.put(format, args...)
	}
}

// Warn marks what somebody should look at. What is said again is said in short.
func (b *bench) Warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(b.doubts, text) {
		b.doubts = append(b.doubts, text)
		b.put("! %s", text)
		return
	}
	short, _, _ := strings.Cut(text, ". ")
	b.Info("! Again: %s.", strings.TrimSuffix(short, "."))
}

func (b *bench) tellLeftOut() {
	if n := b.said - readable; n > 0 {
		b.put("… and %d more in a second", n)
	}
}

func (b *bench) put(format string, args ...any) {
	at := b.check.loop.Now().Sub(b.begun)
	b.check.sheet.line(fmt.Sprintf("%6.1f s  %-*s  ", at.Seconds(), b.width, b.instance), format, args...)
}
