package simulate

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
)

// oddities replace values of a reply. None of them is a valid time.
var oddities = []any{
	nil, true, false, 0, -1, 1e300, 0.5, "", "null", "12:30", "2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z",
	"\u202e\x00\x1b[31m",
	[]any{},
	[]any{nil, []any{[]any{}}},
	map[string]any{},
	map[string]any{"a": map[string]any{"": nil}},
}

// mutate returns a reply in which some or most values are replaced by oddities.
func mutate(reply []byte, rng *rand.Rand) []byte {
	var root any
	if json.Unmarshal(reply, &root) != nil {
		return reply
	}
	probability := []float64{0.01, 0.1, 0.5}[rng.IntN(3)]
	var replace func(value any) any
	replace = func(value any) any {
		if rng.Float64() < probability/4 {
			return oddities[rng.IntN(len(oddities))]
		}
		switch value := value.(type) {
		case []any:
			for i := range value {
				value[i] = replace(value[i])
			}
		case map[string]any:
			for _, key := range sortedKeys(value) {
				value[key] = replace(value[key])
			}
		default:
			if rng.Float64() < probability {
				return oddities[rng.IntN(len(oddities))]
			}
		}
		return value
	}
	mutated, err := json.Marshal(replace(root))
	if err != nil {
		return reply
	}
	return mutated
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
