package cli

import (
	"github.com/spf13/cobra"

	"ptvd/internal/config"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration",
		Long: `Print the JSON Schema (2020-12) of the configuration, with the options of every
plugin. Editors with a YAML language server use it if the configuration begins with

  # yaml-language-server: $schema=ptvd.schema.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(config.JSONSchema())
			return err
		},
	}
}
