// Command pages writes the manual pages, the completions and the schema of the
// configuration into a folder, from the command tree and the plugins' own words.
// It is a program of its own, so that ptvd does not carry a typesetter.
package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"ptvd/internal/cli"
	"ptvd/internal/config"
	_ "ptvd/plugins/all"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pages FOLDER")
		os.Exit(64)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	root := cli.Tree()
	pages := filepath.Join(folder, "man")
	shells := filepath.Join(folder, "completions")
	return cmp.Or(
		os.MkdirAll(pages, 0o755),
		os.MkdirAll(shells, 0o755),
		os.WriteFile(filepath.Join(pages, "ptvd.8"), []byte(program(root, date())), 0o644),
		os.WriteFile(filepath.Join(pages, "ptvd.yaml.5"), []byte(configuration(date())), 0o644),
		root.GenBashCompletionFileV2(filepath.Join(shells, "ptvd.bash"), true),
		root.GenZshCompletionFile(filepath.Join(shells, "_ptvd")),
		root.GenFishCompletionFile(filepath.Join(shells, "ptvd.fish"), true),
		os.WriteFile(filepath.Join(folder, "ptvd.schema.json"), config.Schema(), 0o644),
	)
}

// date is the day in the pages' foot: that of the sources, so that the same source
// gives the same bytes. See https://reproducible-builds.org/specs/source-date-epoch/.
func date() string {
	day := time.Now()
	if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		day = time.Unix(seconds, 0)
	}
	return day.UTC().Format(time.DateOnly)
}
