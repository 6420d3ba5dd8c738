//go:build vm

package scenario

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

// workstation is the folder in which contributing.sh has built the packages, in bin.
const workstation = "/out/doorbell"

// asABoard makes the guest the workstation and the board in one: ssh changes to the home of
// the board's user, which is root's, and an editor adds the line that the document asks for.
const asABoard = `set -eux
export HOME=$(mktemp -d) DEBIAN_FRONTEND=noninteractive
scp() { cp "$1" "$HOME"; }
ssh() { cd "$HOME"; }
sudo() { "$@"; }
sudoedit() { sed -i "s|^plugins:|&\n  $LINE|" "$1"; }
`

func TestContributingIsFollowedToTheBoard(t *testing.T) {
	g := begin(t)
	t.Cleanup(func() { install(g, packageFile) }) // for the tests that follow
	document := g.read("../../../CONTRIBUTING.md")
	block := regexp.MustCompile("(?ms)^```sh board\n(.*?)^```$").FindStringSubmatch(document)
	line := regexp.MustCompile("(?s)Add\\s+`([^`]+)`").FindStringSubmatch(document)
	if block == nil || line == nil {
		t.Fatal("the document has no commands for the board, or no line for its configuration")
	}
	g.configure("http: {listen: 127.0.0.1:8337, remote_control: true}\n" + g.uptv())
	g.start()
	commands := strings.ReplaceAll(block[1], "arm64", strings.TrimSpace(g.run("dpkg", "--print-architecture")))
	run := exec.Command("sh", "-c", asABoard+commands)
	run.Dir, run.Env = workstation, append(os.Environ(), "LINE="+line[1])
	if output, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if output := g.run("ptvd", "version"); !strings.Contains(output, "0.1.0+home1") || !strings.Contains(output, "example.org/doorbell (local)") {
		t.Errorf("ptvd version prints\n%s", output)
	}
	g.allOK()
	g.drain()
	ring := strings.NewReader(`{"do": "call", "action": "ding.ring"}`)
	if reply, err := http.Post("http://127.0.0.1:8337/api/do", "application/json", ring); err != nil || reply.StatusCode != http.StatusNoContent {
		t.Fatalf("the call is answered by %v, %v", reply, err)
	}
	for _, want := range []wires.Level{wires.High, wires.Low} {
		g.eventually("the line of the lamp is "+want.String(), 20*time.Second, func() bool {
			return slices.ContainsFunc(g.drain(), func(e wires.Event) bool {
				output, is := e.(wires.Output)
				return is && output.Line == 22 && output.Level == want
			})
		})
	}
}
