package config

import (
	"fmt"
	"slices"
	"strings"

	"ptvd/internal/textfmt"
)

// Severity says whether a file with a diagnostic can be used.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // the file is refused
	Warning Severity = "warning" // the file works, and should be changed
)

// Diagnostic is an error or a warning about a file.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	Line     int      `json:"line,omitempty"`   // from 1; 0: the file as a whole
	Column   int      `json:"column,omitempty"` // from 1, in characters
	Path     string   `json:"path,omitempty"`   // plugins.panel.pages[0]; empty: not about one option
	Message  string   `json:"message"`
	Source   string   `json:"source,omitempty"` // the line, with secrets masked

	caret int // where the caret stands under Source, from 0
}

// String returns the diagnostic without the source line.
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.File)
	if d.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", d.Line, d.Column)
	}
	b.WriteString(": ")
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	if d.Path != "" {
		b.WriteString(d.Path + ": ")
	}
	b.WriteString(d.Message)
	return b.String()
}

// Diagnostics are the errors and warnings about a file, in the order of its lines.
// Where they are returned as an error, at least one is of severity [Error].
type Diagnostics []Diagnostic

// maxDiagnostics bounds what is collected of a hopeless file.
const maxDiagnostics = 100

// Error returns the diagnostics as a compiler prints them, source lines included,
// without a line feed at the end.
func (list Diagnostics) Error() string {
	var b strings.Builder
	for i, d := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(d.String())
		if d.Source != "" {
			fmt.Fprintf(&b, "\n%4d | %s\n     | %s^", d.Line, d.Source, strings.Repeat(" ", d.caret))
		}
	}
	if len(list) == maxDiagnostics {
		fmt.Fprintf(&b, "\nOnly the first %d problems are shown.", maxDiagnostics)
	}
	return b.String()
}

// Summary counts the diagnostics: "2 errors, 1 warning".
func (list Diagnostics) Summary() string {
	var parts []string
	for _, severity := range []Severity{Error, Warning} {
		n := 0
		for _, d := range list {
			if d.Severity == severity {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, textfmt.Count(n, string(severity)))
		}
	}
	return strings.Join(parts, ", ")
}

// AsErrors returns the diagnostics with the severity [Error].
func (list Diagnostics) AsErrors() Diagnostics {
	errors := slices.Clone(list)
	for i := range errors {
		errors[i].Severity = Error
	}
	return errors
}
