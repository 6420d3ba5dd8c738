// Package sum is what the tests of mutants are tried on.
package sum

func sum(a, b int) int { return a + b }
