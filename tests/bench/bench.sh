#!/usr/bin/env bash
# bench.sh PICKET [--quick]: what picket costs, on input that this script makes. README.md says how
# to read the figures. With --quick a few runs only: shows that the benchmark works.
# shellcheck source=tests/bench/common.sh
. "$(dirname -- "$(realpath -- "$0")")/common.sh"

# A configuration of about 1 MB: the conditions, lengths and names of large public ones, no two
# filters alike, so that nothing is saved by repetition.
make_configuration() {
	awk 'BEGIN {
		print "<Sysmon schemaversion=\"4.90\">\n<HashAlgorithms>SHA256</HashAlgorithms>\n<EventFiltering>"
		split("ProcessCreate NetworkConnect FileCreate RegistryEvent", tags, " ")
		split("CommandLine DestinationHostname TargetFilename TargetObject", fields, " ")
		split("contains|end with|begin with|contains all", conditions, "|")
		for (t = 1; t <= 4; t++) {
			print "<RuleGroup name=\"\" groupRelation=\"or\">\n<" tags[t] " onmatch=\"include\">"
			for (i = 0; i < 1700; i++) {
				name = "technique_id=T" (1000 + i % 600) ",technique_name=Technique number " i
				condition = conditions[i % 4 + 1]
				value = "\\Folder" t "\\value-" i (condition == "contains all" ? ";other-" i : "")
				filter = "<" fields[t] " condition=\"" condition "\" name=\"" name "\">" \
					value "</" fields[t] ">"
				if (i % 10)
					print "  " filter
				else
					print "  <Rule groupRelation=\"and\" name=\"" name "\">\n    " filter \
						"\n    <Image condition=\"image\">program" i ".exe</Image>\n  </Rule>"
			}
			print "</" tags[t] ">\n</RuleGroup>"
		}
		print "</EventFiltering>\n</Sysmon>"
	}' >"$1"
}

# A ruleset of $1 included files, 10 rules each, in the folder $2.
make_modules() {
	mkdir -- "$2"
	awk -v count="$1" -v folder="$2" 'BEGIN {
		main = folder "/ruleset.yaml"
		print "picket: 1\nruleset: {id: modules, version: 1.0.0, title: Modules}\ninclude:" >main
		for (m = 0; m < count; m++) {
			print "  - module-" m ".yaml" >main
			file = folder "/module-" m ".yaml"
			print "picket: 1\nrules:" >file
			for (r = 0; r < 10; r++)
				printf "  - id: rule-%d-%d\n    title: Rule %d of module %d\n" \
					"    event: ProcessCreate\n    attack: [T1059.001]\n    when:\n" \
					"      Image: {image: [program-%d-%d.exe, other-%d-%d.exe]}\n" \
					"      CommandLine: {contains: \" -option-%d-%d\"}\n", \
					m, r, r, m, m, r, m, r, m, r >file
			close(file)
		}
	}'
}

echo "CPU of the whole process, user and system; $runs runs"
make_configuration big.xml
echo "== validate against xmllint --noout: $(wc -c <big.xml) bytes, $(wc -l <big.xml) lines"
for ((run = 0; run < runs; run++)); do
	cpu_ms "$picket" validate big.xml >>validate.ms
	cpu_ms xmllint --noout big.xml >>xmllint.ms
done
report 'picket validate' validate.ms
report 'xmllint --noout' xmllint.ms
echo "ratio   $(ratio validate.ms xmllint.ms)"
measure 'picket validate --verdict' verdict.ms "$picket" validate --verdict big.xml
echo "peak memory of picket validate: $(peak_kb "$picket" validate big.xml) KB"

echo "== compile of the shipped library"
for folder in "$library"/*/; do
	set=$(basename "$folder")
	case $set in
	monster-*) target=monster ;;
	linux-*) target=sysmon-linux ;;
	*) target=sysmon ;;
	esac
	measure "picket compile $set --target $target" "$set.ms" \
		"$picket" compile "$set" --target "$target"
done

echo "== merge of modules, 10 rules each"
for count in 100 400; do
	make_modules "$count" "modules-$count"
	measure "$count modules" "$count.ms" \
		"$picket" compile "modules-$count/ruleset.yaml" --target sysmon
done
echo "400 modules cost so many times 100: $(ratio 400.ms 100.ms)   (linear: 4)"
