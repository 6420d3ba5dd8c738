package config

import (
	"strings"

	"ptvd/plugins"
)

// locate turns what a Validate returned into faults: each part of it at the
// option that it names, or as near above it as the file goes.
func (d *decoder) locate(at spot, err error) {
	switch e := err.(type) {
	case nil:
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			d.locate(at, part)
		}
	case *plugins.FieldError:
		path := at.path
		if e.Path != "" {
			path = strings.TrimPrefix(path+"."+e.Path, ".")
		}
		d.fault(d.nearestSpot(path).at(), path, "%v", e.Err)
	default:
		d.fault(at.at(), at.path, "%v", err)
	}
}

// nearestSpot is where a value stands, or what it is a part of.
func (d *decoder) nearestSpot(path string) spot {
	for path != "" {
		if at, ok := d.spots[path]; ok {
			return at
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return d.spots[""]
}
