package display

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// abbreviations are the words that are shortened without being configured. Those that
// are empty are left out.
var abbreviations = map[string]string{
	"Street": "St", "Road": "Rd", "Avenue": "Ave", "University": "Uni", "Shopping Centre": "SC", "Station": "",
}

// shortener returns a function that shortens whole words of a text. A word that begins
// the text is never left out: Station Street stays a name.
func shortener(more map[string]string) func(string) string {
	all := maps.Clone(abbreviations)
	maps.Copy(all, more)
	delete(all, "")
	words := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	pattern := regexp.MustCompile(`(^| )(` + strings.Join(words, "|") + `)\b`)
	return func(text string) string {
		return pattern.ReplaceAllStringFunc(text, func(found string) string {
			word := strings.TrimPrefix(found, " ")
			switch short := all[word]; {
			case short != "":
				return found[:len(found)-len(word)] + short
			case word == found:
				return found
			}
			return ""
		})
	}
}
