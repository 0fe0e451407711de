# shellcheck shell=bash disable=SC2154
# Libraries that are opened when they are needed (base/library.h), and cannot be: empty files of their
# names are found first. What needs one is refused and says which; all else works. Sourced by run.sh.

mkdir broken
for name in libhs.so.5 libevtx.so.1 libarchive.so.13 libcurl.so.4; do
	: >"broken/$name"
done

# without LIBRARY STATUS CODE ARGUMENTS...: refused with status and code, and the library is named.
without() {
	local library=$1 wanted=$2 code=$3
	shift 3
	refused "$wanted" "$@"
	judge "$(grep -q "$code.*'$library.* is not installed" "$work/stderr" ||
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

accepted replay --matcher auto config.xml events.ndjson
cp "$work/stdout" with
export LD_LIBRARY_PATH=$PWD/broken
accepted replay --matcher auto config.xml events.ndjson
judge "$(cmp "$work/stdout" with 2>&1)" 'replay without Hyperscan'
without libevtx 3 PK1106 replay --strict config.xml events.evtx
without libarchive 1 PK1809 bundle add --bundles "$work/made/bundles" sensor.zip
without libcurl 3 PK2300 stack plan --url http://127.0.0.1:9
accepted stack render --flavor os2 -o "$work/made/stack"
unset LD_LIBRARY_PATH
