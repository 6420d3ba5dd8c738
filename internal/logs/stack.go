package logs

import (
	"path"
	"strings"
)

// failingLine returns the innermost line of a Go stack trace that belongs neither
// to the standard library nor to the scheduler. Frames above a panic are skipped:
// they run deferred calls.
func failingLine(stack string) string {
	lines := strings.Split(stack, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "panic(") {
			lines = lines[i+1:]
			break
		}
	}
	for i := range len(lines) - 1 {
		function, position := lines[i], lines[i+1]
		if strings.HasPrefix(position, "\t") && !strings.HasPrefix(function, "created by ") && isPluginCode(function) {
			return shorten(function, position)
		}
	}
	return ""
}

// isPluginCode judges a function by its name, such as
// ptvd/plugins/fade.(*lamp).step(0x1). Outside the standard library the first
// element of an import path contains a dot, except in this module and in package
// main.
func isPluginCode(function string) bool {
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

// shorten formats a frame as fade.(*lamp).step (lamp.go:88).
func shorten(function, position string) string {
	if arguments := strings.LastIndex(function, "("); arguments > 0 {
		function = function[:arguments]
	}
	position, _, _ = strings.Cut(strings.TrimSpace(position), " +0x")
	return path.Base(function) + " (" + path.Base(position) + ")"
}
