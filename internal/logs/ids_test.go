package logs_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"ptvd/internal/logs"
)

func TestCatalogExplainsEveryMessageID(t *testing.T) {
	catalog, err := os.ReadFile("ptvd.catalog")
	if err != nil {
		t.Fatal(err)
	}
	var explained []string
	for _, match := range regexp.MustCompile(`(?m)^-- ([0-9a-f]{32})\nSubject: .+\nDefined-By: ptvd\n`).FindAllSubmatch(catalog, -1) {
		explained = append(explained, string(match[1]))
	}
	want := []string{string(logs.InstanceFailed), string(logs.InstanceDegraded), string(logs.LoopBlocked), string(logs.MachineStarved), string(logs.ReloadFailed), string(logs.PageDisabled), string(logs.StartFailed)}
	if !slices.Equal(explained, want) {
		t.Errorf("the catalog has %q, want %q", explained, want)
	}
}
