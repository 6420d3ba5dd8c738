//go:build race

package simulate

// underRace: the race detector makes everything ten times slower.
const underRace = true
