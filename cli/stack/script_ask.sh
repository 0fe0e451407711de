set -euo pipefail
cd -- "$(dirname -- "$(realpath -- "$0")")"
: "${PICKET_URL:?set it to the URL of the cluster}"

options=(-sS --proto '=http,https')
[[ -z ${PICKET_CA-} ]] || options+=(--cacert "$PICKET_CA")
[[ -z ${PICKET_NETRC-} ]] || options+=(--netrc-file "$PICKET_NETRC")
answer='' status=''

die() {
	echo "${0##*/}: $*" >&2
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
