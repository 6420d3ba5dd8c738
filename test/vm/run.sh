#!/usr/bin/env bash
# Runs the scenarios in the guest, all in one boot: what "make test-vm" does.
#
#	RUN      a pattern of tests (default: all)
#	LIMIT    time limit in seconds, including the boot (3600); the guest has half an hour by its clock
#	DEB      the package to install, built by "make deb" if it is not given
#	VM_OUT   directory for the console, the journal and the binaries (bin/vm)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=prepare.sh
. "$(dirname "$0")/prepare.sh"
limit=${LIMIT:-3600}
prepare test-vm

rm -f "$out/first.deb"
why=$("$here/first.sh" "$out/first.deb") || {
	status=$?
	[ "$status" = "$cannot" ] || exit "$status"
	echo "SKIPPED: TestUpgradeFromTheFirstVersionKeepsEverythingRunning: $why"
}
if [[ TestContributingIsFollowedToTheBoard =~ ${RUN:-.} ]]; then
	"$here/contributing.sh" "$out"
fi
CGO_ENABLED=0 go build -trimpath -o "$out/ptvd-hog" ./test/vm/ptvd
CGO_ENABLED=0 go test -c -tags vm -o "$out/scenario.test" ./test/vm/scenario

"$here/boot.sh" -t "$limit" "$out" env -C /src/test/vm/scenario \
	/out/scenario.test -test.v -test.run "${RUN:-.}" -test.timeout 30m
