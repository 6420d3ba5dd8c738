package logs

import (
	"path"
	"strings"
)

// culprit returns the line at fault in a stack trace of Go: the innermost one that
// is neither the standard library's nor the scheduler's. In the trace of a panic,
// what stands above the panic is the tidying up.
func culprit(stack string) string {
	lines := strings.Split(stack, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "panic(") {
			lines = lines[i+1:]
			break
		}
	}
	for i := range len(lines) - 1 {
		function, where := lines[i], lines[i+1]
		if strings.HasPrefix(where, "\t") && !strings.HasPrefix(function, "created by ") && isOurs(function) {
			return shorten(function, where)
		}
	}
	return ""
}

// isOurs tells by the name of the function, such as ptvd/plugins/fade.(*lamp).step(0x1).
// The first element of an import path outside the standard library has a dot,
// but for this module and for package main.
func isOurs(function string) bool {
	name, _, _ := strings.Cut(function, "(")
	first, _, hasFolder := strings.Cut(name, "/")
	switch {
	case strings.HasPrefix(name, "ptvd/internal/scheduler."):
		return false
	case hasFolder:
		return first == "ptvd" || strings.Contains(first, ".")
	default:
		return strings.HasPrefix(name, "main.")
	}
}

// shorten returns a frame as fade.(*lamp).step (lamp.go:88).
func shorten(function, where string) string {
	if arguments := strings.LastIndex(function, "("); arguments > 0 {
		function = function[:arguments]
	}
	where, _, _ = strings.Cut(strings.TrimSpace(where), " +0x")
	return path.Base(function) + " (" + path.Base(where) + ")"
}
