package cli

import (
	"fmt"
	"io"
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
			var names []string
			for _, p := range host.All() {
				names = append(names, p.Name+"\t"+p.Doc)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listPlugins(cmd.OutOrStdout())
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

func listPlugins(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, p := range host.All() {
		fmt.Fprintf(table, "%s\t%s\n", p.Name, p.Doc)
	}
	return table.Flush()
}
