#!/usr/bin/env bash
# first.sh OUT
#
# Builds the package of version 0.1.0 for ARCH (amd64), the first, from the history of the checkout,
# or takes the one that an earlier run has left in the cache.
#
# Exit status 77: the checkout has no such commit, as a shallow clone has not, and the only
# line of standard output says so.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

first=3936961d563561d7e80d8d30a294060d6c0c0b1f
package=$cache/ptvd-$first-$arch.deb
cd "$here/../.."
if [ ! -s "$package" ]; then
	git cat-file -e "$first^{commit}" 2>/dev/null || git fetch -q --depth 1 origin "$first" 2>/dev/null ||
		skip "the checkout has no commit ${first:0:8}; git fetch --unshallow"
	say "building ${first:0:8}"
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	git archive "$first" | tar -x -C "$work"
	mkdir -p "$cache"
	(
		cd "$work"
		export VERSION=0.1.0~first SOURCE_DATE_EPOCH=0 # lower than any version since
		export CGO_ENABLED=0 # as in run.sh, so that most is compiled once
		mkdir bin
		touch bin/ptvd-{amd64,arm64,armv6}
		GOARCH=$arch go build -buildvcs=false -ldflags "-s -w -X ptvd/internal/cli.Version=$VERSION" -o "bin/ptvd-$arch" ./cmd/ptvd
		go run ./internal/cli/pages bin
		deploy/deb/build
	) >&2
	mv "$work/bin/ptvd_0.1.0~first-1_$arch.deb" "$package"
fi
unpacked "$package" "$1"
