#!/usr/bin/env bash
# Runs the scenarios in the guest, all in one boot: what "make test-vm" does.
#
#	RUN      a pattern of tests (default: all; for arm64 those of the files below)
#	ARCH     the guest's architecture: amd64 (default) or arm64
#	LIMIT    time limit in seconds, including the boot (3600); the guest has half an hour by its clock
#	DEB      the package to install, built by "make deb" if it is not given
#	VM_OUT   directory for the console, the journal and the binaries (bin/vm)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=prepare.sh
. "$(dirname "$0")/prepare.sh"
limit=${LIMIT:-3600}
prepare test-vm

if [ -z "${RUN-}" ] && [ "$arch" = arm64 ]; then
	RUN=$(cd "$here/scenario" && grep -ho '^func Test[A-Za-z]*' {press,turn,panel,lamp,stop,package}_test.go | sed 's/func //; s/$/$/' | paste -sd '|')
fi
rm -f "$out/first.deb"
upgrade=TestUpgradeFromTheFirstVersionKeepsEverythingRunning
if [[ $upgrade =~ ${RUN:-.} ]]; then
	why=$("$here/first.sh" "$out/first.deb") || {
		status=$?
		[ "$status" = "$cannot" ] || exit "$status"
		echo "SKIPPED: $upgrade: $why"
	}
fi
if [[ TestContributingIsFollowedToTheBoard =~ ${RUN:-.} ]]; then
	"$here/contributing.sh" "$out"
fi
export CGO_ENABLED=0 GOARCH=$arch
go build -o "$out/ptvd-hog" ./test/vm/ptvd
go test -c -tags vm -o "$out/scenario.test" ./test/vm/scenario

"$here/boot.sh" -t "$limit" "$out" env -C /src/test/vm/scenario \
	/out/scenario.test -test.v -test.run "${RUN:-.}" -test.timeout 30m
