# What the lane's scripts share; sourced by them.
# shellcheck shell=bash disable=SC2034
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${PTVD_PI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ptvd-pi}
root=$cache/root

# Exit status of a script that finds that the lane cannot run on this machine.
cannot=77

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }
skip() { echo "$*"; exit "$cannot"; }
