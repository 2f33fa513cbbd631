# SPDX-License-Identifier: BSD-3-Clause
# Completion of swctl for bash: asks swctl itself.
_swctl()
{
	local line=${COMP_LINE:0:COMP_POINT} word candidate IFS=$' \t\n'
	local -a words
	# Not COMP_WORDS: those are cut at ':' and '='.
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	word=${words[-1]}
	local cut=${word%"${word##*[:=]}"}
	COMPREPLY=()
	while IFS= read -r candidate; do
		candidate=${candidate%%$'\t'*}
		[[ $candidate == *[=:] ]] && compopt -o nospace 2>/dev/null
		COMPREPLY+=("${candidate#"$cut"}")
	done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _swctl swctl
