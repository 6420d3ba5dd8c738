# What the lane's scripts share; sourced by them.
# shellcheck shell=bash source-path=SCRIPTDIR source=../common.sh disable=SC2034
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../common.sh"
cache=${PTVD_PI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ptvd-pi}
root=$cache/root
