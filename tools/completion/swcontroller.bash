# SPDX-License-Identifier: BSD-3-Clause
# Completion of swcontroller for bash: options are those that its help tells.
_swcontroller()
{
	local word=${COMP_WORDS[COMP_CWORD]} methods='ptcp: pssl: punix: tcp: ssl: unix:' options
	COMPREPLY=()
	# bash cuts words at '=': behind it a file is named
	[[ $word == = || ${COMP_WORDS[COMP_CWORD - 1]} == = ]] && return
	case $word in
	-*)
		options=$("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n 's/^  \(-.,\|   \) \(--[a-z-]*=\{0,1\}\).*/\2/p')
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -W "$methods" -- "$word")
		;;
	esac
	case ${COMPREPLY[0]-} in *[=:]) compopt -o nospace 2>/dev/null ;; esac
}
complete -o default -F _swcontroller swcontroller
