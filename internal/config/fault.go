package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a file.
type Fault struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`   // from 1; 0: the file as a whole
	Column  int    `json:"column,omitempty"` // from 1, in characters
	Path    string `json:"path,omitempty"`   // plugins.panel.pages[0]; empty: not about one option
	Message string `json:"message"`
	Source  string `json:"source,omitempty"` // the line, with secrets masked

	caret int // where the caret stands under Source, from 0
}

// Error returns the fault without the source line.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": ")
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Faults are all faults of a file, in the order of their lines.
type Faults []Fault

// maxFaults bounds what is collected of a hopeless file.
const maxFaults = 100

// Error returns the faults as a compiler would print them, source lines
// included, without a line feed at the end.
func (f Faults) Error() string {
	var b strings.Builder
	for i, fault := range f {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(fault.Error())
		if fault.Source != "" {
			fmt.Fprintf(&b, "\n%4d | %s\n     | %s^", fault.Line, fault.Source, strings.Repeat(" ", fault.caret))
		}
	}
	if len(f) == maxFaults {
		fmt.Fprintf(&b, "\nThese are the first %d faults; there may be more.", maxFaults)
	}
	return b.String()
}

func (f Faults) sort() {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
