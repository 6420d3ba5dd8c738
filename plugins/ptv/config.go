package ptv

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

// Config is the configuration of an instance.
type Config struct {
	Every            time.Duration  `yaml:"every" doc:"how often departures are fetched" min:"10s" max:"1h"`
	Stop             int            `yaml:"stop" doc:"the ID of the stop; ptvd stops SEARCH finds it" required:"true" min:"1"`
	RouteType        string         `yaml:"route_type" doc:"the kind of service" oneof:"train tram bus vline night"`
	Routes           []int          `yaml:"routes" doc:"only the routes with these IDs; none: all routes" min:"1"`
	Directions       []int          `yaml:"directions" doc:"only the directions with these IDs; none: all directions" min:"0"`
	Platforms        []Platform     `yaml:"platforms" doc:"only these platforms, and no departures whose platform is not known; none: all platforms"`
	Walk             time.Duration  `yaml:"walk" doc:"the time from the door to the platform; what leaves sooner cannot be caught" min:"0s" max:"2h"`
	Count            int            `yaml:"count" doc:"how many departures to keep, in addition to those within the walk" min:"1" max:"30"`
	IncludeCancelled bool           `yaml:"include_cancelled" doc:"keep cancelled services, which are shown as cancelled"`
	Share            bool           `yaml:"share" doc:"publish the departures for other boards, too: the topic shared, which an instance of mqtt passes on to their remote"`
	OnDemand         bool           `yaml:"on_demand" doc:"fetch departures only when an instance of remote asks for them, which hears of none from other boards"`
	BaseURL          string         `yaml:"base_url" doc:"the address of the API"`
	ID               plugins.Secret `yaml:"id" doc:"the developer id from PTV" required:"true"`
	Key              plugins.Secret `yaml:"key" doc:"the key that belongs to the id" required:"true"`
}

var defaults = Config{
	Every:            30 * time.Second,
	RouteType:        "train",
	Count:            10,
	IncludeCancelled: true,
	BaseURL:          "https://timetableapi.ptv.vic.gov.au",
}

// Platform is the name of a platform in the API: 1, or 15A.
type Platform string

// UnmarshalText reads up to 8 letters and digits.
func (p *Platform) UnmarshalText(text []byte) error {
	if len(text) == 0 || len(text) > 8 || strings.ContainsFunc(string(text), notInPlatform) {
		return errors.New("a platform has up to 8 letters and digits, such as 2 or 15A")
	}
	*p = Platform(text)
	return nil
}

func notInPlatform(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// Topics returns the topic for other boards, if there is one.
func (c Config) Topics() plugins.TopicList { return sources.SharedTopics(c.Share) }

// Validate checks what the tags cannot express.
func (c Config) Validate() error {
	if _, err := sources.ParseBase(c.BaseURL, defaults.BaseURL); err != nil {
		return plugins.OptionErrorf("base_url", "%w", err)
	}
	return nil
}

// Client returns a client with the configured address and credentials, for the program
// that is named.
func (c Config) Client(via http.RoundTripper, agent string) Client {
	return Client{BaseURL: c.BaseURL, ID: c.ID, Key: c.Key, Agent: agent, HTTP: via}
}

// routeTypes are the names of the API's route types, in the order of their numbers.
var routeTypes = []string{"train", "tram", "bus", "vline", "night"}

// modes are the words of people for them.
var modes = map[string]string{"train": "train", "tram": "tram", "bus": "bus", "vline": "train", "night": "bus"}

// melbourne is the zone of the stops.
var melbourne, _ = time.LoadLocation("Australia/Melbourne")

func routeType(name string) int { return slices.Index(routeTypes, name) }
