package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"ptvd/internal/cli"
	"ptvd/internal/config"
	"ptvd/internal/host"
)

const day = "2026-11-22"

func TestTheManualHasEveryOptionOfEveryPlugin(t *testing.T) {
	page := configuration(day)
	for _, plugin := range host.All() {
		_, section, found := strings.Cut(page, ".SH OPTIONS OF "+strings.ToUpper(plugin.Name)+"\n")
		if !found {
			t.Errorf("%s has no section", plugin.Name)
		}
		section, _, _ = strings.Cut(section, ".SH")
		var has func(prefix string, options []config.Option)
		has = func(prefix string, options []config.Option) {
			for _, o := range options {
				if !strings.Contains(section, `\fB`+prefix+o.Name+`\fP`) {
					t.Errorf("%s lacks %s", plugin.Name, prefix+o.Name)
				}
				has(prefix+o.Name+".", o.Options)
			}
		}
		has("", config.Describe(plugin))
		for _, action := range plugin.Actions {
			if !strings.Contains(section, `\fB`+action.Name+`\fP`) {
				t.Errorf("%s lacks the action %s", plugin.Name, action.Name)
			}
		}
	}
	for _, option := range []string{"timezone", "board", "http.token", "on_error"} {
		if !strings.Contains(page, `\fB`+option+`\fP`) {
			t.Errorf("ptvd.yaml(5) lacks %s", option)
		}
	}
}

func TestTheManualHasEveryCommandWithItsFlags(t *testing.T) {
	page := program(cli.Tree(), day)
	for _, c := range cli.Tree().Commands() {
		_, section, found := strings.Cut(page, ".SS ptvd "+strings.ReplaceAll(c.Use, "-", `\-`)+"\n")
		if !found {
			t.Errorf("%s has no section", c.Name())
		}
		section, _, _ = strings.Cut(section, ".S")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(section, `\-\-`+strings.ReplaceAll(f.Name, "-", `\-`)) {
				t.Errorf("%s lacks --%s", c.Name(), f.Name)
			}
		})
	}
}

func TestNoteNamesTypeAllowedValuesAndDefault(t *testing.T) {
	for want, option := range map[string]config.Option{
		"duration, 15s to 24h; default 10m": {Type: "duration", Allowed: "15s to 24h", Default: "10m"},
		"GPIO line; required":               {Type: "GPIO line", Required: true},
		"last, off or on; default last":     {Type: "text", Allowed: "last, off or on", Default: "last"},
		"required":                          {Type: "options", Required: true},
		"":                                  {Type: "options"},
	} {
		if got := note(option); got != want {
			t.Errorf("%+v: %q, not %q", option, got, want)
		}
	}
}

func TestEscapedTextIsNoRequest(t *testing.T) {
	for text, want := range map[string]string{
		".PP is a request":    `\&.PP is a request`,
		"first\n.second":      "first\n\\&.second",
		"'quoted'":            `\(aqquoted\(aq`,
		`a\b`:                 `a\eb`,
		"--config":            `\-\-config`,
		"how it is, as it is": "how it is, as it is",
	} {
		if got := escape(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

func TestThePagesHaveTheDateOfTheSources(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1000000000")
	if got := date(); got != "2001-09-09" {
		t.Error(got)
	}
}

func TestGroffReportsNoWarning(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("groff is not installed")
	}
	for name, page := range map[string]string{"ptvd.8": program(cli.Tree(), day), "ptvd.yaml.5": configuration(day)} {
		cmd := exec.Command(groff, "-man", "-ww", "-z", "-Kutf8", "-Tutf8")
		cmd.Stdin = strings.NewReader(page)
		var output bytes.Buffer
		cmd.Stderr = &output
		if err := cmd.Run(); err != nil || output.Len() > 0 {
			t.Errorf("%s: %v\n%s", name, err, &output)
		}
	}
}
