#!/usr/bin/env bash
# coverage_page.sh PICKET: the page of `picket coverage --format html` loads nothing, is the same
# each time, lets no text of a configuration become part of it, and works in a browser. The last is
# done by headless Chromium, and passed over with a message where there is none.
set -u

picket=$(realpath -- "${1:?usage: coverage_page.sh PICKET}")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work" || exit 2
export LC_ALL=C.UTF-8
wrong=0

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# A name that tries to end its element, its attribute and the data of the script.
cat >hostile.xml <<'XML'
<Sysmon schemaversion="4.90">
  <EventFiltering>
    <RuleGroup name="T1059.001 &lt;/script&gt;&lt;script&gt;document.title='taken'&lt;/script&gt;&quot; onclick=&quot;x" groupRelation="or">
      <ProcessCreate onmatch="include">
        <Image condition="image">powershell.exe</Image>
      </ProcessCreate>
    </RuleGroup>
  </EventFiltering>
</Sysmon>
XML
name="<img src=x onerror=alert(1)>.xml"
cp hostile.xml "$name"

"$picket" coverage --format html -o page.html windows-base || complain "no page of windows-base"
"$picket" coverage --format html -o again.html windows-base
cmp -s page.html again.html || complain "two runs give different pages"
"$picket" coverage --format html -o hostile.html "$name" || complain "no page of hostile.xml"

# --- what stands in the page ---

for page in page.html hostile.html; do
	grep -nE '(src|srcset|action|data)="|@import|url\(|<(link|iframe|img|object|embed|base)\b' \
		"$page" && complain "$page: loads something"
	grep -oE 'href="[^"]*"' "$page" | grep -v '^href="https://attack\.mitre\.org/' &&
		complain "$page: links to another site than MITRE's"
	[[ $(grep -c '<script' "$page") -eq 2 && $(grep -c '</script' "$page") -eq 2 ]] ||
		complain "$page: not the two scripts of the page"
	grep -qF 'The MITRE Corporation. This work is reproduced' "$page" ||
		complain "$page: no copyright line of MITRE"
	grep -qF '<!--@' "$page" && complain "$page: a part was not filled in"
done

if command -v openssl >/dev/null; then
	awk '/^<script>$/ {inside = 1; printf "\n"; next} /^<\/script>$/ {inside = 0} inside' \
		page.html >script.js
	hash=$(openssl dgst -sha256 -binary script.js | base64)
	grep -qF "script-src 'sha256-$hash'" page.html ||
		complain "cli/coverage_page.html: write 'sha256-$hash' into its policy"
else
	echo "skipped: openssl is not installed, the hash of the script was not compared"
fi

# --- what a browser makes of it ---

# The page $1 with the fragment $2 after its script has run.
browse() {
	rm -rf -- "$work/profile"
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$work/profile" --dump-dom "file://$work/$1#$2" 2>/dev/null
}

has() {
	grep -qE "$2" "$1" || complain "$1: in the browser there is no '$2'"
}

if command -v chromium >/dev/null; then
	browse page.html T1059.001 >page.dom
	has page.dom '>474 of 474 techniques<'
	has page.dom '<dialog[^>]* open'
	has page.dom 'id="detail-title">Command and Scripting Interpreter: PowerShell<'
	has page.dom '>PowerShell with an encoded command<'
	has page.dom 'href="https://attack.mitre.org/techniques/T1059/001/"'
	browse hostile.html T1059.001 >hostile.dom
	has hostile.dom '<title>ATT&amp;CK coverage of &lt;img'
	has hostile.dom '<dialog[^>]* open'
	has hostile.dom '<li>T1059.001 &lt;/script'
	browse page.html __proto__ >none.dom
	has none.dom '>474 of 474 techniques<'
	grep -q '<dialog[^>]* open' none.dom && complain "details of a technique that is none"
else
	echo "skipped: chromium is not installed, the page was not opened in a browser"
fi

echo "$wrong wrong"
[[ $wrong -eq 0 ]]
