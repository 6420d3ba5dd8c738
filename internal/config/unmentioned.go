package config

import (
	"reflect"
	"regexp"
	"slices"

	"ptvd/internal/host"
)

var listIndex = regexp.MustCompile(`\[\d+\]`)

// Unmentioned returns the options, as "plugin: path", that the file gives in no
// instance: none, if it is a complete reference.
func (f *File) Unmentioned() []string {
	mentioned := map[string]bool{}
	for path := range f.decoder.spots {
		mentioned[listIndex.ReplaceAllString(path, "")] = true
	}
	var missing []string
	for _, plugin := range host.All() {
		for _, option := range Options(plugin) {
			if !slices.ContainsFunc(f.Instances, func(i Instance) bool {
				return i.Definition.Name == plugin.Name && mentioned["plugins."+i.Name+"."+option]
			}) {
				missing = append(missing, plugin.Name+": "+option)
			}
		}
	}
	for _, name := range names(shapeOf(reflect.TypeFor[document](), "").fields) {
		if !mentioned[name] {
			missing = append(missing, name)
		}
	}
	return missing
}
