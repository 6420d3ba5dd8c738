//go:build race

package simulate

// underRace shortens the tests: the race detector makes them ten times slower.
const underRace = true
