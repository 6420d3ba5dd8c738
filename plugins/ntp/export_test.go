package ntp

import (
	"io/fs"

	"ptvd/plugins"
)

// NewOn makes an instance on a system with that file tree.
func NewOn(root fs.FS, env plugins.Env, cfg Config) (plugins.Plugin, error) {
	p, err := New(env, cfg)
	p.(*client).root = root
	return p, err
}
