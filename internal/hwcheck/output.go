package hwcheck

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ptvd/internal/scheduler"
	"ptvd/internal/textfmt"
)

// output writes lines in a task of its own, so that a terminal that is slow or stopped
// does not delay the loop.
type output struct {
	out     io.Writer
	width   int // 0: lines are not wrapped
	lines   *scheduler.Queue[string]
	dropped int // since the last line that was queued
}

// maxQueued is how many lines wait for a slow terminal.
const maxQueued = 1000

// minWrap is a width below which wrapping would only make lines harder to read.
const minWrap = 20

// line queues a line: a head, and a text that is wrapped and indented by the head's
// width. Text after a line break is not wrapped.
func (o *output) line(head, format string, args ...any) {
	text, picture, hasPicture := strings.Cut(fmt.Sprintf(format, args...), "\n")
	indent := strings.Repeat(" ", utf8.RuneCountInString(head))
	lines := []string{text}
	if room := o.width - len(indent); room >= minWrap {
		lines = textfmt.Wrap(text, room)
	}
	if hasPicture {
		lines = append(lines, strings.Split(picture, "\n")...)
	}
	whole := strings.TrimRight(head+strings.Join(lines, "\n"+indent), " ") + "\n"
	if o.dropped > 0 {
		whole = fmt.Sprintf("(%s dropped: output too slow)\n", textfmt.Count(o.dropped, "line")) + whole
	}
	if o.dropped++; o.lines.TryPut(whole) {
		o.dropped = 0
	}
}

// endOfOutput cannot be a line, which ends with a line break.
const endOfOutput = ""

func (o *output) write(t *scheduler.Task) error {
	for {
		text, err := o.lines.Get(t)
		if err != nil || text == endOfOutput {
			return err
		}
		if _, err := scheduler.Await(t, func(context.Context) (int, error) { return io.WriteString(o.out, text) }); err != nil {
			return err
		}
	}
}

// close waits until everything is written.
func (o *output) close(t *scheduler.Task, writer *scheduler.Task) error {
	if writer.Done() {
		return writer.Err()
	}
	if err := o.lines.Put(t, endOfOutput); err != nil {
		return err
	}
	return t.Join(writer)
}

// reporter prints what a hardware test reports, with the time and the instance.
type reporter struct {
	checker  *checker
	instance string
	width    int // of the longest instance name
	started  scheduler.Instant
	second   scheduler.Instant // when the current second began …
	reported int               // … and the messages in it
	warnings []string
}

func newReporter(c *checker, instance string) *reporter {
	r := &reporter{checker: c, instance: instance}
	for _, p := range c.parts {
		r.width = max(r.width, len(p.instance.Name))
	}
	return r
}

// maxPerSecond is how many lines a second a person can follow. A floating input
// changes a hundred times a second.
const maxPerSecond = 20

func (r *reporter) Info(format string, args ...any) {
	now := r.checker.loop.Now()
	if r.reported == 0 || now.Sub(r.second) >= time.Second {
		if n := r.reported - maxPerSecond; n > 0 {
			r.print("… %d more in this second", n)
		}
		r.second, r.reported = now, 0
	}
	if r.reported++; r.reported <= maxPerSecond {
		r.print(format, args...)
	}
}

// Warn prints a warning that was printed before only in short.
func (r *reporter) Warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(r.warnings, text) {
		r.warnings = append(r.warnings, text)
		r.print("! %s", text)
		return
	}
	short, _, _ := strings.Cut(text, ". ")
	r.Info("! Again: %s.", strings.TrimSuffix(short, "."))
}

// Ask prints a question when the one before was answered.
func (r *reporter) Ask(t *scheduler.Task, question string, answers []string) (int, error) {
	if err := r.checker.asking.Lock(t); err != nil {
		return 0, err
	}
	defer r.checker.asking.Unlock(t)
	for i, answer := range answers {
		question += fmt.Sprintf("\n%d: %s", i+1, answer)
	}
	r.print("%s\nType the number, and press Enter.", question)
	for {
		line, err := r.checker.answers.Get(t)
		if err != nil {
			return 0, err
		}
		n, err := strconv.Atoi(strings.TrimSpace(line))
		if err == nil && 1 <= n && n <= len(answers) {
			return n - 1, nil
		}
		r.print("%q is not a number from 1 to %d.", strings.TrimSpace(line), len(answers))
	}
}

func (r *reporter) print(format string, args ...any) {
	at := r.checker.loop.Now().Sub(r.started)
	r.checker.output.line(fmt.Sprintf("%6.1f s  %-*s  ", at.Seconds(), r.width, r.instance), format, args...)
}
