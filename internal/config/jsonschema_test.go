package config_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ptvd/internal/config"
	"ptvd/internal/config/schematest"
	"ptvd/internal/host"
)

func TestTheSchemaAcceptsTextsThatYAMLReadsAsNumbers(t *testing.T) {
	for name, text := range map[string]string{
		"a platform":                    "plugins: {l: {plugin: lever, platforms: [1, 15A], output: 2.8}}",
		"a platform alone":              "plugins: {l: {plugin: lever, platforms: 1, output: cie}}",
		"a choice of numbers":           "plugins: {l: {plugin: lever, hours: 24}}",
		"a choice of numbers in quotes": "plugins: {l: {plugin: lever, hours: '12'}}",
		"a name of a credential":        "plugins: {t: {plugin: trains, stop: 1, id: {credential: 7}, key: 7}}",
		"an instance":                   "plugins: {p: {plugin: panel, device: null_device, pages: clock, weather: 7}, 7: {plugin: ticker}}",
		"a text":                        "plugins: {p: {plugin: panel, device: null_device, pages: {message: 7}, names: {7: true}}}",
	} {
		t.Run(name, func(t *testing.T) {
			parse(t, text)
			if err := schematest.Validate(t, text); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheSchemaAcceptsTextsThatYAML11ReadsAsSomethingElse(t *testing.T) {
	schema, err := schematest.Whole()
	if err != nil {
		t.Fatal(err)
	}
	lever := map[string]any{"plugin": "lever", "at_stop": false} // off
	panel := map[string]any{"plugin": "panel", "device": "null_device", "pages": "clock", "wake": 22*60 + 30}
	if err := schema.Validate(map[string]any{"plugins": map[string]any{"l": lever, "p": panel}}); err != nil {
		t.Error(err)
	}
	lever["at_stop"] = true
	if err := schema.Validate(map[string]any{"plugins": map[string]any{"l": lever}}); err == nil {
		t.Error("on is no choice")
	}
}

func TestTheSchemaRefusesWhatParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown option":          "bord: sim\nplugins: {n: {plugin: ticker}}",
		"an unknown option of one":   "plugins: {n: {plugin: ticker, every: 1s}}",
		"an unknown plugin":          "plugins: {n: {plugin: tickr}}",
		"no plugin":                  "plugins: {n: {}}",
		"no instance":                "plugins: {}",
		"a word that is not allowed": "plugins: {t: {plugin: trains, stop: 1, mode: car}}",
		"a choice that there is not": "plugins: {l: {plugin: lever, hours: 36}}",
		"a duration without a unit":  "plugins: {t: {plugin: trains, stop: 1, every: 30}}",
		"a part without its sign":    "plugins: {p: {plugin: panel, device: null_device, pages: clock, brightness: 40}}",
		"what is required":           "plugins: {t: {plugin: trains}}",
		"a number in quotes":         "plugins: {t: {plugin: trains, stop: '1'}}",
		"a number out of range":      "plugins: {t: {plugin: trains, stop: 0}}",
		"two choices":                "plugins: {p: {plugin: panel, device: {null_device: {}, max7219: {spi: SPI0.0}}, pages: clock}}",
		"a line by its offset":       "plugins: {b: {plugin: bell, pin: gpiochip0/17}}",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := config.Parse("f", []byte(text), 0o600); err == nil {
				t.Error("there is nothing wrong with it")
			}
			if err := schematest.Validate(t, text); err == nil {
				t.Error("the schema finds nothing wrong with it")
			}
		})
	}
}

func TestEveryDefaultOfTheSchemaIsOfItsSchema(t *testing.T) {
	var whole struct {
		Defs map[string]struct {
			Properties map[string]struct{ Default any }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(config.JSONSchema(), &whole); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for plugin, definition := range whole.Defs {
		for option, property := range definition.Properties {
			if property.Default == nil {
				continue
			}
			seen++
			schema, err := schematest.Compile(config.JSONSchema(), "/$defs/"+plugin+"/properties/"+option)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(property.Default); err != nil {
				t.Errorf("%s.%s: %v", plugin, option, err)
			}
		}
	}
	if seen < 8 {
		t.Errorf("only %d defaults", seen)
	}
}

func TestTheSchemaHasEveryOptionAndNoDanglingReference(t *testing.T) {
	text := config.JSONSchema()
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	definitions := schema["$defs"].(map[string]any)
	for _, plugin := range host.All() {
		definition, ok := definitions[plugin.Name].(map[string]any)
		if !ok {
			t.Fatalf("%s is missing", plugin.Name)
		}
		properties := definition["properties"].(map[string]any)
		for _, option := range append(config.Describe(plugin), config.Option{Name: "plugin"}, config.Option{Name: "on_error"}) {
			if properties[option.Name] == nil {
				t.Errorf("%s.%s is missing", plugin.Name, option.Name)
			}
		}
	}
	for _, part := range strings.Split(string(text), `"$ref": "#/$defs/`)[1:] {
		if name, _, _ := strings.Cut(part, `"`); definitions[name] == nil {
			t.Errorf("%s is referred to and not defined", name)
		}
	}
}
