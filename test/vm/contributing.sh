#!/usr/bin/env bash
# contributing.sh OUT
#
# Follows CONTRIBUTING.md in an empty folder, with the sources in ptvd beside it, up to the
# package of the daemon with the plugin that it makes there. The scenario goes on in the guest.
set -euo pipefail
out=$(cd "$1" && pwd)
sources=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/ptvd"
tar -C "$sources" -c --exclude=./.git --exclude=./bin . | tar -C "$folder/ptvd" -x
awk -v marks='sh new|sh package' -f "$sources/docs/follow.awk" "$sources/CONTRIBUTING.md" >"$folder/script"
(cd "$folder" && sh -ex script) >"$out/contributing.log" 2>&1 || { tail -n 30 "$out/contributing.log" >&2; exit 1; }
rm -rf "$out/doorbell"
mkdir -p "$out/doorbell/bin"
cp "$folder"/ptvd/bin/ptvd_*.deb "$out/doorbell/bin/"
