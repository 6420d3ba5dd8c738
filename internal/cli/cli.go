// Package cli is the command line: a tree of commands, each in a file of its own.
// Completions and manual pages are made from the same tree.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit statuses, after sysexits(3) where they mean the same.
const (
	exitFailed = 1
	exitUsage  = 64
	exitConfig = 78
)

// usageError is a command line that makes no sense.
type usageError struct{ error }

// configError is a configuration that makes no sense.
type configError struct{ error }

func (e configError) Unwrap() error { return e.error }

// Run runs one command line and returns the exit status.
func Run(args []string, stdout, stderr io.Writer) int {
	// A reader of the log that goes away must not take the daemon along, with
	// its panel lit. A write then fails, and that is all.
	signal.Ignore(syscall.SIGPIPE)
	root := Tree()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	if err == nil {
		return 0
	}
	switch e := err.(type) {
	case usageError:
		fmt.Fprintf(stderr, "ptvd: %v\nRun \"ptvd help\" to see what there is.\n", e.error)
		return exitUsage
	case configError:
		if e.error != errSaid {
			fmt.Fprintln(stderr, e.error)
		}
		return exitConfig
	}
	fmt.Fprintln(stderr, "ptvd:", err)
	return exitFailed
}

// Tree returns the commands.
func Tree() *cobra.Command {
	root := &cobra.Command{
		Use:           "ptvd",
		Short:         "Small tasks on a small board: departures, a panel, a button, a lamp",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknown(cmd, args[0])
		},
	}
	root.AddCommand(runCommand(), checkCommand(), demoCommand(), pluginsCommand(), pinsCommand(), stopsCommand(), schemaCommand(), versionCommand())
	root.SetHelpCommand(helpCommand(root))
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	for _, c := range root.Commands() {
		c.Args = asUsage(c.Args)
	}
	return root
}

// helpCommand is cobra's, but for the exit status where there is nothing to help
// with.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		Args:  cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknown(root, args[0])
			}
			return cmd.Help()
		},
	}
}

func unknown(cmd *cobra.Command, name string) error {
	cmd.SuggestionsMinimumDistance = 2
	message := fmt.Sprintf("there is no command %q", name)
	for _, near := range cmd.SuggestionsFor(name) {
		return usageError{fmt.Errorf("%s; did you mean %q?", message, near)}
	}
	return usageError{errors.New(message)}
}

// asUsage marks what a check of arguments finds as the caller's error.
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
