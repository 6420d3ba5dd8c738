// Command pages writes the manual pages and the completions of the command tree
// into a folder. It is a program of its own, so that ptvd does not carry a
// typesetter.
package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra/doc"

	"ptvd/internal/cli"
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
	root.DisableAutoGenTag = true // the same source gives the same bytes
	pages := filepath.Join(folder, "man")
	shells := filepath.Join(folder, "completions")
	return cmp.Or(
		os.MkdirAll(pages, 0o755),
		os.MkdirAll(shells, 0o755),
		doc.GenManTree(root, &doc.GenManHeader{Section: "8", Source: "ptvd"}, pages),
		root.GenBashCompletionFileV2(filepath.Join(shells, "ptvd.bash"), true),
		root.GenZshCompletionFile(filepath.Join(shells, "_ptvd")),
		root.GenFishCompletionFile(filepath.Join(shells, "ptvd.fish"), true),
	)
}
