# What the scripts of test/vm and test/pi share; sourced by their own common.sh.
# shellcheck shell=bash disable=SC2034

export PATH=$PATH:/usr/sbin:/sbin # a root by way of su lacks them

# Exit status of an image.sh that finds that its lane cannot run on this machine.
cannot=77

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }
skip() { echo "$*"; exit "$cannot"; }

# make_image TARGET: runs image.sh. If the target cannot run here, prints why and exits.
make_image() {
	local why status
	why=$("$here/image.sh") || {
		status=$?
		[ "$status" = "$cannot" ] || exit "$status"
		echo "SKIPPED: $1: $why"
		exit 0
	}
}

has() { [ -n "$(command -v "$1")" ]; }

# install_packages PACKAGE...
install_packages() {
	say "installing $*"
	apt-get update -qq >&2 || skip "apt reaches no mirror"
	apt-get install -y -qq --no-install-recommends "$@" >&2 || skip "missing, and apt cannot install them: $*"
}

# bootstrap DIRECTORY SUITE PACKAGES [OPTION...]: makes a minimal Debian with the packages.
bootstrap() {
	local mirror
	say "debootstrap"
	# The mirror from which apt itself gets Debian.
	# shellcheck disable=SC2016
	mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' | awk -v suite="$VERSION_CODENAME" '$1 == suite {print $2; exit}')
	debootstrap "${@:4}" --variant=minbase --include="$3" "$2" "$1" "$mirror" >"$cache/debootstrap.log" 2>&1 ||
		{ tail -n 20 "$cache/debootstrap.log" >&2; die "debootstrap failed"; }
}
