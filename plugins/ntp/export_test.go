package ntp

import (
	"io/fs"

	"ptvd/plugins"
)

// NewOn returns an instance on a system with this root directory.
func NewOn(root fs.FS, env plugins.Env, cfg Config) (plugins.Plugin, error) {
	p, err := New(env, cfg)
	p.(*client).root = root
	return p, err
}
