package config

import "io/fs"

// Parse reads a configuration from its text. The name stands in the faults, and
// the mode tells whether secrets may stand in the text. An error is [Faults].
func Parse(name string, data []byte, mode fs.FileMode) (*File, error) {
	text, at, message := readable(data)
	src := newSource(name, text)
	switch {
	case message != "" && text == "":
		return nil, Faults{{File: name, Line: at.line, Column: at.column, Message: message}}
	case message != "":
		return nil, src.blind(Faults{src.fault(at, "", message)})
	}
	root, second, err := parse(text)
	switch {
	case err != nil:
		return nil, src.blind(Faults{src.syntaxFault(text, err)})
	case root == nil || isNull(root):
		return nil, src.finish(Faults{src.fault(point{1, 1}, "", "the file is empty; it needs at least "+leastFile)})
	case second != nil:
		return nil, src.blind(Faults{src.fault(position(second), "", "a second document begins here; a configuration is one: remove the ---")})
	}
	nodes, faults := src.guard(root)
	if len(faults) > 0 {
		return nil, src.blind(faults)
	}
	d := &decoder{src: src, nodes: nodes, public: mode.Perm()&0o004 != 0, spots: map[string]spot{}}
	file := d.document(root)
	if d.count > 0 {
		return nil, src.finish(d.faults)
	}
	return file, nil
}

const leastFile = "plugins: {NAME: {plugin: PLUGIN}}"

// blind finishes the faults of a text in which nobody knows yet what is a secret.
func (s *source) blind(faults Faults) Faults {
	secrets, seen := secretNames(), map[int]bool{}
	for _, f := range faults {
		if !seen[f.Line] {
			seen[f.Line] = true
			s.hideNamed(f.Line, secrets)
		}
	}
	return s.finish(faults)
}
