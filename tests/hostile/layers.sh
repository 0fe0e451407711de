# shellcheck shell=bash disable=SC2154
# Rulesets and projects that lead in circles, out of their folder, or grow beyond bounds. Sourced by
# run.sh.

refused_layers() {
	refused '1 3' validate "$1"
	refused '1 3' compile "$1" -o "$out"
	refused '1 3' 'test' "$1"
}

# A ruleset with the id $1 and the line $2.
ruleset() {
	printf 'picket: 1\nruleset: {id: %s, version: 1.0.0, title: T}\n%s\n' "$1" "$2"
}

ruleset a 'extends: [./self.yaml]' >self.yaml
refused_layers self.yaml
ruleset a 'extends: [./two-b.yaml]' >two-a.yaml
ruleset b 'extends: [./two-a.yaml]' >two-b.yaml
refused_layers two-a.yaml
ruleset a 'extends: [./three-b.yaml]' >three-a.yaml
ruleset b 'extends: [./three-c.yaml]' >three-b.yaml
ruleset c 'extends: [././three-a.yaml]' >three-c.yaml
refused_layers three-a.yaml
ruleset a 'include: [part-self.yaml]' >with-part.yaml
printf 'picket: 1\ninclude: [part-self.yaml]\n' >part-self.yaml
refused_layers with-part.yaml
ruleset a 'include: [part-a.yaml]' >with-parts.yaml
printf 'include: [part-b.yaml]\n' >part-a.yaml
printf 'include: [part-a.yaml]\n' >part-b.yaml
refused_layers with-parts.yaml
ruleset a 'include: [main.yaml]' >main.yaml
refused_layers main.yaml
ln -s linked-a.yaml linked-b.yaml
ruleset a 'extends: [./linked-b.yaml]' >linked-a.yaml
refused_layers linked-a.yaml

# Two layers below each: what they would be without an end to it.
for ((i = 0; i < 80; i++)); do
	ruleset "l$i" "extends: [./deep-$((i + 1)).yaml, ./deep-$((i + 2)).yaml]" >"deep-$i.yaml"
done
ruleset l80 '' >deep-80.yaml
ruleset l81 '' >deep-81.yaml
refused_layers deep-0.yaml
ruleset a 'include: [nest-0.yaml]' >nest.yaml
for ((i = 0; i < 50; i++)); do
	echo "include: [nest-$((i + 1)).yaml]" >"nest-$i.yaml"
done
echo 'rules: []' >nest-50.yaml
refused_layers nest.yaml
ruleset a "include: [$(seq -f 'p%.0f.yaml' -s, 1 100000)]" >missing-100000.yaml
refused_layers missing-100000.yaml
ruleset a "extends: [$(seq -f 's%.0f@1' -s, 1 100000)]" >unknown-100000.yaml
refused_layers unknown-100000.yaml

mkdir -p folder outside
echo 'root:x:0:0:root:/root:/bin/sh' >outside/passwd
for place in folder . .. / /dev/zero /dev/null /etc/passwd ../layers/outside/passwd ./outside/passwd \
	missing.yaml /proc/self/mem "$(bytes x 5000)" '' '~' 'a\0b'; do
	ruleset a "include: [\"${place//\\/\\\\}\"]" >include.yaml
	refused_layers include.yaml
	ruleset a "extends: [\"./${place//\\/\\\\}\"]" >extends.yaml
	refused_layers extends.yaml
done
ruleset a 'include: ["a\0b.yaml"]' >nul.yaml
refused_layers nul.yaml

# Variables in circles, and texts that double at each step.
ruleset a "variables: {a: '\${b}', b: '\${a}'}" >variables.yaml
refused_layers variables.yaml
ruleset a "variables: {a: '\${a}'}" >variable-self.yaml
refused_layers variable-self.yaml
ruleset a "lists: {a: ['\${b}'], b: ['\${a}']}" >lists.yaml
refused_layers lists.yaml
{
	ruleset a 'variables:'
	echo '  v0: xxxxxxxxxxxxxxxx'
	for ((i = 1; i < 64; i++)); do
		printf "  v%d: '\${v%d}\${v%d}'\n" "$i" $((i - 1)) $((i - 1))
	done
} >doubling.yaml
refused_layers doubling.yaml
{
	ruleset a 'lists:'
	echo '  v0: [a, b]'
	for ((i = 1; i < 64; i++)); do
		printf "  v%d: ['\${v%d}', '\${v%d}']\n" "$i" $((i - 1)) $((i - 1))
	done
} >doubling-lists.yaml
refused_layers doubling-lists.yaml
{
	ruleset a 'variables:'
	echo '  v0: x'
	for ((i = 1; i < 50000; i++)); do
		printf "  v%d: '\${v%d}'\n" "$i" $((i - 1))
	done
} >chain-50000.yaml
survived validate chain-50000.yaml
ruleset a "variables: {a: '$(bytes x 70000)', b: '\${a}'}" >long.yaml
survived validate long.yaml
ruleset a "variables: {a: '\${', b: '\${}', c: '\${x', d: '\$\${', e: '\${nowhere}'}" >references.yaml
refused_layers references.yaml

# More alternatives than a rule may have, and than numbers hold.
product() {
	ruleset a 'rules:'
	printf -- '- {id: r, title: T, event: ProcessCreate, when: {all: ['
	for ((i = 0; i < $1; i++)); do
		printf '{any: [{Image: a%d}, {CommandLine: b%d}]},' "$i" "$i"
	done
	printf ']}}\n'
}
product 6 >product-64.yaml
accepted compile product-64.yaml -o "$out"
for factors in 7 64 5000; do
	product "$factors" >product.yaml
	refused 1 compile product.yaml -o "$out"
done
{
	ruleset a 'rules:'
	printf -- '- {id: r, title: T, event: ProcessCreate, when: {any: ['
	seq 1 100000 | sed 's/.*/{all: [{Image: a&}, {User: b&}]},/' | tr -d '\n'
	printf ']}}\n'
} >any-100000.yaml
# Only products are limited.
accepted compile any-100000.yaml -o "$out"
{
	ruleset a 'rules:'
	printf -- '- {id: r, title: T, event: ProcessCreate, when: {Image: ['
	seq -s, 1 20000
	printf ']}}\n'
} >values-20000.yaml
refused_layers values-20000.yaml

# Projects.
mkdir site
project() {
	printf 'picket: 1\nproject: {id: p, title: T}\n%s\n' "$1" >site/picket.yaml
}
ruleset a '' >site/a.yaml
project 'rulesets: [./a.yaml]'
accepted validate site/picket.yaml
refused 1 compile site --profile nowhere -o "$out"
refused 1 'test' site --profile nowhere
project $'rulesets: [./a.yaml]\ndefault_profile: nowhere\nprofiles: {here: {}}'
refused 1 compile site -o "$out"
project $'rulesets: [./a.yaml]\nprofiles: {p: {target: commodore}}'
refused_layers site/picket.yaml
project $'rulesets: [./a.yaml]\nprofiles: {p: {schema: "99999.99999"}}'
refused 1 compile site --profile p -o "$out"
project $'rulesets: [./a.yaml]\nprofiles: {p: {ruleset_profile: nowhere}}'
refused_layers site/picket.yaml
project 'rulesets: [./picket.yaml]'
refused_layers site/picket.yaml
project 'rulesets: [windows-bas@1]'
refused_layers site/picket.yaml
project 'rulesets: [windows-base@9]'
refused_layers site/picket.yaml
project 'rulesets: []'
survived compile site -o "$out"
project 'rulesets: 7'
refused_layers site/picket.yaml
{ echo 'rulesets: [./a.yaml]'; echo 'profiles:'; seq 1 100000 | sed 's/.*/  p&: {}/'; } >profiles
project "$(cat profiles)"
refused_layers site/picket.yaml
rm site/picket.yaml
refused '1 3' compile site -o "$out"
