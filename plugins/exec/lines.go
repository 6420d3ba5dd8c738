package exec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ptvd/internal/textfmt"
	"ptvd/plugins"
)

// ToProgram is a line to the program. One of its members is set.
type ToProgram struct {
	Config *Settings         `json:"config,omitempty"` // the first line
	Value  *plugins.Envelope `json:"value,omitempty"`  // of a topic that it subscribes to
	Call   *Call             `json:"call,omitempty"`   // of one of its actions
	Stop   *struct{}         `json:"stop,omitempty"`   // it should end now; the input is closed after it
}

// Settings is what the configuration says.
type Settings struct {
	Instance string         `json:"instance"` // its name
	Options  map[string]any `json:"options"`  // with defaults; durations in seconds
}

// Call is a call of an action: to the program of one of its own, and from it of one of
// an instance, which is instance.action.
type Call struct {
	Action string `json:"action"`
	Arg    string `json:"arg,omitempty"`
}

// FromProgram is a line of the program. One of its members is set.
type FromProgram struct {
	Hello  *Hello   `json:"hello,omitempty"` // the first line
	Value  *Value   `json:"value,omitempty"`
	Call   *Call    `json:"call,omitempty"`
	Log    *Message `json:"log,omitempty"`
	Health *Health  `json:"health,omitempty"`
}

// Hello is the first line of the program.
type Hello struct {
	Manifest string `json:"manifest"` // the SHA-256 digest of its manifest, in lower-case hexadecimal
}

// Value is published as a topic of the manifest.
type Value struct {
	Topic string          `json:"topic"`
	Value json.RawMessage `json:"value,omitempty"`
}

// Message is a line for the log.
type Message struct {
	Level string `json:"level"` // error, warning, debug, or info
	Text  string `json:"text"`
}

// Health says whether the program is well, or degraded and why.
type Health struct {
	Degraded string `json:"degraded"` // what it lacks, in a few words; empty: all is well
}

// Parse reads a line of the program. Bytes that are not UTF-8, which no reader of a topic
// expects, become U+FFFD.
func Parse(line []byte) (read FromProgram, err error) {
	if err := decode(bytes.ToValidUTF8(line, []byte("\uFFFD")), &read); err != nil {
		return FromProgram{}, err
	}
	members := 0
	for _, is := range []bool{read.Hello != nil, read.Value != nil, read.Call != nil, read.Log != nil, read.Health != nil} {
		if is {
			members++
		}
	}
	if members != 1 {
		return FromProgram{}, fmt.Errorf("%d members; a line has one of hello, value, call, log and health", members)
	}
	return read, nil
}

// decode reads one JSON value that has no unknown members and nothing behind it.
func decode(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text behind the JSON value")
	}
	return nil
}

// maxText limits, in characters, what is logged of a line.
const maxText = 500

func printable(line []byte) string {
	return textfmt.OneLine(string(bytes.TrimSpace(bytes.ToValidUTF8(line, []byte("\uFFFD")))), maxText)
}
