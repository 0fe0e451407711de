# shellcheck shell=bash
# What the scripts have in common that are called with PROBE SERVER: a program that knows picket's part, and
# a name of server.sh. To be sourced first; what it sets is only to be read, but for `wrong` and `index`.
#
# shellcheck disable=SC2034
set -u
export LC_ALL=C.UTF-8
probe=$(realpath -- "${1:?usage: ${0##*/} PROBE SERVER}")
server=${2:?usage: ${0##*/} PROBE SERVER}
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
# shellcheck source=tests/stack/server.sh
. "$here/server.sh"
work=$(mktemp -d)
trap 'server_stop; rm -rf -- "$work"' EXIT
wrong=0
index='' # that events go to: for the script to set

# What picket takes the server for, and the type of documents.
case $server in
opensearch2) stack=os2.19 type='' ;;
elasticsearch7) stack=es7.10-oss type='' ;;
elasticsearch6) stack=es6.8-oss type=doc ;;
*)
	echo "no server is called '$server'"
	exit 2
	;;
esac

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# ask METHOD PATH BODY [FILE]: what the server answers goes into FILE, else into $work/answer.
ask() {
	local answer=${4-$work/answer}
	server_ask "$1" "$2" "$3" >"$answer" || complain "$2: $(head -c 1000 "$answer")"
}

# bulk PATH: sends $work/bulk, of which nothing may be refused.
bulk() {
	ask POST "$1" "@$work/bulk"
	grep -q '"errors":false' "$work/answer" ||
		complain "refused: $(grep -o '"error":{.\{300\}' "$work/answer" | head -n 3)"
}

# number QUERY: how many of the documents in $index meet it.
number() {
	server_ask GET "$index/_count?q=$1" | sed -E 's/^\{"count":([0-9]+).*/\1/'
}

# Starts the server, with picket's assets on it. Status 77: packages are missing.
start() {
	local missing path body
	missing=$(server_missing "$server")
	if [[ -n $missing ]]; then
		echo "packages that are missing: $missing"
		exit 77
	fi
	server_start "$server" || exit 1
	"$probe" assets "$stack" >"$work/assets" || complain 'no assets'
	while IFS=$'\t' read -r path body; do
		printf '%s' "$body" >"$work/body"
		ask PUT "$path" "@$work/body"
	done <"$work/assets"
}

# Says how many things are wrong; fails if any is.
finish() {
	echo "$server: $wrong wrong"
	((wrong == 0))
}
