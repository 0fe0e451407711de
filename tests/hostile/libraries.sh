# shellcheck shell=bash disable=SC2154
# Libraries that are opened when they are needed (base/library.h), and cannot be: empty files of their
# names are found first. What needs one is refused and says which; all else works. Sourced by run.sh.

mkdir broken
# What libgit2 is called has its version in it.
for name in libhs.so.5 libevtx.so.1 libarchive.so.13 libcurl.so.4 libgit2.so.1.{0..19}; do
	: >"broken/$name"
done

# without LIBRARY STATUS CODE ARGUMENTS...: refused with status and code, and the library is named.
without() {
	local library=$1 wanted=$2 code=$3
	shift 3
	refused "$wanted" "$@"
	judge "$(grep -q "$code.*'$library.* is not installed" "$work/stdout" "$work/stderr" ||
		echo "does not name $library with $code")" "$@"
}

cat >config.xml <<'END'
<Sysmon schemaversion="4.90"><EventFiltering>
<ProcessCreate onmatch="include"><Image condition="contains">x</Image></ProcessCreate>
</EventFiltering></Sysmon>
END
for ((i = 0; i < 500; i++)); do
	printf '{"EventID":1,"EventData":{"Image":"%s"}}\n' "$i$((i % 3))x"
done >events.ndjson
printf 'ElfFile\0%4000s' '' >events.evtx
printf 'PK\003\004%400s' '' >sensor.zip
cat >site.yaml <<'END'
picket: 1
ruleset: {id: site, version: 1.0.0, title: Site}
collect: {ProcessTerminate: all}
END
commit=$(
	unset "${!GIT_@}"
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
	git init -q -b main && git add site.yaml &&
		git -c user.name=Ann -c user.email=ann@example.com commit -q -m one &&
		git rev-parse HEAD
)

accepted replay --matcher auto config.xml events.ndjson
cp "$work/stdout" with
accepted compile site.yaml
sed "s/$commit/uncommitted/" "$work/stdout" >stamped
judge "$(! cmp -s "$work/stdout" stamped || echo "does not name $commit")" compile site.yaml
export LD_LIBRARY_PATH=$PWD/broken
accepted replay --matcher auto config.xml events.ndjson
judge "$(cmp "$work/stdout" with 2>&1)" 'replay without Hyperscan'
without libevtx 3 PK1106 replay --strict config.xml events.evtx
without libarchive 1 PK1809 bundle add --bundles "$work/made/bundles" sensor.zip
without libcurl 3 PK2300 stack plan --url http://127.0.0.1:9
without libgit2 3 PK1202 compile --rev HEAD site.yaml
without libgit2 3 PK1202 validate HEAD:site.yaml
without libgit2 3 PK1202 validate --base HEAD site.yaml
without libgit2 3 PK1202 verify --base HEAD
accepted compile site.yaml
judge "$(cmp "$work/stdout" stamped 2>&1)" 'compile without libgit2'
accepted validate site.yaml
: >broken/libxml2.so.2
without libxml2 3 PK0001 validate config.xml
accepted stack render --flavor os2 -o "$work/made/stack"
unset LD_LIBRARY_PATH
