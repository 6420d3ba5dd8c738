package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// page builds a manual page from the macros of man(7).
type page struct{ strings.Builder }

func newPage(name, section, date, title, purpose string) *page {
	p := &page{}
	fmt.Fprintf(p, ".TH %s %s %s ptvd %q\n", strings.ToUpper(name), section, date, title)
	p.WriteString(".nh\n.ad l\n") // no hyphenation, which would split option names
	p.section("Name")
	p.WriteString(escape(name+" - "+purpose) + "\n")
	return p
}

func (p *page) section(title string)    { fmt.Fprintf(p, ".SH %s\n", escape(strings.ToUpper(title))) }
func (p *page) subsection(title string) { fmt.Fprintf(p, ".SS %s\n", escape(title)) }

// text writes paragraphs separated by empty lines. An indented paragraph is written
// verbatim.
func (p *page) text(text string) {
	for paragraph := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		if strings.HasPrefix(paragraph, "  ") {
			p.verbatim(paragraph)
			continue
		}
		p.WriteString(".PP\n" + escape(paragraph) + "\n")
	}
}

// verbatim writes lines unchanged, for example those of a file.
func (p *page) verbatim(text string) {
	p.WriteString(".PP\n.in +4n\n.EX\n" + escape(strings.TrimRight(text, "\n")) + "\n.EE\n.in\n")
}

// term writes an item of a list: a name in bold and a note, with a text below.
func (p *page) term(name, note, text string) {
	if note != "" {
		note = "  " + escape(note)
	}
	fmt.Fprintf(p, ".TP\n\\fB%s\\fP%s\n%s\n", escape(name), note, escape(text))
}

var special = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// escape prevents groff from reading text as requests, and from replacing hyphens and
// quotes by typographic ones, which could not be copied into a file.
func escape(text string) string {
	lines := strings.Split(special.Replace(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// sentence adds a capital and a full stop. A value that is explained keeps its case:
// "off: ...".
func sentence(words string) string {
	if first, _, _ := strings.Cut(words, " "); !strings.HasSuffix(first, ":") {
		r, size := utf8.DecodeRuneInString(words)
		words = string(unicode.ToUpper(r)) + words[size:]
	}
	return strings.TrimSuffix(words, ".") + "."
}
