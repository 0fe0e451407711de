#!/usr/bin/env bash
# Which room may include which, and where foreign libraries may be met (docs/layers.md).
. "$(dirname -- "$0")/common.sh"

# A room and what it may include besides itself.
declare -A allowed=(
	[base]=''
	[mitre]='base'
	[rulesets]='mitre base'
	[generators]='rulesets mitre base'
	[fleet]='base'
	[templates]='mitre base'
	[cli]='templates fleet generators rulesets mitre base'
)

# The only files that may include the headers of a library; a pattern.
declare -A owner=(
	[libxml]=base/xml_library.h
	[yaml.h]=base/yaml.c
	[yajl]=base/json.c
	[libevtx.h]=base/evtx.c
	[git2.h]='base/git*'
	[git2]='base/git*'
	[nettle]=base/digest.c
	[zlib.h]=base/pack.c
	[hs]=generators/engine/matcher.c
	[libssh2.h]='fleet/transport/ssh*'
	[libssh2_sftp.h]='fleet/transport/ssh*'
	[sqlite3.h]='fleet/store/store*'
	[archive.h]='fleet/bundle/archive.c'
	[archive_entry.h]='fleet/bundle/archive.c'
	[curl]='templates/http/*'
	[openssl]='templates/@(http/*|lab/certs.c)'
	[ares.h]=fleet/transport/resolve.c
)

# "file:include" of all files of the rooms; quoted and angled ones.
includes() {
	grep -HoE "^#[[:space:]]*include[[:space:]]+$1" "${files[@]}" |
		sed -E 's/#[[:space:]]*include[[:space:]]+.//; s/[">]$//'
}

mapfile -t files < <(find "${!allowed[@]}" -name '*.[chS]' -o -name '*.def')

while IFS=: read -r file header; do
	room=${file%%/*}
	target=${header%%/*}
	[[ $header == "$target" && $file == *.S ]] && continue # made by the build
	if [[ ! -e $header ]]; then
		complain "$file: \"$header\" is no path from the top of the tree"
	elif [[ $target != "$room" && " ${allowed[$room]} " != *" $target "* ]]; then
		complain "$file: $room may not include $target ($header)"
	fi
done < <(includes '"[^"]*"')

while IFS=: read -r file header; do
	library=${header%%/*}
	if [[ -n ${owner[$library]-} && $file != ${owner[$library]} ]]; then
		complain "$file: <$header> may only be included by ${owner[$library]}"
	fi
done < <(includes '<[^>]*>')

finish "${#files[@]}"
