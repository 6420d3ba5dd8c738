package config

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"ptvd/plugins"
)

var (
	credentialName  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$`)
	environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,254}$`)

	// variable is how a shell refers to one. What stands behind a $ alone may also be a
	// secret, so that it is not shown.
	variable = regexp.MustCompile(`^\$(?:\{([A-Za-z_][A-Za-z0-9_]{0,254})\}|[A-Z_][A-Z0-9_]*)$`)
)

const (
	secretForms = "write {credential: NAME}, {file: /PATH} or {env: NAME}"
	notExpanded = "environment variables are not expanded"
)

// secret reads where a secret is to be found, or the secret itself. What is not
// certainly harmless is masked in the source line and left out of the message.
func (d *decoder) secret(at place, v reflect.Value) {
	s, problem := readSecret(at.node)
	if problem == "" && s.IsLiteral() && d.public {
		problem = "secret in a file that everybody can read; run chgrp ptvd and chmod 640 on it, or " + secretForms
	}
	if problem != "" || s.IsLiteral() {
		d.src.hide(at.node)
	}
	if problem != "" {
		d.error(at, "%s", problem)
		return
	}
	v.Set(reflect.ValueOf(s))
}

func readSecret(n *yaml.Node) (s plugins.Secret, problem string) {
	if m := variable.FindStringSubmatch(n.Value); m != nil {
		return s, fmt.Sprintf("%s; write {env: %s}", notExpanded, cmp.Or(m[1], "NAME"))
	}
	if n.Kind == yaml.ScalarNode && n.Value != "" {
		return plugins.LiteralSecret(n.Value), ""
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 || n.Content[1].Kind != yaml.ScalarNode {
		return s, "expected one source of a secret; " + secretForms
	}
	switch value := n.Content[1].Value; n.Content[0].Value {
	case "credential":
		if !credentialName.MatchString(value) {
			return s, "invalid name of a credential; use letters, digits, - _ and . only"
		}
		s.Credential = value
	case "env":
		if !environmentName.MatchString(value) {
			return s, "invalid name of an environment variable; use letters, digits and _ only"
		}
		s.Env = value
	case "file":
		if !strings.HasPrefix(value, "/") {
			return s, "the path of a secret's file is not absolute; write it from / on"
		}
		s.File = value
	default:
		return s, "unknown source of a secret; " + secretForms
	}
	return s, ""
}
