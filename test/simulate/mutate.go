package simulate

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
)

// oddities are what stands in the place of a value that should be something else.
// None of them is a moment in time.
var oddities = []any{
	nil, true, false, 0, -1, 1e300, 0.5, "", "null", "12:30", "2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z",
	"\u202e\x00\x1b[31m",
	[]any{},
	[]any{nil, []any{[]any{}}},
	map[string]any{},
	map[string]any{"a": map[string]any{"": nil}},
}

// mutate returns a reply in which some values are not of the type that they should
// be: now a few, now most of them.
func mutate(reply []byte, dice *rand.Rand) []byte {
	var root any
	if json.Unmarshal(reply, &root) != nil {
		return reply
	}
	often := []float64{0.01, 0.1, 0.5}[dice.IntN(3)]
	var spoil func(value any) any
	spoil = func(value any) any {
		if dice.Float64() < often/4 {
			return oddities[dice.IntN(len(oddities))]
		}
		switch value := value.(type) {
		case []any:
			for i := range value {
				value[i] = spoil(value[i])
			}
		case map[string]any:
			for _, key := range sortedKeys(value) {
				value[key] = spoil(value[key])
			}
		default:
			if dice.Float64() < often {
				return oddities[dice.IntN(len(oddities))]
			}
		}
		return value
	}
	spoiled, err := json.Marshal(spoil(root))
	if err != nil {
		return reply
	}
	return spoiled
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
