package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// page is a manual page in the making, in the macros of man(7).
type page struct{ strings.Builder }

func newPage(name, section, date, title string) *page {
	p := &page{}
	fmt.Fprintf(p, ".TH %s %s %s ptvd %q\n", strings.ToUpper(name), section, date, title)
	p.WriteString(".nh\n.ad l\n") // names of options are not to be taken apart
	return p
}

func (p *page) section(title string)    { fmt.Fprintf(p, ".SH %s\n", escape(strings.ToUpper(title))) }
func (p *page) subsection(title string) { fmt.Fprintf(p, ".SS %s\n", escape(title)) }

// text writes paragraphs, which an empty line parts. A paragraph that is indented
// stays as it is.
func (p *page) text(text string) {
	for _, paragraph := range strings.Split(strings.TrimRight(text, "\n"), "\n\n") {
		if strings.HasPrefix(paragraph, "  ") {
			p.verbatim(paragraph)
			continue
		}
		p.WriteString(".PP\n" + escape(paragraph) + "\n")
	}
}

// verbatim writes lines as they are, such as those of a file.
func (p *page) verbatim(text string) {
	p.WriteString(".PP\n.in +4n\n.EX\n" + escape(strings.TrimRight(text, "\n")) + "\n.EE\n.in\n")
}

// term writes an item of a list: a name in bold, a note behind it, and below it
// what there is to say.
func (p *page) term(name, note, text string) {
	if note != "" {
		note = "  " + escape(note)
	}
	fmt.Fprintf(p, ".TP\n\\fB%s\\fP%s\n%s\n", escape(name), note, escape(text))
}

var special = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// escape keeps a text from being taken for a request, and its characters from
// being replaced by finer ones that nobody can copy into a file.
func escape(text string) string {
	lines := strings.Split(special.Replace(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// sentence makes one of words that begin small and have no end. A value that is
// explained stays as it is written in a file: "off: ...".
func sentence(words string) string {
	if first, _, _ := strings.Cut(words, " "); !strings.HasSuffix(first, ":") {
		r, size := utf8.DecodeRuneInString(words)
		words = string(unicode.ToUpper(r)) + words[size:]
	}
	return strings.TrimSuffix(words, ".") + "."
}
