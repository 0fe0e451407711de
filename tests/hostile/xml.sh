# shellcheck shell=bash disable=SC2154
# XML that grows, nests and repeats without end. Sourced by run.sh.

# A configuration whose ProcessCreate holds the standard input.
around() {
	printf '<Sysmon schemaversion="4.90"><EventFiltering><ProcessCreate onmatch="include">'
	cat
	printf '</ProcessCreate></EventFiltering></Sysmon>\n'
}

# Every command that reads a configuration refuses the file $1.
refused_xml() {
	refused 1 validate "$1"
	run validate --verdict "$1"
	judge "$(complaints; [[ $status == [13] ]] || echo "status $status instead of 1 or 3")" \
		"verdict $1"
	refused 1 blob encode "$1" -o "$out"
	refused 1 import "$1" -o "$out"
}

# $1 entities; the text of each is $2 times the one before it.
entities() {
	printf '<!DOCTYPE Sysmon [<!ENTITY e0 "xxxxxxxxxx">\n'
	for ((i = 1; i < $1; i++)); do
		printf '<!ENTITY e%d "%s">\n' "$i" "$(times "&e$((i - 1));" "$2")"
	done
	printf ']>\n'
}

echo '<Image condition="is">x</Image>' | around >sound.xml
accepted validate sound.xml
accepted blob encode sound.xml -o "$out"
accepted import sound.xml -o "$out"

{ entities 30 10; echo '<Image>&e29;</Image>' | around; } >entity-bomb.xml
refused_xml entity-bomb.xml
{
	printf '<!DOCTYPE Sysmon [<!ENTITY a "%s">]>\n' "$(bytes x 100000)"
	{ printf '<Image>'; times '&a;' 100000; printf '</Image>'; } | around
} >entity-quadratic.xml
refused_xml entity-quadratic.xml
{
	printf '<!DOCTYPE Sysmon [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n'
	echo '<Image>&a;</Image>' | around
} >entity-external.xml
refused_xml entity-external.xml
{
	printf '<!DOCTYPE Sysmon SYSTEM "http://192.0.2.1/x.dtd" [<!ENTITY %% p SYSTEM "/dev/zero">%%p;]>\n'
	around </dev/null
} >entity-parameter.xml
refused_xml entity-parameter.xml
{
	printf '<!DOCTYPE Sysmon [<!ENTITY a "&b;"><!ENTITY b "&a;">]>\n'
	echo '<Image>&a;</Image>' | around
} >entity-cycle.xml
refused_xml entity-cycle.xml

{ times '<Rule>' 300; times '</Rule>' 300; } | around >nested-300.xml
refused_xml nested-300.xml
{ times '<Rule>' 100000; times '</Rule>' 100000; } | around >nested-100000.xml
refused_xml nested-100000.xml
times '<Rule>' 1000000 | around >nested-open.xml
refused_xml nested-open.xml

{ printf '<Image>'; bytes x 100000000; printf '</Image>'; } | around >line-100mb.xml
refused_xml line-100mb.xml
{ printf '<Image>'; bytes x 50000000; printf '</Image>'; } | around >value-50mb.xml
refused_xml value-50mb.xml
{ printf '<Image>'; times '&#65;' 12000000; printf '</Image>'; } | around >references-60mb.xml
refused_xml references-60mb.xml
{ printf '<!--'; bytes x 50000000; printf -- '-->'; } | around >comment-50mb.xml
refused_xml comment-50mb.xml
{ times '<Image' 5000000; } | around >tags-35mb.xml
refused_xml tags-35mb.xml
{ printf '<Image condition="'; bytes x 1000000; printf '">x</Image>'; } | around >attribute-1mb.xml
refused_xml attribute-1mb.xml
{ printf '<Image name="'; bytes x 1000000; printf '">x</Image>'; } | around >name-1mb.xml
refused_xml name-1mb.xml
{
	printf '<Image'
	seq -f ' a%.0f="x"' 100000 | tr -d '\n'
	printf '>x</Image>'
} | around >attributes-100000.xml
refused_xml attributes-100000.xml
{ printf '<Image'; times ' a="x"' 100000; printf '>x</Image>'; } | around >attribute-repeated.xml
refused_xml attribute-repeated.xml
{ printf '<Image>'; bytes '&' 50000000; printf '</Image>'; } | around >ampersands-50mb.xml
refused_xml ampersands-50mb.xml
{ printf '<Image '; bytes '"' 50000000; } | around >quotes-50mb.xml
refused_xml quotes-50mb.xml
{ printf '<Image>'; bytes '\001' 50000000; printf '</Image>'; } | around >control-50mb.xml
refused_xml control-50mb.xml
{ printf '<'; bytes x 1000000; printf '/>'; } | around >tag-1mb.xml
refused_xml tag-1mb.xml
{ seq -f '<x%.0f/>' 100000 | tr -d '\n'; } | around >unknown-100000.xml
refused_xml unknown-100000.xml
{ seq 100000 | sed 's|.*|<x&:a xmlns:x&="u"/>|' | tr -d '\n'; } | around >namespaces-100000.xml
refused_xml namespaces-100000.xml
{
	printf '<Sysmon schemaversion="4.90"><EventFiltering>'
	times '<ProcessCreate onmatch="include"/>' 70000
	printf '</EventFiltering></Sysmon>'
} >elements-70000.xml
refused_xml elements-70000.xml
{
	printf '<Sysmon schemaversion="4.90"><ProcessAccessConfig>'
	bytes , 5000000
	printf '</ProcessAccessConfig></Sysmon>'
} >commas-5mb.xml
survived validate commas-5mb.xml
{
	printf '<Image condition="contains any">'
	times 'a; ' 1000000
	printf '</Image>'
} | around >tokens-1000000.xml
survived validate tokens-1000000.xml
times '<Image condition="is">x</Image>' 300000 | around >filters-300000.xml
survived validate filters-300000.xml
survived blob encode filters-300000.xml -o "$out"
