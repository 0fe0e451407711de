#!/usr/bin/env bash
# Removes from a cluster what install.sh of this folder has loaded: what carries picket's mark and nothing
# else. It was written by `picket stack render`, needs bash and curl, and removes no events.
#
#	PICKET_URL=https://lab:9200 PICKET_CA=ca.crt PICKET_NETRC=lab.netrc ./remove.sh
#
# The variables are those of install.sh.
set -euo pipefail
cd -- "$(dirname -- "$(realpath -- "$0")")"
: "${PICKET_URL:?set it to the URL of the cluster}"

options=(-sS --proto '=http,https')
[[ -z ${PICKET_CA-} ]] || options+=(--cacert "$PICKET_CA")
[[ -z ${PICKET_NETRC-} ]] || options+=(--netrc-file "$PICKET_NETRC")
answer='' status=''

die() {
	echo "remove.sh: $*" >&2
	exit 1
}

# Who we are, as lines for curl -K: arguments can be seen by everybody on this machine.
login() {
	local text
	if [[ -n ${PICKET_API_KEY-} ]]; then
		printf 'header = "Authorization: ApiKey %s"\n' "$PICKET_API_KEY"
	elif [[ -n ${PICKET_USER-} ]]; then
		text=$PICKET_USER:${PICKET_PASSWORD-}
		text=${text//\\/\\\\}
		printf 'user = "%s"\n' "${text//\"/\\\"}"
	fi
}

# ask METHOD URL [OPTION...]: sets answer and status.
ask() {
	local method=$1 url=$2
	shift 2
	answer=$(curl "${options[@]}" -K <(login) -X "$method" -w '\n%{http_code}' "$@" -- "$url") ||
		die "no answer from ${url%%\?*}"
	status=${answer##*$'\n'}
	answer=${answer%$'\n'*}
}

# Is the answer something of picket's? Its mark is in `_meta` or at the end of a description.
is_ours() {
	[[ $answer =~ \"managed_by\"\ *:\ *\"picket\"|\[picket\ [^]]*\ sha256: ]]
}

# need_no_stream NAME: a data stream cannot be without its templates.
need_no_stream() {
	ask GET "$PICKET_URL/_data_stream/$1"
	[[ $status != 200 ]] ||
		die "events are in $1, which needs the templates: first DELETE /_data_stream/$1"
}

# Removes the asset that `answer` shows.
remove_path() {
	ask DELETE "$PICKET_URL$1"
	case $status in
	200) echo "removed  $1" ;;
	404) ;;
	*) echo "left     $1, status $status: $answer" ;;
	esac
}

# remove PATH: an asset that has picket's mark.
remove() {
	ask GET "$PICKET_URL$1"
	[[ $status == 200 ]] || return 0
	if is_ours; then
		remove_path "$1"
	else
		echo "left     $1: it is not picket's"
	fi
}

# remove_unmarked PATH: an asset that has no place for a mark.
remove_unmarked() {
	remove_path "$1"
}

# remove_object HEADER TYPE ID: a saved object.
remove_object() {
	[[ -n ${PICKET_KIBANA_URL-} ]] || return 0
	ask DELETE "$PICKET_KIBANA_URL/api/saved_objects/$2/$3" -H "$1"
	[[ $status == 200 || $status == 404 ]] || echo "left     $2 $3, status $status: $answer"
}

