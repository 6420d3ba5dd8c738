package config_test

import (
	"strings"
	"testing"

	"ptvd/internal/config"
)

func TestAPageForOtherMachinesNeedsAToken(t *testing.T) {
	for name, test := range map[string]struct{ http, want string }{
		"loopback":               {"{listen: 127.0.0.1:8337}", ""},
		"loopback of version 6":  {"{listen: '[::1]:8337'}", ""},
		"loopback by name":       {"{listen: localhost:8337}", ""},
		"all, with a token":      {"{listen: 0.0.0.0:8337, token: {credential: ptvd-http}}", ""},
		"all, without":           {"{listen: 0.0.0.0:8337}", "http.yaml:1:16: http.listen: 0.0.0.0:8337 can be reached from other machines"},
		"all by leaving it out":  {"{listen: ':8337'}", "without a token; add token: {credential: ptvd-http}, or listen on 127.0.0.1:8337"},
		"one address of the lan": {"{listen: 192.0.2.7:8337}", "http.yaml:1:16: http.listen: 192.0.2.7:8337 can be reached from other machines"},
		"a name":                 {"{listen: kitchen:8337}", "kitchen is not an IP address"},
		"no port":                {"{listen: 127.0.0.1}", "127.0.0.1 is not an address to listen on"},
		"any port":               {"{listen: 127.0.0.1:0}", "write one as 127.0.0.1:8337"},
		"a proxy, with a token":  {"{listen: 127.0.0.1:8337, names: [board.example], token: {credential: ptvd-http}}", ""},
		"a proxy, without":       {"{listen: 127.0.0.1:8337, names: board.example}", "http.names: the page can be reached through the proxy, without a token"},
		"a proxy's address":      {"{listen: 127.0.0.1:8337, names: 'https://board.example', token: {credential: ptvd-http}}", "https://board.example is not a host name; write it as board.example"},
		"nothing":                {"{remote_control: true}", "listen is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "http: " + test.http + "\nplugins: {lamp: {plugin: lamp, output: GPIO18}}\n"
			_, err := config.Parse("http.yaml", []byte(text), 0o600)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestNoPageIsServedUnlessTheFileHasOne(t *testing.T) {
	file, err := config.Parse("http.yaml", []byte("plugins: {lamp: {plugin: lamp, output: GPIO18}}\n"), 0o600)
	if err != nil || file.HTTP != nil {
		t.Errorf("%+v, %v", file, err)
	}
}
