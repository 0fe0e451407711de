#!/usr/bin/env bash
# meaning.sh PICKET [--quick]: what replaying and comparing cost, on input that this script makes.
# README.md says how to read the figures.
# shellcheck source=tests/bench/common.sh
. "$(dirname -- "$(realpath -- "$0")")/common.sh"

# $1 recorded events of the kinds that fill a log, about 600 bytes each; one in twenty is suspicious.
make_events() {
	awk -v count="$1" 'BEGIN {
		q = "\""
		split("svchost explorer chrome msedge Teams OUTLOOK MsMpEng code git cmd", programs, " ")
		split("1 1 3 5 7 7 10 11 11 12 13 13 22", ids, " ")
		for (i = 0; i < count; i++) {
			id = ids[i % 13 + 1]
			image = "C:\\\\Windows\\\\System32\\\\" programs[i % 10 + 1] ".exe"
			if (i % 20 == 0) image = "C:\\\\Users\\\\ann\\\\AppData\\\\Local\\\\Temp\\\\a" i % 977 ".exe"
			printf "{\"EventID\":%d,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Computer\":\"pc%d\",\"EventData\":{", id, i % 50
			printf "\"RuleName\":\"-\",\"UtcTime\":\"2026-03-04 %02d:%02d:%02d.001\",\"ProcessGuid\":\"{a1b2c3d4-%04x-6600-0100-000000000801}\",\"ProcessId\":\"%d\",", i / 3600 % 24, i / 60 % 60, i % 60, i % 65536, i % 30000
			if (id == 1) printf "\"Image\":\"%s\",\"FileVersion\":\"10.0.19041.1\",\"Description\":\"Program %d\",\"Product\":\"Windows\",\"Company\":\"Microsoft Corporation\",\"OriginalFileName\":\"p%d.exe\",\"CommandLine\":\"%s --run %d /q -File C:\\\\ProgramData\\\\task%d.ps1\",\"CurrentDirectory\":\"C:\\\\Windows\\\\system32\\\\\",\"User\":\"CORP\\\\ann\",\"IntegrityLevel\":\"Medium\",\"Hashes\":\"SHA256=%064d\",\"ParentImage\":\"C:\\\\Windows\\\\explorer.exe\",\"ParentCommandLine\":\"C:\\\\Windows\\\\Explorer.EXE\"", image, i % 90, i % 90, image, i, i % 333, i
			else if (id == 3) printf "\"Image\":\"%s\",\"User\":\"CORP\\\\ann\",\"Protocol\":\"tcp\",\"Initiated\":\"true\",\"SourceIp\":\"10.1.2.3\",\"SourcePort\":\"%d\",\"DestinationIp\":\"203.0.113.%d\",\"DestinationHostname\":\"host%d.example.org\",\"DestinationPort\":\"443\"", image, 40000 + i % 20000, i % 250, i % 999
			else if (id == 10) printf "\"SourceImage\":\"%s\",\"TargetImage\":\"C:\\\\Windows\\\\System32\\\\lsass.exe\",\"GrantedAccess\":\"0x1000\",\"CallTrace\":\"C:\\\\Windows\\\\SYSTEM32\\\\ntdll.dll+9d4c4|C:\\\\Windows\\\\System32\\\\KERNELBASE.dll+2bcee\"", image
			else if (id == 7) printf "\"Image\":\"%s\",\"ImageLoaded\":\"C:\\\\Windows\\\\System32\\\\module%d.dll\",\"Hashes\":\"SHA256=%064d\",\"Signed\":\"true\",\"Signature\":\"Microsoft Windows\",\"SignatureStatus\":\"Valid\"", image, i % 400, i
			else if (id >= 12 && id <= 13) printf "\"EventType\":\"SetValue\",\"Image\":\"%s\",\"TargetObject\":\"HKLM\\\\SOFTWARE\\\\Vendor%d\\\\Settings\\\\Value%d\",\"Details\":\"DWORD (0x%08x)\"", image, i % 70, i % 900, i
			else if (id == 22) printf "\"QueryName\":\"host%d.example.org\",\"QueryStatus\":\"0\",\"QueryResults\":\"203.0.113.%d;\",\"Image\":\"%s\"", i % 2000, i % 250, image
			else printf "\"Image\":\"%s\",\"TargetFilename\":\"C:\\\\Users\\\\ann\\\\Documents\\\\file%d.docx\"", image, i
			print "}}"
		}
	}'
}

# A configuration of 2,500 filters; with an argument every fiftieth says something else.
make_filters() {
	awk -v changed="${1-}" 'BEGIN {
		print "<Sysmon schemaversion=\"4.90\"><EventFiltering>"
		split("ProcessCreate FileCreate NetworkConnect RegistryEvent ImageLoad", tags, " ")
		split("CommandLine TargetFilename DestinationHostname TargetObject ImageLoaded", fields, " ")
		split("contains|end with|begin with|is|contains any", conditions, "|")
		for (t = 1; t <= 5; t++) {
			print "<RuleGroup groupRelation=\"or\"><" tags[t] " onmatch=\"include\">"
			for (i = 0; i < 500; i++) {
				value = "folder" t "-value" i
				if (changed != "" && i % 50 == 0) value = value "-" changed
				printf "<%s name=\"technique_id=T%d\" condition=\"%s\">%s</%s>\n", fields[t], \
					1000 + i, conditions[i % 5 + 1], value, fields[t]
			}
			print "</" tags[t] "></RuleGroup>"
		}
		print "</EventFiltering></Sysmon>"
	}'
}

# A repository of 400 rule files and two commits, the second of which changes one condition.
make_repository() {
	mkdir -- repository repository/rules
	(
		cd -- repository
		printf 'picket: 1\nproject: {id: bench}\nrulesets: [site.yaml]\n' >picket.yaml
		printf 'picket: 1\nruleset: {id: site, version: 1.0.0, title: Site}\ninclude:\n' >site.yaml
		for ((i = 0; i < 400; i++)); do
			echo "  - rules/rule-$i.yaml" >>site.yaml
			printf 'picket: 1\nrules:\n  - id: rule-%d\n    title: Rule %d\n    event: ProcessCreate\n    attack: [T1059.001]\n    when: {Image: {image: program-%d.exe}, CommandLine: {contains: -option-%d}}\n' \
				"$i" "$i" "$i" "$i" >"rules/rule-$i.yaml"
		done
		git init -q
		git config user.name bench
		git config user.email bench@example.org
		git add .
		git commit -qm first
		sed -i 's/-option-7}/-option-seven}/' rules/rule-7.yaml
		git commit -qam second
	)
}

# CPU milliseconds of a command in the repository; a difference (exit status 1) is what is asked for.
in_repository() {
	(cd -- repository && { "$@" || (($? == 1)); })
}

difference() {
	"$picket" diff "$@" || (($? == 1))
}

events=100000
[[ ${2-} != --quick ]] || events=20000
echo "CPU of the whole process, user and system; $runs runs"
make_events "$events" >events.ndjson
echo "== replay of $events events, $(wc -c <events.ndjson) bytes, against reading them under no rules"
"$picket" compile windows-base -o base.xml 2>err
echo '<Sysmon schemaversion="4.90"><EventFiltering/></Sysmon>' >none.xml
for ((run = 0; run < runs; run++)); do
	cpu_ms "$picket" replay --format tsv base.xml events.ndjson >>replay.ms
	cpu_ms "$picket" replay --format tsv none.xml events.ndjson >>reading.ms
done
report 'picket replay, windows-base' replay.ms
report 'picket replay, no rules (floor)' reading.ms
echo "ratio   $(ratio replay.ms reading.ms)"
awk -v ms="$(smallest <replay.ms)" -v n="$events" 'BEGIN {printf "%d events a second of CPU\n", n / ms * 1000}'
echo "peak memory: $(peak_kb "$picket" replay --format tsv base.xml events.ndjson) KB"

make_filters >a.xml
make_filters changed >b.xml
echo "== diff of two configurations of 2,500 filters, against reading both"
for ((run = 0; run < runs; run++)); do
	cpu_ms difference a.xml b.xml >>diff.ms
	cpu_ms "$picket" validate --verdict a.xml b.xml >>both.ms
done
report 'picket diff' diff.ms
report 'picket validate --verdict of both (floor)' both.ms
echo "ratio   $(ratio diff.ms both.ms)"

make_repository
echo "== diff HEAD~1 HEAD in a repository of 400 rule files, against git's diff of the texts"
for ((run = 0; run < runs; run++)); do
	cpu_ms in_repository "$picket" diff HEAD~1 HEAD >>revisions.ms
	cpu_ms in_repository git --no-pager diff HEAD~1 HEAD >>git.ms
done
report 'picket diff HEAD~1 HEAD' revisions.ms
report 'git diff HEAD~1 HEAD' git.ms
echo "ratio   $(ratio revisions.ms git.ms)"
