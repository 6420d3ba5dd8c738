package wires

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxLine is more than the module writes for a message.
const maxLine = 128 << 10

// parse parses a line of the module's log; ../kmod/device.c lists the forms.
func parse(line string) (Event, error) {
	if len(line) > maxLine {
		return nil, fmt.Errorf("line of %d bytes is too long", len(line))
	}
	f := fields{rest: strings.Split(line, " ")}
	at := At(f.long("", 1<<62))
	var e Event
	switch kind := f.word(); kind {
	case "input":
		e = Input{at, f.number("", lines), f.level()}
	case "output":
		e = Output{at, f.number("", lines), f.level()}
	case "released":
		e = Released{at, f.number("", lines)}
	case "spi":
		e = f.message(at)
	case "i2c":
		e = f.transfer(at)
	case "pwm":
		e = PWM{at, f.number("", 1), f.duration("period="), f.duration("duty="), f.flag("enabled="), f.flag("inverted=")}
	case "played":
		e = played{at}
	case "mark":
		e = mark{at, f.number("", math.MaxInt32)}
	case "lost":
		return nil, fmt.Errorf("%d events lost: not read in time", f.number("", math.MaxInt32))
	default:
		f.fail("unknown event %q", kind)
	}
	if len(f.rest) > 0 {
		f.fail("unexpected %q", f.rest[0])
	}
	if f.err != nil {
		return nil, fmt.Errorf("parse %q: %w", shorten(line), f.err)
	}
	return e, nil
}

const lines = 61 // the number of the last line

func shorten(line string) string {
	if len(line) > 100 {
		return line[:100] + "…"
	}
	return line
}

// fields is the rest of a line, and the first error.
type fields struct {
	rest []string
	err  error
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

func (f *fields) word() string {
	if len(f.rest) == 0 {
		f.fail("unexpected end")
		return ""
	}
	word := f.rest[0]
	f.rest = f.rest[1:]
	return word
}

// number reads a number from 0 to limit after a prefix.
func (f *fields) number(prefix string, limit int) int { return int(f.long(prefix, int64(limit))) }

// long reads a number that may need 64 bits.
func (f *fields) long(prefix string, limit int64) int64 {
	word := f.word()
	digits, ok := strings.CutPrefix(word, prefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || n < 0 || n > limit {
		f.fail("%q is not %s0 to %d", word, prefix, limit)
		return 0
	}
	return n
}

func (f *fields) duration(prefix string) time.Duration {
	return time.Duration(f.long(prefix, 1<<62))
}

func (f *fields) flag(prefix string) bool { return f.number(prefix, 1) == 1 }

func (f *fields) level() Level { return Low + Level(f.number("", 1)) }

func (f *fields) oneOf(words ...string) string {
	word := f.word()
	if !slices.Contains(words, word) {
		f.fail("%q is not one of %v", word, words)
	}
	return word
}

func (f *fields) message(at At) Message {
	m := Message{
		At: at, ChipSelect: f.number("", 1), Number: f.number("", math.MaxInt32), Failed: f.oneOf("ok", "failed") == "failed",
		Hz: f.number("hz=", math.MaxInt32), Mode: f.number("mode=", 3),
	}
	for f.err == nil && len(f.rest) > 0 {
		m.Packets = append(m.Packets, f.packet())
	}
	return m
}

func (f *fields) transfer(at At) Transfer {
	t := Transfer{At: at, Address: f.number("", 127), Failed: f.oneOf("ok", "failed") == "failed"}
	for f.err == nil && len(f.rest) > 0 {
		word := f.word()
		sent, written := strings.CutPrefix(word, "w")
		received, read := strings.CutPrefix(word, "r")
		if !written && !read {
			f.fail("%q is neither read nor written", word)
			break
		}
		if read {
			sent = received
		}
		bytes, err := hex.DecodeString(sent)
		if err != nil {
			f.fail("%q: %w", word, err)
		}
		t.Messages = append(t.Messages, Bytes{read, bytes})
	}
	return t
}

func (f *fields) packet() Packet {
	sent, change, _ := strings.Cut(f.word(), ":")
	p := Packet{CSChange: change == "1"}
	if change != "0" && change != "1" {
		f.fail("%q is not a cs_change", change)
	}
	if sent == "-" {
		return p
	}
	var err error
	if p.Bytes, err = hex.DecodeString(sent); err != nil {
		f.fail("%q: %w", sent, err)
	}
	return p
}
