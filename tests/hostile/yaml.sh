# shellcheck shell=bash disable=SC2154
# YAML that grows, nests and repeats without end. Sourced by run.sh.

head='picket: 1
ruleset: {id: t, version: 1.0.0, title: T, targets: [sysmon, monster]}'

# Every command that reads a ruleset refuses the file $1.
refused_yaml() {
	refused 1 validate "$1"
	refused 1 compile "$1" -o "$out"
	refused 1 'test' "$1"
}

# $1 rules of two conditions each.
rules() {
	echo "$head"
	echo 'rules:'
	seq 1 "$1" | sed 's/.*/- {id: r&, title: T, event: ProcessCreate, when: {Image: {end with: \\a&.exe}, User: u&}}/'
}

rules 3 >sound.yaml
accepted validate sound.yaml
accepted compile sound.yaml -o "$out"

{
	echo "$head"
	echo 'a: &a [x, x, x, x, x, x, x, x, x, x]'
	for letter in b:a c:b d:c e:d f:e g:f h:g i:h; do
		echo "${letter%:*}: &${letter%:*} [$(times "*${letter#*:}," 10)]"
	done
} >laughs.yaml
refused_yaml laughs.yaml
printf '%s\na: &a [*a]\n' "$head" >alias-cycle.yaml
refused_yaml alias-cycle.yaml
{ echo "$head"; for ((i = 0; i < 20000; i++)); do echo "- &a$i x"; done; } >anchors.yaml
refused_yaml anchors.yaml
printf '%s\nb: {<<: {c: d}}\n' "$head" >merge-key.yaml
refused_yaml merge-key.yaml
printf '%s\nrules: !!python/object/apply:os.system [x]\n' "$head" >tag.yaml
refused_yaml tag.yaml
printf '%s\n---\n%s\n' "$head" "$head" >documents.yaml
refused_yaml documents.yaml
printf '%s\nrules: []\nrules: []\n' "$head" >duplicate.yaml
refused_yaml duplicate.yaml
{ echo "$head"; echo 'variables:'; times ' {a: b}' 1; for ((i = 0; i < 50000; i++)); do echo ' a: b'; done; } \
	>duplicates-50000.yaml
refused_yaml duplicates-50000.yaml
{ echo "$head"; echo 'variables:'; for ((i = 0; i < 50000; i++)); do echo '  a: b'; done; } \
	>duplicates-map.yaml
refused_yaml duplicates-map.yaml
printf '%s\nrules:\n\t- a\n' "$head" >tabs.yaml
refused_yaml tabs.yaml
printf '%s\n? [a, b]\n: c\n' "$head" >list-key.yaml
refused_yaml list-key.yaml

for open in '[' '{a: ' '- ' '? ' '[{a: ['; do
	{ echo "$head"; printf 'rules: '; times "$open" 100000; } >nested.yaml
	refused_yaml nested.yaml
	{ echo "$head"; printf 'rules:\n  '; times "$open" 1000000; } >nested.yaml
	refused_yaml nested.yaml
done
{ echo "$head"; for ((i = 0; i < 2000; i++)); do printf '%*s\n' $((i + 2)) 'a:'; done; } >nested-block.yaml
refused_yaml nested-block.yaml

{ echo "$head"; printf 'rules: '; bytes x 100000000; } >line-100mb.yaml
refused_yaml line-100mb.yaml
{ echo "$head"; printf 'rules: '; bytes x 50000000; } >line-50mb.yaml
refused_yaml line-50mb.yaml
{ echo "$head"; printf '#'; bytes x 50000000; printf '\n?'; } >comment-50mb.yaml
refused_yaml comment-50mb.yaml
{ echo "$head"; printf 'rules: "'; times '\x41' 5000000; printf '"\n'; } >escapes-20mb.yaml
refused_yaml escapes-20mb.yaml
{ echo "$head"; printf 'rules: '; bytes '\047' 20000001; } >quotes-20mb.yaml
refused_yaml quotes-20mb.yaml
{ bytes k 1000000; echo ': v'; } >key-1mb.yaml
refused_yaml key-1mb.yaml
{ echo "$head"; seq 1 100000 | sed 's/.*/unknown&: x/'; } >unknown-100000.yaml
refused_yaml unknown-100000.yaml
{ echo "$head"; printf 'rules: ['; times '0,' 1000000; echo ']'; } >nodes-1000000.yaml
refused_yaml nodes-1000000.yaml
{ echo "$head"; printf 'rules: ['; times '0,' 2200000; echo ']'; } >nodes-2200000.yaml
refused_yaml nodes-2200000.yaml
{ echo "$head"; printf 'rules: ['; times '[],' 2200000; echo ']'; } >lists-2200000.yaml
refused_yaml lists-2200000.yaml

printf '%s\nx: "\\x00"\n' "$head" >nul-escape.yaml
refused_yaml nul-escape.yaml
printf '%s\nx: a\0b\n' "$head" >nul.yaml
refused_yaml nul.yaml
printf '%s\nx: \377\n' "$head" >bad-utf8.yaml
refused_yaml bad-utf8.yaml
printf '%s\nx: \300\257\n' "$head" >overlong.yaml
refused_yaml overlong.yaml
printf '%s\nx: "\\ud800"\n' "$head" >surrogate.yaml
refused_yaml surrogate.yaml
{ printf '\377\376'; iconv -f UTF-8 -t UTF-16LE sound.yaml; } >wide.yaml
refused 1 compile wide.yaml -o "$out"
refused 1 validate --as ruleset wide.yaml

# Much of what is right is no error, and its cost grows with its size only.
rules 100000 >rules-100000.yaml
accepted validate rules-100000.yaml
{
	echo "$head"
	for ((i = 0; i < 1000; i++)); do
		((i > 0)) || echo 'lists:'
		echo "  l$i: [$(seq -s, 1 900)]"
	done
} >nodes-900000.yaml
accepted validate nodes-900000.yaml
{
	echo "$head"
	echo 'rules:'
	for ((i = 0; i < 20000; i++)); do
		echo '- {id: r, title: T, event: ProcessCreat, when: {Imag: x}}'
	done
} >mistakes-20000.yaml
refused_yaml mistakes-20000.yaml
