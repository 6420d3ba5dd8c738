package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"ptvd/internal/schema"
	"ptvd/plugins"
)

// choice reads a Choice: exactly one of its members is given.
func (d *decoder) choice(at place, t *schema.Type, v reflect.Value) {
	defer d.enter(at, t)()
	before, chosen, given, n := len(d.refused), "", map[string]bool{}, at.node
	take := func(entry place, name string) {
		f := t.Field(name)
		switch {
		case f == nil:
			chosen = cmp.Or(chosen, name) // one error is enough for a misspelled choice
			d.unknown(entry, at, name, t)
		case slices.Contains(schema.Names(t.Fields), name):
			given[name] = true
			d.decode(entry, f.Type, f.In(v))
		case chosen != "":
			advice := "give one of " + t.One()
			if at.key != nil && strings.HasSuffix(at.path, "]") { // the only item of a list that is not written as one
				advice = "write a list, with - before each"
			}
			d.refuse(entry, at, t, "%s cannot be combined with %s; %s", name, chosen, advice)
		default:
			chosen = name
			d.decode(entry, f.Type, t.Choose(v, f))
		}
	}
	switch n.Kind {
	case yaml.ScalarNode: // a choice by its name alone
		if f := t.Field(n.Value); f != nil && !f.Type.Nullary() {
			d.error(at, "%s needs options; write {%s: %s}", f.Name, f.Name, f.Type.Example(t.Default(v, f)))
			return
		}
		take(place{path: at.path + "." + n.Value, key: n, node: &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}}, n.Value)
	case yaml.MappingNode:
		d.pairs(at, t, take)
	default:
		d.src.hideUnread(n, "", t)
	}
	switch {
	case chosen == "" && len(given) > 0:
		d.error(at, "expected one of %s beside %s", t.One(), schema.Join(slices.Sorted(maps.Keys(given)), "and"))
	case chosen == "":
		d.error(at, "expected one of %s, found %s; write one, such as %s", t.One(), describe(n), t.Example(v))
	default:
		d.complete(at, before, given, target{t, v})
	}
}

// target is a struct that takes options. An instance has two: its plugin's
// Config, and what all instances have.
type target struct {
	schema *schema.Type
	value  reflect.Value
}

// options reads the options of a mapping into the structs that have them.
func (d *decoder) options(at place, targets ...target) {
	before, all := len(d.refused), &schema.Type{Kind: schema.Struct}
	for _, t := range targets {
		all.Fields = append(all.Fields, t.schema.Fields...)
	}
	known := schema.Names(all.Fields)
	if at.node.Kind != yaml.MappingNode {
		d.src.hideUnread(at.node, "", all)
		d.error(at, "expected options, found %s; write them as name: value, one on each line: %s", describe(at.node), schema.Join(known, "and"))
		return
	}
	given := map[string]bool{}
	defer d.enter(at, all)()
	d.pairs(at, all, func(entry place, name string) {
		given[name] = true
		for _, t := range targets {
			if f := t.schema.Field(name); f != nil {
				entry.required = f.Required
				d.decode(entry, f.Type, f.In(t.value))
				return
			}
		}
		given[schema.Nearest(name, known)] = true // one error is enough for a misspelled option
		d.unknown(entry, at, name, all)
	})
	d.complete(at, before, given, targets...)
}

// level is a mapping that is being read.
type level struct {
	at   place
	what *schema.Type
}

// enter notes that a mapping is being read, until the function that it returns is called.
func (d *decoder) enter(at place, t *schema.Type) (leave func()) {
	d.levels = append(d.levels, level{at, t})
	return func() { d.levels = d.levels[:len(d.levels)-1] }
}

// unknown refuses an option that the type does not have.
func (d *decoder) unknown(entry, at place, name string, t *schema.Type) {
	advice := d.home(entry, at, name, t)
	before := strings.TrimRight(tightName.FindString(name), ":= ")
	switch {
	case advice == "" && isInstance(entry.node):
		advice = "it has a plugin, so indent it as the instances below plugins"
	case t.Field(before) != nil:
		advice = "write a colon and a space behind " + before
	case strings.Contains(name, ".") && t.At(name) != nil:
		advice = fmt.Sprintf("write %s: …%s", strings.ReplaceAll(name, ".", ": {"), strings.Repeat("}", strings.Count(name, ".")))
	}
	d.refuse(entry, at, t, "unknown option %s; %s", d.shown(entry.key, t), cmp.Or(advice, schema.Suggest(name, schema.Names(t.Options()))))
}

// home says where an option belongs that is written in the wrong mapping: in a part of
// that mapping, by the path from there, or in what contains it; empty: nowhere. What may
// be a secret there is masked.
func (d *decoder) home(entry, at place, name string, t *schema.Type) string {
	parts := t.Holders(name)
	if used := slices.DeleteFunc(slices.Clone(parts), func(path string) bool { return !mentions(at.node, path) }); len(used) > 0 {
		parts = used
	}
	for _, path := range parts {
		d.src.hideUnread(entry.node, name, t.At(path))
	}
	if len(parts) > 0 {
		return "it belongs in " + schema.Join(parts, "or")
	}
	for _, l := range slices.Backward(d.levels) {
		if l.what.Field(name) == nil {
			continue
		}
		d.src.hideUnread(entry.node, name, l.what)
		if l.at.path == "" {
			return "it belongs at the top level, at the beginning of a line"
		}
		return "it belongs in " + l.at.path
	}
	return ""
}

// mentions reports whether the file gives an option below a node, by its path from
// there; each item of a list counts.
func mentions(n *yaml.Node, path string) bool {
	name, rest, nested := strings.Cut(path, ".")
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode && mentions(child, path),
			n.Kind == yaml.MappingNode && i%2 == 0 && child.Value == name && (!nested || mentions(n.Content[i+1], rest)):
			return true
		}
	}
	return n.Kind == yaml.ScalarNode && n.Value == path
}

// refuse reports an entry of a mapping that is not read, at its name. The type is that of
// the mapping.
func (d *decoder) refuse(entry, at place, t *schema.Type, format string, args ...any) {
	d.src.hideUnread(entry.node, entry.key.Value, t)
	d.report(Error, positionOf(entry.key), at.path, format, args...)
	name := cmp.Or(schema.Nearest(entry.key.Value, schema.Names(t.Options())), entry.key.Value)
	d.refused[len(d.refused)-1] = at.option(name).path
}

// complete reports required options that are not given, and asks Validate for what the
// tags cannot express. The errors since the given number are those of the options.
func (d *decoder) complete(at place, before int, given map[string]bool, targets ...target) {
	for _, t := range targets {
		for _, f := range t.schema.Fields {
			if f.Required && !given[f.Name] {
				d.error(at, "required option %s is missing (%s); %s", f.Name, f.Doc, f.Advice(f.In(t.value)))
			}
		}
	}
	refused := d.refused[before:]
	for _, t := range targets {
		v, ok := reflect.TypeAssert[interface{ Validate() error }](t.value.Addr())
		if !ok || !t.canValidate(at, refused) {
			continue
		}
		for _, part := range parts(v.Validate()) {
			if len(refused) == 0 || isCertain(at, part, refused) {
				d.locate(at, part)
			}
		}
	}
}

// canValidate reports whether the struct has what Validate may rely on although options
// were refused: every required one, and no list with gaps.
func (t target) canValidate(at place, refused []string) bool {
	for _, path := range refused {
		name := strings.TrimPrefix(path, at.path+".")
		f := t.schema.Field(name)
		if path == at.path || strings.Contains(name, "[") || f != nil && f.Required {
			return false
		}
	}
	return true
}

// parts takes joined errors apart.
func parts(err error) (all []error) {
	joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	for _, part := range joined.Unwrap() {
		all = append(all, parts(part)...)
	}
	return all
}

// isCertain tells whether what a Validate returned cannot be wrong because options were
// refused and hold their defaults: it concerns another option and names none of those.
func isCertain(at place, err error, refused []string) bool {
	e, ok := errors.AsType[*plugins.OptionError](err)
	if !ok {
		return false
	}
	words := strings.FieldsFunc(e.Path+" "+e.Err.Error(), func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return !slices.ContainsFunc(refused, func(path string) bool {
		names := strings.Split(strings.TrimPrefix(path, at.path+"."), ".")
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(words, name) })
	})
}

// locate reports a part of what a Validate returned at the option that it names, or at
// the nearest one above it that the file gives.
func (d *decoder) locate(at place, err error) {
	severity := Error
	if e, ok := errors.AsType[*plugins.OptionError](err); ok {
		if err = e.Err; e.Path != "" {
			path := at.option(e.Path).path
			at = d.nearestPlace(path)
			at.path = path
		}
		if e.Warning {
			severity = Warning
		}
	}
	d.report(severity, at.position(), at.path, "%v", err)
}

// pairs goes over the entries of a mapping of a type, and refuses names given twice.
func (d *decoder) pairs(at place, t *schema.Type, entry func(place, string)) {
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(at.node.Content); i += 2 {
		key, node := at.node.Content[i], at.node.Content[i+1]
		message := ""
		switch earlier := first[key.Value]; {
		case key.Kind != yaml.ScalarNode || isNull(key) || key.Value == "":
			message = "expected a name before the colon, found " + describe(key)
		case key.ShortTag() == "!!merge":
			message = "merge keys (<<) are not supported; write the options out"
		case earlier != nil:
			message = fmt.Sprintf("duplicate %s; already given in line %d", d.shown(key, t), earlier.Line)
		default:
			first[key.Value] = key
			entry(place{path: at.option(key.Value).path, key: key, node: node}, key.Value)
			continue
		}
		d.refuse(place{key: key, node: node}, at, t, "%s", message)
	}
}
