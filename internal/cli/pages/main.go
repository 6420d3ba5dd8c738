// Command pages writes the manual pages, the shell completions and the JSON Schema of
// the configuration, from the command tree and the descriptions of the plugins.
//
// It does not use github.com/spf13/cobra/doc: that writes a page for each command,
// without signals, exit statuses and files, shows "--for=0s" for an unset option, and
// would add three modules. It cannot write ptvd.yaml(5) at all.
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
		fmt.Fprintln(os.Stderr, "usage: pages DIRECTORY")
		os.Exit(64)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	root := cli.Tree()
	pages := filepath.Join(dir, "man")
	shells := filepath.Join(dir, "completions")
	return cmp.Or(
		os.MkdirAll(pages, 0o755),
		os.MkdirAll(shells, 0o755),
		os.WriteFile(filepath.Join(pages, "ptvd.8"), []byte(program(root, date())), 0o644),
		os.WriteFile(filepath.Join(pages, "ptvd.yaml.5"), []byte(configuration(date())), 0o644),
		root.GenBashCompletionFileV2(filepath.Join(shells, "ptvd.bash"), true),
		root.GenZshCompletionFile(filepath.Join(shells, "_ptvd")),
		root.GenFishCompletionFile(filepath.Join(shells, "ptvd.fish"), true),
		os.WriteFile(filepath.Join(dir, "ptvd.schema.json"), config.JSONSchema(), 0o644),
	)
}

// date is the date in the footer. For reproducible builds it is the date of the
// sources, see https://reproducible-builds.org/specs/source-date-epoch/.
func date() string {
	day := time.Now()
	if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		day = time.Unix(seconds, 0)
	}
	return day.UTC().Format(time.DateOnly)
}
