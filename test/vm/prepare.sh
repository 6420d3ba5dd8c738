# Prepares a boot of the guest with the package; sourced.
# shellcheck shell=bash source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# prepare TARGET: makes the image, changes to the source tree, and puts the package into
# the directory $out. If the virtual machine cannot run here, prints why and exits.
prepare() {
	cd "$here/../.." || exit
	out=${VM_OUT:-bin/vm}
	make_image "$1"
	if [ -z "${DEB-}" ]; then
		make --no-print-directory deb
		DEB=$(ls bin/ptvd_*_"$arch".deb)
	fi
	mkdir -p "$out"
	unpacked "$DEB" "$out/ptvd.deb"
}
