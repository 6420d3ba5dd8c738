package config

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ptvd/internal/host"
	"ptvd/plugins"
)

var (
	credentialName  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$`)
	environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,254}$`)
)

const secretForms = "write {credential: NAME}, {file: /PATH} or {env: NAME}"

// secret reads where a secret is to be found, or the secret itself. What is not
// certainly harmless is masked in the source line and left out of the message.
func (d *decoder) secret(at spot, v reflect.Value) {
	s, fault := readSecret(at.node)
	if fault == "" && s.IsLiteral() && d.public {
		fault = "a secret stands in a file that everybody can read; chmod 600 the file, or " + secretForms
	}
	if fault != "" || s.IsLiteral() {
		d.src.hide(at.node, d.nodes)
	}
	if fault != "" {
		d.fault(at.at(), at.path, "%s", fault)
		return
	}
	v.Set(reflect.ValueOf(s))
}

func readSecret(n *yaml.Node) (s plugins.Secret, fault string) {
	if n.Kind == yaml.ScalarNode && n.Value != "" {
		return plugins.LiteralSecret(n.Value), ""
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 || n.Content[1].Kind != yaml.ScalarNode {
		return s, "a secret is read from one place; " + secretForms
	}
	switch value := n.Content[1].Value; n.Content[0].Value {
	case "credential":
		if !credentialName.MatchString(value) {
			return s, "the name of a credential has letters, digits, - _ and . only"
		}
		s.Credential = value
	case "env":
		if !environmentName.MatchString(value) {
			return s, "the name of an environment variable has letters, digits and _ only"
		}
		s.Env = value
	case "file":
		if !strings.HasPrefix(value, "/") {
			return s, "the file of a secret is given with its whole path, from / on"
		}
		s.File = value
	default:
		return s, "a secret is read from a credential, a file or the environment; " + secretForms
	}
	return s, ""
}

// secretNames returns what the options are called that hold secrets, in any
// plugin and ours.
func secretNames() []string {
	var found []string
	var walk func(s *shape)
	walk = func(s *shape) {
		if s.elem != nil {
			walk(s.elem)
		}
		for _, f := range slices.Concat(s.members, s.fields) {
			if f.shape.kind == kindSecret {
				found = append(found, regexp.QuoteMeta(f.name))
			}
			walk(f.shape)
		}
	}
	for _, plugin := range host.All() {
		walk(shapeOf(plugin.Defaults.Type(), ""))
	}
	return append(found, "key", "token", "secret", "password")
}
