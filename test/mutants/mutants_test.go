package main

import (
	"os/exec"
	"path"
	"slices"
	"testing"
)

// Many faults are applied at once, which takes one build.
func TestEachFaultAppliesAndCompiles(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	for left := all(); len(left) > 0; {
		file, skipped, err := overlay(root, t.TempDir(), left...)
		if err != nil {
			t.Fatal(err)
		}
		packages := []string{"build", "-overlay", file}
		for _, m := range left {
			if name := m.packages()[0]; path.Ext(m.file) == ".go" && !slices.Contains(packages, name) {
				packages = append(packages, name)
			}
		}
		build := exec.Command("go", packages...)
		build.Dir = root
		if output, err := build.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, output)
		}
		if left = skipped; len(left) == len(all()) {
			t.Fatal("no fault applies")
		}
	}
}

func TestAFaultThatNoTestKnowsSurvives(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	const file = "test/mutants/testdata/sum/sum.go"
	for change, want := range map[string]bool{"a - b": true, "b + a": false} {
		caught, err := try(root, mutant{"sum", file, "a + b", change, nil})
		if err != nil || caught != want {
			t.Errorf("%s: caught: %v, %v", change, caught, err)
		}
	}
	for old, change := range map[string]string{"a * b": "a - b", "a + b": "a + c"} {
		if _, err := try(root, mutant{"sum", file, old, change, nil}); err == nil {
			t.Errorf("%s -> %s is no error", old, change)
		}
	}
}
