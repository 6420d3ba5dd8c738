package config_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ptvd/internal/config"
)

var update = flag.Bool("update", false, "write the golden files")

// TestDiagnosticsAreThoseOfTheGoldenFiles compares what is reported about each
// testdata/*.yaml with its golden text. A file whose name begins with "public-" is
// one that everybody can read.
func TestDiagnosticsAreThoseOfTheGoldenFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			mode := fs.FileMode(0o600)
			if strings.HasPrefix(name, "public-") {
				mode = 0o644
			}
			_, err = config.Parse(name, text, mode)
			if err == nil {
				t.Fatal("no error is found in this file")
			}
			if strings.Contains(err.Error(), "d0n7") || strings.Contains(err.Error(), "pr1n7") {
				t.Errorf("a secret shows:\n%v", err)
			}
			got, golden := err.Error()+"\n", strings.TrimSuffix(file, ".yaml")+".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
