# shellcheck shell=bash disable=SC2154
# JSON that grows, nests and repeats without end. Sourced by run.sh.

# Every command that reads a Monster configuration refuses the file $1.
refused_json() {
	refused 1 validate --as monster "$1"
	refused 1 import "$1" -o "$out"
}

echo '{"include": {"process_image_name": []}}' >sound.json
survived validate sound.json

for open in '[' '{"a":' '[{"a":'; do
	{ printf '{"x":'; times "$open" 100; } >nested.json
	refused_json nested.json
	{ printf '{"x":'; times "$open" 1000000; } >nested.json
	refused_json nested.json
done
{ printf '{"x":'; times '[' 100000; times ']' 100000; printf '}'; } >nested-closed.json
refused_json nested-closed.json
echo '{"core": {}, "core": {}}' >duplicate.json
refused_json duplicate.json
{ printf '{'; times '"a":1,' 100000; printf '"a":1}'; } >duplicates-100000.json
refused_json duplicates-100000.json
{ printf '{"x":"'; bytes x 100000000; printf '"}'; } >string-100mb.json
refused_json string-100mb.json
{ printf '{"x":"'; bytes x 50000000; } >string-open.json
refused_json string-open.json
{ printf '{"core":"'; times '\u0041' 8000000; printf '"}'; } >escapes-48mb.json
refused_json escapes-48mb.json
{ printf '{"x":'; bytes 9 1000000; printf '}'; } >number-1mb.json
refused_json number-1mb.json
{ printf '{"core":['; times '0,' 3000000; printf '0]}'; } >numbers-3000000.json
refused_json numbers-3000000.json
{ bytes ' ' 60000000; printf '{'; } >blanks-60mb.json
refused_json blanks-60mb.json
{ printf '{'; seq 1 100000 | sed 's/.*/"k&":1,/' | tr -d '\n'; printf '"core":1}'; } >members-100000.json
refused_json members-100000.json

number=0
while IFS= read -r line; do
	number=$((number + 1))
	printf '%b' "$line" >"case-$number.json"
	refused_json "case-$number.json"
done <<'END'
{"a": NaN}
{"a": Infinity}
{"a": -}
{"a": 01}
{"a": +1}
{"a": .5}
{"a": 1.}
{"a": 1e}
{"a": 1e999999}
{"a": 0x10}
{"a": 'b'}
{"a": tru}
{"a": nullx}
{a: 1}
{"a" 1}
{"a": 1,}
{"a": [1,]}
{,}
{"a": 1}}
{"a": 1} x
{"a": 1}{"b": 2}
{"a": "b
{"a": "\\x41"}
{"a": "\\u12"}
{"a": "\\ud800"}
{"a": "\\udc00\\ud800"}
{"a": "\0001"}
{"a": "\0377"}
{"a": "\0300\0257"}
{"a": "\0355\0240\0200"}
{"a": "\0364\0220\0200\0200"}
{"a": "\0000"}
{"a": 1}\0000
{"a": /* c */ 1}
{"a": 1 // c
[]
"a"
7
null
{
}
END
