# SPDX-License-Identifier: BSD-3-Clause
# Shared by tools/test and tools/quickstart: packages, builds, words on the terminal.
# The caller has set `root` to the top of the source tree and `log` to a file for what is not shown.

say() { printf '%s\n' "$*"; }

# A step that is silent when it works; its output goes to the log and is shown when it fails.
quietly() {
	local from status=0
	from=$(stat -c %s "$log" 2>/dev/null || echo 0)
	"$@" >>"$log" 2>&1 </dev/null || status=$?
	if [ $status -ne 0 ]; then
		tail -c +$((from + 1)) "$log" | tail -n 40 >&2
		say "failed: $* (exit $status; all of it is in $log)" >&2
	fi
	return $status
}

# packages_of SET...: the names in tools/dev/packages.
packages_of() {
	local set
	for set; do
		awk -v set="$set" '$1 == set { print $2 }' "$root/tools/dev/packages"
	done
}

# packages_missing NAME...: those that are not installed.
packages_missing() {
	local name
	for name; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
	done
}

# Lists that apt has, once a run; they are needed before anything can be found or downloaded.
apt_updated=
apt_update() {
	[ -n "$apt_updated" ] && return 0
	quietly apt-get -o DPkg::Lock::Timeout=120 update || return 1
	apt_updated=yes
}

# packages_need SET...: install what is missing of these sets; nothing is asked, nothing is upgraded.
packages_need() {
	local missing
	# shellcheck disable=SC2046  # package names hold no spaces
	missing=$(packages_missing $(packages_of "$@"))
	[ -z "$missing" ] && return 0
	if [ "$(id -u)" != 0 ]; then
		say "these packages are missing and only root can install them: "$missing >&2
		return 1
	fi
	say "installing: "$missing
	apt_update || return 1
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive quietly apt-get -o DPkg::Lock::Timeout=120 install -y \
		--no-install-recommends $missing
}

# package_unpack NAME DIR: what a package holds, below DIR; nothing is installed, so nothing of it starts.
package_unpack() {
	apt_update || return 1
	mkdir -p "$2" || return 1
	(cd "$2" && quietly apt-get -o APT::Sandbox::User=root download "$1") || return 1
	dpkg -x "$2/$1"_*.deb "$2" || return 1
	rm "$2/$1"_*.deb
}

# Run as the owner of the tree, so that a build started by root leaves no files its owner cannot remove.
as_owner() {
	local uid gid
	uid=$(stat -c %u "$root")
	gid=$(stat -c %g "$root")
	if [ "$(id -u)" = 0 ] && [ "$uid" != 0 ]; then
		setpriv --reuid "$uid" --regid "$gid" --clear-groups \
			env HOME="$(getent passwd "$uid" | cut -d: -f6)" "$@"
	else
		"$@"
	fi
}

# build_in DIR [MESON OPTION]...: configure once, or again when the options changed, and compile all, or
# the targets of $targets.
build_in() {
	local dir=$1 options
	shift
	options="$*"
	if [ -f "$dir/build.ninja" ] && [ "$(cat "$dir/.options" 2>/dev/null)" != "$options" ]; then
		quietly as_owner meson setup --reconfigure "$@" "$dir" "$root" || return 1
	elif [ ! -f "$dir/build.ninja" ]; then
		quietly as_owner meson setup "$@" "$dir" "$root" || return 1
	fi
	printf '%s\n' "$options" >"$dir/.options" || return 1
	# shellcheck disable=SC2086
	quietly as_owner ninja -C "$dir" ${targets:-}
}
