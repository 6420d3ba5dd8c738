package cli

import "github.com/spf13/cobra"

func schemaCommand() *cobra.Command  { return &cobra.Command{Use: "schema"} }
func pluginsCommand() *cobra.Command { return &cobra.Command{Use: "plugins"} }
