// Package config turns a YAML file into validated plugin instances, and says
// everything that is wrong with it at once: each fault with file, line and
// column, the option's path, what was found, what is allowed, the nearest valid
// spelling, and the source line with a caret.
//
//	ptvd.yaml:9:12: plugins.trains.every: 30 has no unit; write 30s
//	   9 |     every: 30
//	     |            ^
//
// The text is parsed into nodes once. From then on the struct tags of a plugin's
// Config (package plugins tells which there are) decide everything: what is
// decoded, what [Describe] tells people, and what [Schema] tells editors.
//
// Nothing is guessed: an unknown option, an option given twice, an empty value
// and a value of another type are faults. Secrets never appear in one.
//
// A file of any content ends in a [File] or in [Faults], soon and within
// bounded memory: it may have 128 KiB and a nesting of 32, and neither aliases
// nor tags.
package config
