// Package cli implements the command line: a tree of commands, each in a file of its
// own. Completions and manual pages are generated from the same tree.
package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ptvd/internal/logs"
)

// Exit statuses, from sysexits(3) where it has one.
const (
	exitFailed = 1
	exitUsage  = 64
	exitConfig = 78
)

// usageError is an invalid command line.
type usageError struct{ error }

// configError is an invalid configuration.
type configError struct{ error }

func (e configError) Unwrap() error { return e.error }

// Run runs one command line and returns the exit status.
func Run(args []string, stdout, stderr io.Writer) int {
	// When the reader of the log exits, a write must return an error and not kill
	// the daemon, which would leave the panel lit.
	signal.Ignore(syscall.SIGPIPE)
	root := Tree()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if len(args) > 0 && args[0] == cobra.ShellCompRequestCmd { // it shows the texts as they are, quotes around the arguments included
		for _, c := range root.Commands() {
			c.Flags().VisitAll(func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) })
		}
	}
	cmd, err := root.ExecuteC()
	if err == nil {
		return 0
	}
	if stderr == os.Stderr && cmd.Name() == "run" && logs.IsJournal(os.Stderr) {
		// As text, the journal would take it for information.
		log := logs.New(os.Stderr, os.Stderr, slog.LevelInfo)
		log.Error("ptvd failed", logs.ID(logs.StartFailed), "err", err)
		_ = log.Close()
		stderr = io.Discard
	}
	if e, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(stderr, "ptvd: %v\nRun \"%s --help\" for usage.\n", e.error, cmd.CommandPath())
		return exitUsage
	}
	if e, ok := errors.AsType[configError](err); ok {
		if !errors.Is(e.error, errPrinted) {
			fmt.Fprintln(stderr, e.error)
		}
		return exitConfig
	}
	if !isClosedOutput(err) {
		fmt.Fprintln(stderr, "ptvd:", err)
	}
	return exitFailed
}

// isClosedOutput reports whether the reader of standard output, such as head, has exited:
// it has what it wanted.
func isClosedOutput(err error) bool {
	e, ok := errors.AsType[*fs.PathError](err)
	return ok && e.Path == os.Stdout.Name() && errors.Is(e.Err, syscall.EPIPE)
}

// Tree returns the root command with all others.
func Tree() *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:           "ptvd",
		Short:         "Plugin daemon for departures, LED panels, buttons and lamps",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(cmd, args[0])
			}
			if version {
				return printVersion(cmd.OutOrStdout())
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&version, "version", false, "print the version")
	root.AddCommand(runCommand(), checkCommand(), reloadCommand(), demoCommand(), pluginsCommand(), pinsCommand(),
		stopsCommand(), fleetCommand(), schemaCommand(), execManifestCommand(), versionCommand())
	root.SetHelpCommand(helpCommand(root))
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	for _, c := range root.Commands() {
		if c.Args == nil {
			c.ValidArgsFunction = cobra.NoFileCompletions
		}
		c.Args = asUsage(c.Args)
	}
	return root
}

// helpCommand is like the one of cobra, but an unknown command is a usage error.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show help for a command",
		Args:  cobra.ArbitraryArgs,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			for _, c := range root.Commands() {
				if len(args) == 0 && c.IsAvailableCommand() {
					names = append(names, c.Name()+"\t"+c.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, _ := root.Find(args)
			if len(rest) > 0 {
				return unknown(cmd, rest[0])
			}
			return cmd.Help()
		},
	}
}

func unknown(cmd *cobra.Command, name string) error {
	cmd.SuggestionsMinimumDistance = 2
	message := fmt.Sprintf("unknown command %q", name)
	for _, near := range cmd.SuggestionsFor(cmp.Or(name, " ")) { // an empty name would be the beginning of every one
		return usageError{fmt.Errorf("%s; did you mean %q?", message, near)}
	}
	return usageError{errors.New(message)}
}

// completeWords says which words a flag may have, for completions.
func completeWords(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// asUsage makes the errors of an argument check usage errors.
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		check = cobra.NoArgs
	}
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
