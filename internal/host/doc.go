// Package host is the daemon's side of the contract of package plugins: the
// registry of plugins, what one instance is made of, and the bus on which
// instances publish topics and call actions.
//
// Package plugins is written on top of it and shows authors only what they need.
// The daemon, the configuration and the page use this package, and know no plugin
// by name.
package host
