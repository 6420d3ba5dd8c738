package host

import (
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"

	"ptvd/internal/scheduler"
)

// Catch calls a function of a plugin outside of the plugin's tasks. A panic becomes the
// error, as that of a task does.
func Catch(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &scheduler.PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	return call()
}

// panicFrame is the innermost frame of a panic's stack outside Go's standard library: the
// function, and the file with the line. The paths of the library's packages have no dot in
// their first element.
var panicFrame = regexp.MustCompile(`(?m)^panic\(.*\n.*\n(?:.*\n.*\n)*?((?:ptvd/|main\.|[^/(\s]+\.[^/(\s]+/).*)\(.*\)\n\t(.*:\d+)`)

// PlaceOfPanic returns where the code of a plugin has panicked, as the end of a message; it
// is empty if that is not known.
func PlaceOfPanic(err error) string {
	if p, ok := errors.AsType[*scheduler.PanicError](err); ok {
		if m := panicFrame.FindSubmatch(p.Stack); m != nil {
			return fmt.Sprintf(" (%s at %s)", m[1], m[2])
		}
	}
	return ""
}

// Unencodable stands for a value whose methods have panicked: its JSON is the error.
type Unencodable struct{ Cause error }

// MarshalJSON returns the cause.
func (u Unencodable) MarshalJSON() ([]byte, error) { return nil, u.Cause }
