# shellcheck shell=bash disable=SC2154
# Bytes that are no text: wrong encodings, NULs, next to nothing, junk. Sourced by run.sh.

sound='<Sysmon schemaversion="4.90"><EventFiltering/></Sysmon>'

# refused_text FILE: whatever the file is taken for, it is refused.
refused_text() {
	refused 1 validate "$1"
	refused 1 validate --as sysmon "$1"
	refused 1 validate --as monster "$1"
	refused 1 validate --as ruleset "$1"
	refused 1 blob encode "$1" -o "$out"
	refused 1 import "$1" -o "$out"
	refused 1 compile "$1" -o "$out"
}

: >empty
printf '<' >one-byte
printf '{' >one-brace
printf '\0' >one-nul
printf '\377\376' >mark-only
printf '\376\377' >mark-big
printf '<\0' >wide-only
printf '\357\273\277' >mark-utf8
bytes ' ' 3000 >blanks
bytes '\000' 100000 >nuls
bytes '\377' 100000 >all-ones
head -c 100000 "$picket" >program
tail -c 100000 "$picket" >program-end
for file in *; do
	refused_text "$file"
done

# Sysmon's way of reading: a NUL inside, bad and overlong UTF-8.
printf '%s\0%s' "${sound%/*}" "${sound##*/}" >nul-inside.xml
printf '%s\0\n' "$sound" >nul-behind.xml
printf '<Sysmon schemaversion="4.90"><!--\377--></Sysmon>' >bad-utf8.xml
printf '<Sysmon schemaversion="4.90"><!--\300\257--></Sysmon>' >overlong.xml
printf '<Sysmon schemaversion="4.90"><!--\355\240\200--></Sysmon>' >surrogate-utf8.xml
printf '<Sysmon schemaversion="4.90"><!--\364\220\200\200--></Sysmon>' >beyond-unicode.xml
printf '<Sysmon schemaversion="4.90"><!--\342\202' >cut-utf8.xml
printf '<?xml version="1.0" encoding="no-such"?>%s' "$sound" >unknown-encoding.xml
printf '<?xml version="1.0" encoding="EBCDIC-US"?>%s' "$sound" >other-encoding.xml
printf '<?xml version="1.0" encoding="UTF-7"?>%s' "$sound" >utf-7.xml

# Sixteen bits: cut in a character, an odd length, big-endian, lone surrogates, thirty-two bits.
wide() {
	printf '%s' "$1" | iconv -f UTF-8 -t "$2"
}
{ printf '\377\376'; wide "$sound" UTF-16LE | head -c 51; } >wide-odd.xml
{ printf '\377\376'; wide "$sound" UTF-16LE | head -c 50; } >wide-cut.xml
{ printf '\376\377'; wide "$sound" UTF-16BE; } >wide-big.xml
wide "$sound" UTF-16BE >wide-big-bare.xml
{ printf '\377\376'; wide '<Sysmon schemaversion="' UTF-16LE; printf '\000\330"\000'; } >wide-high.xml
{ printf '\377\376'; wide '<Sysmon schemaversion="' UTF-16LE; printf '\000\334"\000'; } >wide-low.xml
{ printf '\377\376\0\0'; wide "$sound" UTF-32LE; } >wider.xml
for file in *.xml; do
	case $file in
	# What Sysmon makes of these is not for this test to say.
	nul-*.xml | utf-7.xml | other-encoding.xml) survived validate "$file" ;;
	*)
		refused 1 validate "$file"
		refused 1 blob encode "$file" -o "$out"
		refused 1 import "$file" -o "$out"
		;;
	esac
done
