package cli

import (
	"github.com/spf13/cobra"

	"ptvd/internal/config"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print a JSON Schema of the configuration, for editors",
		Long: `Print a JSON Schema (2020-12) of the configuration with every plugin. Editors with
a YAML language server take it from a first line such as

  # yaml-language-server: $schema=ptvd.schema.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(config.Schema())
			return err
		},
	}
}
