package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// Load reads a configuration. An error is [Faults].
func Load(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(path, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return Parse(path, data, info.Mode())
}

func unreadable(path string, err error) Faults {
	message := err.Error()
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		message = "there is no such file; name another one by --config"
	case errors.Is(err, fs.ErrPermission):
		message = "this file may not be read; run as its owner, or as a member of its group"
	case errors.As(err, &pathError):
		message = pathError.Err.Error()
	}
	return Faults{{File: path, Message: message}}
}

// Parse reads a configuration from its text. The name stands in the faults, and
// the mode tells whether secrets may stand in the text. An error is [Faults].
func Parse(name string, data []byte, mode fs.FileMode) (*File, error) {
	text, fault := readable(name, data)
	if fault != nil {
		return nil, Faults{*fault}
	}
	src := newSource(name, text)
	root, second, err := parse(text)
	switch {
	case err != nil:
		return nil, src.blind(Faults{src.syntaxFault(text, err)})
	case root == nil || isNull(root):
		return nil, Faults{{File: name, Line: 1, Column: 1, Message: "the file is empty; it needs at least " + leastFile}}
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
