package configs_test

import (
	"os"
	"path/filepath"
	"testing"

	"ptvd/internal/config"
	_ "ptvd/plugins/standard"
)

func TestEveryExampleIsAGoodConfiguration(t *testing.T) {
	examples, err := filepath.Glob("*.yaml")
	if err != nil || len(examples) < 4 {
		t.Fatalf("examples: %v, %v", examples, err)
	}
	for _, name := range examples {
		if _, err := parse(t, name); err != nil {
			t.Error(err)
		}
	}
}

func TestTheReferenceMentionsEveryOption(t *testing.T) {
	file, err := parse(t, "reference.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, option := range file.Unmentioned() {
		t.Errorf("reference.yaml lacks %s", option)
	}
}

// parse reads a file as if anybody might, so that no example holds a secret.
func parse(t *testing.T, name string) (*config.File, error) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return config.Parse(name, text, 0o644)
}
