package host_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ptvd/internal/host"
)

func TestAStateFileIsFoundAgainAndMissingOneIsNoError(t *testing.T) {
	state := host.StorageDir(filepath.Join(t.TempDir(), "not", "made", "yet"))
	if data, err := state.Load("level"); data != nil || err != nil {
		t.Errorf("before it was saved: %q, %v", data, err)
	}
	if err := state.Save("level", []byte("40")); err != nil {
		t.Fatal(err)
	}
	if data, err := state.Load("level"); string(data) != "40" || err != nil {
		t.Errorf("after it was saved: %q, %v", data, err)
	}
}

func TestASaveThatFailsLeavesTheOldContents(t *testing.T) {
	dir := t.TempDir()
	state := host.StorageDir(dir)
	if err := state.Save("level", []byte("40")); err != nil {
		t.Fatal(err)
	}
	if err := state.Save("level/below", []byte("50")); err == nil {
		t.Error("a file was saved below a file")
	}
	if data, err := state.Load("level"); string(data) != "40" || err != nil {
		t.Errorf("afterwards: %q, %v", data, err)
	}
}

func TestAStateFileThatIsTooLargeIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "level"), bytes.Repeat([]byte("x"), 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := host.StorageDir(dir).Load("level"); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("it was answered with: %v", err)
	}
	if err := host.StorageDir(dir).Save("level", make([]byte, 64<<10+1)); err == nil || !strings.Contains(err.Error(), "65536 at most") {
		t.Errorf("its save was answered with: %v", err)
	}
}
