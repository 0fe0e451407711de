# shellcheck shell=bash disable=SC2154
# Recorded events that are damaged, endless or not events at all. Sourced by run.sh.

cat >config.xml <<'END'
<Sysmon schemaversion="4.90"><EventFiltering>
<ProcessCreate onmatch="include"><Image condition="contains">x</Image></ProcessCreate>
</EventFiltering></Sysmon>
END

# The file $1 of events is passed over with a finding, and is an error with --strict.
refused_events() {
	run replay --format tsv config.xml "$1"
	judge "$(
		complaints
		((status == 0)) || echo "status $status instead of 0"
		grep -qE 'PK[0-9]{4}' "$work/stderr" || echo 'no diagnostic with a code'
	)" replay "$1"
	refused 1 replay --strict --format tsv config.xml "$1"
}

event='{"EventID":1,"EventData":{"Image":"x"}}'
printf '%s\n' "$event" >sound.ndjson
accepted replay config.xml sound.ndjson
accepted replay --summary config.xml sound.ndjson

{ printf '{"EventID":1,"EventData":{"Image":"'; bytes x 100000000; printf '"}}\n'; } >line-100mb.ndjson
refused_events line-100mb.ndjson
{ printf '{"EventID":1,"EventData":{"Image":"'; times '\\' 1000001; } >backslashes.ndjson
refused_events backslashes.ndjson
{ printf '{"EventID":1,"x":'; times '[' 500000; } >nested.ndjson
refused_events nested.ndjson
{ printf '{"EventID":1'; seq 1 60000 | sed 's/.*/,"k&":1/' | tr -d '\n'; printf '}\n'; } >members.ndjson
accepted replay --format tsv config.xml members.ndjson
{ printf '{"EventID":1'; times ',"a":1' 100000; printf '}\n'; } >duplicates.ndjson
refused_events duplicates.ndjson
times '1' 500000 | fold -w 1 >broken-500000.ndjson
refused_events broken-500000.ndjson
bytes '\n' 50000000 >lines.ndjson
accepted replay --format tsv config.xml lines.ndjson
bytes '\0' 10000000 >zeros.ndjson
refused_events zeros.ndjson
head -c 5000000 /dev/urandom | tr -d '\n<' >noise.ndjson
refused_events noise.ndjson
seq 1 200000 | sed 's/.*/{"EventID":5,"Computer":"h&"}/' >hosts.ndjson
accepted replay --summary --format json config.xml hosts.ndjson

xml='<Event><System><EventID>1</EventID></System><EventData></EventData></Event>'
printf '%s' "$xml" >sound.xml
accepted replay config.xml sound.xml
{ printf '<Event>'; bytes x 50000000; } >endless.xml
refused_events endless.xml
{ printf '<Events>'; times '<Event>' 100000; } >open.xml
refused_events open.xml
{ printf '<Event><System>'; times '<a>' 100000; printf '</Event>'; } >deep.xml
refused_events deep.xml
{ printf '<Event><EventData>'; times '<Data Name="a">b</Data>' 20000; printf '</EventData></Event>'; } >fields.xml
refused_events fields.xml
printf '<Event><!DOCTYPE a></Event>' >inner-doctype.xml
refused_events inner-doctype.xml
times '<Event></Event>' 20000 >empty.xml
refused_events empty.xml
{ printf '\377\376'; bytes '\330' 3000001; } >surrogates.ndjson
refused_events surrogates.ndjson

# Event log files: the head alone, and heads with nothing or noise behind them.
printf 'ElfFile\0' >short.evtx
refused 13 replay config.xml short.evtx
for size in 1000 70000 1000000; do
	for from in /dev/zero /dev/urandom; do
		{ printf 'ElfFile\0'; head -c "$size" "$from"; } >damaged.evtx
		run replay config.xml damaged.evtx
		judge "$(complaints)" replay damaged.evtx "$size" "$from"
	done
done
