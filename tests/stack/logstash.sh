#!/usr/bin/env bash
# logstash.sh PROBE: picket's files for Logstash. Two parsers of others read the configuration of every flavour;
# Ruby runs monster.rb with a stand-in for Logstash's events: its own tests, and samples of every event of both
# generations and odd records, which must come out as the decoder of `picket listen` makes them. PROBE is
# monster_probe. Status 77: packages are missing.
set -u
export LC_ALL=C.UTF-8
probe=$(realpath -- "${1:?usage: logstash.sh PROBE}")
here=$(dirname -- "$(realpath -- "$0")")
cache=${PICKET_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/picket-tests}/logstash-parsers
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
wrong=0

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# The parsers, in a place of their own that is made once.
get_parsers() {
	local made
	mkdir -p -- "${cache%/*}" || return
	(
		flock 9
		[[ -x $cache/bin/python3 && -e $cache/complete ]] && exit 0
		rm -rf -- "$cache"
		made=$(python3 -m venv "$cache" 2>&1) &&
			made=$("$cache/bin/python3" -m pip install --quiet --disable-pip-version-check \
				logstash-pipeline-parser==0.0.3 lscl==0.5 2>&1) &&
			touch "$cache/complete" && exit 0
		printf '%s\n' "$made" | tail -n 3
		exit 1
	) 9>"$cache.lock"
}

# parse FILE: both parsers take it, and find inputs, filters or outputs in it.
parse() {
	"$cache/bin/python3" - "$1" <<-'END'
		import sys
		from lscl.parser import parse_lscl
		from logstash_pipeline_parser import Pipeline
		text = open(sys.argv[1], encoding="utf-8").read()
		assert len(parse_lscl(text)) > 0
		assert len(Pipeline(text).parse()) > 0
	END
}

# No secret may be in a configuration, only the name of one.
refuse_secrets() {
	grep -E '(api_key|password|user) =>' "$1" | grep -vE '=> "\$\{PICKET_[A-Z_]+\}"$' &&
		complain "$1: a secret"
}

try_flavours() {
	local flavour name
	for flavour in es6 es7 es7.9 es7.10-oss es8 es9 os1 os2 os3; do
		for name in 02-input-monster 03-input-beats 50-filter-monster 90-output-picket; do
			"$probe" logstash "$name.conf" "$flavour" >"$work/$name.conf" ||
				complain "$flavour has no $name.conf"
			parse "$work/$name.conf" 2>"$work/said" ||
				complain "$flavour, $name.conf: $(tail -n 3 "$work/said")"
			refuse_secrets "$work/$name.conf"
		done
	done
}

# run_ruby FILE [2017]: the filter makes what the decoder makes of the records in FILE.
run_ruby() {
	"$probe" logstash monster.rb es9 "${@:2}" >"$work/monster.rb"
	ruby "$here/logstash_standin.rb" "$work/monster.rb" <"$1" >"$work/documents" ||
		complain "monster.rb fails with ${1##*/}"
	"$probe" check-lines "${@:2}" "$1" "$work/documents" >"$work/said" ||
		complain "$(head -n 20 "$work/said")"
	echo "${1##*/} ${2-}: $(tail -n 1 "$work/said")"
}

for tool in ruby python3; do
	command -v "$tool" >/dev/null && continue
	echo "package that is missing: $tool"
	exit 77
done
"$probe" samples 4 >"$work/samples"
"$probe" logstash monster.rb es9 >"$work/monster.rb"
ruby -wc "$work/monster.rb" >"$work/said" 2>&1 || complain "$(cat "$work/said")"
! grep -q warning "$work/said" || complain "$(cat "$work/said")"
ruby "$here/logstash_standin.rb" "$work/monster.rb" test || complain 'its own tests fail'
run_ruby "$work/samples"
run_ruby "$work/samples" 2017
run_ruby "$here/monster_odd.tsv"
if ! get_parsers; then
	echo 'the parsers of others cannot be had from the Python package index'
	((wrong == 0)) && exit 77
	exit 1
fi
try_flavours
echo "logstash: $wrong wrong"
((wrong == 0))
