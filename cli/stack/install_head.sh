#!/usr/bin/env bash
# Loads what is in this folder into a cluster: lifecycle, pipelines, templates, and, with PICKET_KIBANA_URL,
# dashboards. It was written by `picket stack render`, needs bash and curl, and may be run again.
#
#	PICKET_URL=https://lab:9200 PICKET_CA=ca.crt PICKET_NETRC=lab.netrc ./install.sh
#
#	PICKET_URL                  where Elasticsearch or OpenSearch answers
#	PICKET_KIBANA_URL           where Kibana or OpenSearch Dashboards answers; without it no dashboards
#	PICKET_CA                   certificates (PEM) to check servers with, instead of the system's
#	PICKET_NETRC                file of lines: machine HOST login NAME password SECRET
#	PICKET_USER, PICKET_PASSWORD, or PICKET_API_KEY   instead of PICKET_NETRC
#	PICKET_FORCE=1              writes over what has our names and is not picket's
set -euo pipefail
cd -- "$(dirname -- "$(realpath -- "$0")")"
: "${PICKET_URL:?set it to the URL of the cluster}"

options=(-sS --proto '=http,https')
[[ -z ${PICKET_CA-} ]] || options+=(--cacert "$PICKET_CA")
[[ -z ${PICKET_NETRC-} ]] || options+=(--netrc-file "$PICKET_NETRC")
answer='' status=''

die() {
	echo "install.sh: $*" >&2
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

# Writes the asset; $3 is what follows the path.
write() {
	ask PUT "$PICKET_URL$1${3-}" -H 'Content-Type: application/json' --data-binary "@$2"
	[[ $status == 20[01] ]] || die "$1 is refused with status $status: $answer"
	echo "written  $1"
}

# put PATH FILE: an asset that has picket's mark.
put() {
	ask GET "$PICKET_URL$1"
	if [[ $status == 200 && ${PICKET_FORCE-} != 1 ]]; then
		is_ours || die "$1 is there and not picket's; to write over it, set PICKET_FORCE=1"
	fi
	write "$1" "$2"
}

# put_policy PATH FILE: ISM takes a new policy only with the number of the one that is there.
put_policy() {
	local number='' term=''
	ask GET "$PICKET_URL$1"
	if [[ $status == 200 ]]; then
		is_ours || [[ ${PICKET_FORCE-} == 1 ]] ||
			die "$1 is there and not picket's; to write over it, set PICKET_FORCE=1"
		[[ $answer =~ \"_seq_no\"\ *:\ *([0-9]+) ]] && number=${BASH_REMATCH[1]}
		[[ $answer =~ \"_primary_term\"\ *:\ *([0-9]+) ]] && term=${BASH_REMATCH[1]}
		write "$1" "$2" "?if_seq_no=$number&if_primary_term=$term"
	else
		write "$1" "$2"
	fi
}

# put_unmarked PATH FILE: an asset that has no place for a mark.
put_unmarked() {
	write "$1" "$2"
}

# put_once PATH FILE: what is yours as soon as it is there.
put_once() {
	ask GET "$PICKET_URL$1"
	[[ $status == 404 ]] || return 0
	write "$1" "$2"
}

# put_index PATH FILE ALIAS: the first index behind an alias.
put_index() {
	ask GET "$PICKET_URL/_alias/$3"
	[[ $status == 404 ]] || return 0
	write "$1" "$2"
}

# import FILE HEADER: dashboards. The status is 200 even if some of them were refused.
import() {
	[[ -n ${PICKET_KIBANA_URL-} ]] || return 0
	ask POST "$PICKET_KIBANA_URL/api/saved_objects/_import?overwrite=true" -H "$2" \
		-F "file=@$1;filename=picket.ndjson"
	[[ $status == 200 && $answer =~ \"success\"\ *:\ *true ]] ||
		die "$1 is refused with status $status: $answer"
	echo "imported $1"
}

