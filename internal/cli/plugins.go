package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ptvd/internal/config"
	"ptvd/internal/host"
)

func pluginsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "plugins [NAME]",
		Short: "List plugins, or show the options of one",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return pluginLines(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, strings.Join(pluginLines(), "\n"))
				return errors.Join(table.Flush(), printAdded(cmd.OutOrStdout()))
			}
			plugin, ok := host.Lookup(args[0])
			if !ok {
				return usageError{fmt.Errorf("unknown plugin %q; run \"ptvd plugins\" for a list", args[0])}
			}
			_, err := io.WriteString(cmd.OutOrStdout(), config.Text(plugin))
			return err
		},
	}
}

// pluginLines returns the name and the description of each plugin, with a tab between.
func pluginLines() (lines []string) {
	for _, p := range host.All() {
		lines = append(lines, p.Name+"\t"+p.Doc)
	}
	return lines
}
