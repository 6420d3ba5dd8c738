package ptv

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
)

// Config is what people write under the instance's name.
type Config struct {
	Every            time.Duration  `yaml:"every" doc:"how often the service is asked" min:"10s" max:"1h"`
	Stop             int            `yaml:"stop" doc:"the stop's number; ptvd stops SEARCH finds it" required:"true" min:"1"`
	RouteType        string         `yaml:"route_type" doc:"what runs there" oneof:"train tram bus vline night"`
	Routes           []int          `yaml:"routes" doc:"only these routes, by number; none: all of them" min:"1"`
	Directions       []int          `yaml:"directions" doc:"only these directions, by number; none: all of them" min:"0"`
	Platforms        []Platform     `yaml:"platforms" doc:"only these platforms; a departure whose platform is not known is then left out; none: all of them"`
	Walk             time.Duration  `yaml:"walk" doc:"from the door to the platform: what leaves sooner cannot be caught" min:"0s" max:"2h"`
	Count            int            `yaml:"count" doc:"how many departures to keep, beside those that leave within the walk" min:"1" max:"30"`
	IncludeCancelled bool           `yaml:"include_cancelled" doc:"keep cancelled services, to be shown as such"`
	BaseURL          string         `yaml:"base_url" doc:"where the service is"`
	ID               plugins.Secret `yaml:"id" doc:"the developer id that PTV gave you" required:"true"`
	Key              plugins.Secret `yaml:"key" doc:"the key that came with the id" required:"true"`
}

var defaults = Config{
	Every:            30 * time.Second,
	RouteType:        "train",
	Count:            10,
	IncludeCancelled: true,
	BaseURL:          "https://timetableapi.ptv.vic.gov.au",
}

// Platform is a platform as the service names it: 1, or 15A.
type Platform string

// UnmarshalText reads any word of up to 8 letters and digits.
func (p *Platform) UnmarshalText(text []byte) error {
	if len(text) == 0 || len(text) > 8 || strings.ContainsFunc(string(text), notInPlatform) {
		return errors.New("a platform is written as on the sign there, such as 2 or 15A")
	}
	*p = Platform(text)
	return nil
}

func notInPlatform(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// Validate finds what the tags cannot say.
func (c Config) Validate() error {
	if _, err := parseBase(c.BaseURL); err != nil {
		return plugins.Fault("base_url", "%w", err)
	}
	return nil
}

// parseBase reads a base URL: scheme and host, and nothing that would have to be
// signed or kept secret.
func parseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errors.New("the address of a service is a scheme and a host, such as https://timetableapi.ptv.vic.gov.au")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Client returns a client of the configured service with its credentials.
func (c Config) Client(via http.RoundTripper) Client {
	return Client{BaseURL: c.BaseURL, ID: c.ID, Key: c.Key, HTTP: via}
}

// routeTypes are the words for the API's route types, at their numbers.
var routeTypes = []string{"train", "tram", "bus", "vline", "night"}

func routeType(word string) int { return slices.Index(routeTypes, word) }
