#!/usr/bin/env bash
# Signed commits and tags: run.sh PICKET [FILTER]
#
# Keys of OpenSSH and OpenPGP and a repository are made anew; every function case_<name> below is
# a case, run in a copy of the repository. What picket must say of a commit or tag is told by
# `want STATUS CODE...`: the exit status, and the codes of all findings in order. FILTER: only cases
# whose name starts with it.
set -u

picket=$(realpath -- "${1:?usage: run.sh PICKET [FILTER]}")
filter=${2-}
work=$(mktemp -d)
trap 'GNUPGHOME=$work/gnupg gpgconf --kill all 2>/dev/null; rm -rf -- "$work"' EXIT
mkdir "$work/tmp" "$work/gnupg" "$work/bin"
chmod 700 "$work/gnupg"
ln -s -- "$picket" "$work/bin/picket"

unset "${!GIT_@}"
export GNUPGHOME=$work/gnupg TMPDIR=$work/tmp PATH="$work/bin:$PATH" LC_ALL=C.UTF-8 NO_COLOR=1
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Somebody GIT_AUTHOR_EMAIL=somebody@example.org
export GIT_COMMITTER_NAME=Somebody GIT_COMMITTER_EMAIL=somebody@example.org

for tool in git ssh-keygen gpg; do
	command -v "$tool" >/dev/null || { echo "SKIPPED: $tool is not installed"; exit 0; }
done

# --- keys ---

for name in ann bob eve old; do
	ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$work/$name"
done

# Makes an OpenPGP key of $1, good for the time $2.
make_openpgp() {
	gpg --batch --quiet --passphrase '' --pinentry-mode loopback \
		--quick-generate-key "$1" ed25519 sign "$2" 2>"$work/log" || cat "$work/log"
}

fingerprint() {
	gpg --batch --quiet --with-colons --list-keys "$1" | awk -F: '$1 == "fpr" {print $10; exit}'
}

make_openpgp 'Carl Carlsson <carl@example.org>' never
make_openpgp 'Dora <dora@example.org>' never
make_openpgp 'Fred <fred@example.org>' never
# Only good in the past.
gpg --batch --quiet --faked-system-time 20200101T000000 --passphrase '' --pinentry-mode loopback \
	--quick-generate-key 'Gina <gina@example.org>' ed25519 sign 20200103T000000 2>"$work/log" ||
	cat "$work/log"

# The public part of the SSH key $1.
public() {
	cut -d ' ' -f 1,2 "$work/$1.pub"
}

# --- commits ---

# Signs what git does from now on: nobody, or a name with a key of the kind $1.
sign_with() {
	case $1 in
	nobody)
		git config commit.gpgsign false
		git config tag.gpgsign false
		;;
	ssh)
		git config gpg.format ssh
		git config user.signingkey "$work/$2"
		git config commit.gpgsign true
		;;
	openpgp)
		git config gpg.format openpgp
		git config user.signingkey "$(fingerprint "$2")!"
		git config commit.gpgsign true
		;;
	esac
}

# Writes $2 to the file $1 and commits all.
change() {
	mkdir -p -- "$(dirname -- "$1")"
	printf '%s\n' "$2" >"$1"
	git add -A && git commit -q -m "change $1"
}

make_repository() {
	git init -q -b main "$work/base" && cd "$work/base" || exit 1
	mkdir keys rules
	{
		echo "ann@example.org namespaces=\"git\" $(public ann)"
		echo "bob@example.org,\"the build\" $(public bob)"
		echo "old@example.org valid-before=\"20200101\" $(public old)"
	} >keys/allowed_signers
	gpg --armor --export carl@example.org fred@example.org gina@example.org >keys/openpgp.asc
	cat >picket.yaml <<'YAML'
picket: 1
project: {id: acme}
rulesets: [rules/site.yaml]
policy:
  signers: {ssh: keys/allowed_signers, openpgp: keys/openpgp.asc}
  groups:
    detection: [ann@example.org, bob@example.org, carl@example.org]
  changes:
    - {paths: ['**'], by: ['@detection']}
    - {paths: ['docs/**'], by: ['*'], signed: optional}
    - {paths: ['notes/*'], by: [somebody@example.org], signed: optional}
    - {rules: ['lsass-*'], by: [ann@example.org]}
    - {paths: [picket.yaml, 'keys/**'], by: [ann@example.org]}
  tags:
    - {pattern: 'v*', by: [ann@example.org, carl@example.org]}
    - {pattern: 'nightly-*', by: ['*'], signed: optional}
YAML
	cat >rules/site.yaml <<'YAML'
picket: 1
ruleset: {id: site, version: 1.0.0, title: Site}
rules:
  - {id: lsass-read, title: Lsass, event: ProcessAccess, when: {TargetImage: {is: 'C:\l.exe'}}}
  - {id: other, title: Other, event: ProcessCreate, when: {Image: {is: 'C:\a.exe'}}}
YAML
	git add -A && git commit -q -m first
	git checkout -q -b change
}

# --- what is wanted ---

failed=0
fail() {
	echo "FAILED $case: $*"
	cat out err 2>/dev/null
	failed=$((failed + 1))
}

# Runs picket verify with $3...; $1 is the exit status wanted and $2 the codes, divided by blanks.
want() {
	local status=$1 codes=$2 got
	shift 2
	picket verify "$@" --format short >"$work/out" 2>"$work/err"
	got=$?
	[[ $got == "$status" ]] || fail "exit status $got instead of $status"
	got=$(grep -oE '\[PK[0-9]{4}\]$' "$work/out" | tr -d '[]' | paste -sd ' ')
	[[ $got == "$codes" ]] || fail "findings '$got' instead of '$codes': $(cat "$work/out")"
	grep -qE 'AddressSanitizer|runtime error|LeakSanitizer' "$work/err" && fail "$(cat "$work/err")"
	[[ -z $(ls -A "$TMPDIR") ]] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"
}

# The output of the last run says $1.
says() {
	grep -qF -- "$1" "$work/out" || fail "does not say '$1': $(cat "$work/out")"
}

# The object of the last commit in JSON has $1.
json_has() {
	picket verify --format json 2>/dev/null | tail -n 1 | grep -qF -- "$1" ||
		fail "JSON has no $1: $(picket verify --format json 2>/dev/null | tail -n 1)"
}

# --- cases: who signed ---

case_nothing_to_verify() {
	want 0 ''
}

case_good_ssh() {
	sign_with ssh ann
	change rules/a.txt 1
	want 0 ''
	json_has '"signature":{"state":"good","kind":"ssh","key":"SHA256:'
	json_has '"names":["ann@example.org"]'
}

case_several_principals() {
	sign_with ssh bob
	change rules/a.txt 1
	want 0 ''
	json_has '"names":["bob@example.org","the build"]'
}

case_good_openpgp() {
	sign_with openpgp carl@example.org
	change rules/a.txt 1
	want 0 ''
	json_has "\"names\":[\"carl@example.org\",\"$(fingerprint carl@example.org)\"]"
}

case_unsigned() {
	change rules/a.txt 1
	change rules/b.txt 1
	want 1 'PK1620 PK1620'
	says "is not signed, and changes 'rules/a.txt'"
}

case_unsigned_is_optional() {
	change docs/a.txt 1
	want 0 ''
	json_has '"by":"somebody@example.org","proven":false'
	change notes/a.txt 1
	want 0 ''
	GIT_COMMITTER_EMAIL=else@example.org change notes/a.txt 2
	want 1 'PK1625'
	says 'else@example.org, which no signature proves, may not change'
}

case_committer_proves_nothing() {
	sign_with ssh bob
	GIT_COMMITTER_EMAIL=ann@example.org change keys/a.txt 1
	want 1 'PK1625'
	says "bob@example.org may not change 'keys/a.txt'"
}

case_unknown_keys() {
	sign_with ssh eve
	change docs/a.txt 1
	want 1 'PK1622'
	sign_with openpgp dora@example.org
	change docs/a.txt 2
	want 1 'PK1622 PK1622'
}

case_expired_ssh() {
	sign_with ssh old
	change rules/a.txt 1
	want 1 'PK1623'
	json_has '"state":"expired"'
}

# As git does, by hand: the commit as it is, with a signature made when the key was good.
commit_signed_by() {
	git add -A
	git commit -q -m "$2"
	git cat-file commit HEAD >"$work/payload"
	gpg --batch --quiet --faked-system-time 20200102T000000 --pinentry-mode loopback \
		--passphrase '' -u "$1" -bsa -o - "$work/payload" >"$work/sig" 2>"$work/log" ||
		cat "$work/log"
	put_signature "$work/payload" "$work/sig"
}

# Makes HEAD the commit in the file $1 with the signature in the file $2.
put_signature() {
	{
		sed '/^$/,$d' "$1"
		sed '1s/^/gpgsig /; 2,$s/^/ /' "$2"
		sed -n '/^$/,$p' "$1"
	} >"$work/object"
	git reset -q --hard "$(git hash-object -t commit -w "$work/object")"
}

case_expired_openpgp() {
	echo 1 >rules/a.txt
	commit_signed_by gina@example.org expired
	want 1 'PK1623'
}

case_revoked_openpgp() {
	sign_with openpgp fred@example.org
	change rules/a.txt 1
	want 1 'PK1625'
	printf 'y\n0\n\ny\n' | gpg --no-tty --quiet --command-fd 0 --pinentry-mode loopback \
		--passphrase '' --gen-revoke fred@example.org >"$work/revoke" 2>"$work/log"
	git checkout -q main
	cp -r "$GNUPGHOME" "$work/revoked"
	GNUPGHOME=$work/revoked gpg --batch --quiet --import "$work/revoke" 2>/dev/null
	GNUPGHOME=$work/revoked gpg --armor --export fred@example.org >keys/openpgp.asc
	GNUPGHOME=$work/revoked gpgconf --kill all
	sign_with nobody
	change keys/note.txt revoked
	git checkout -q change
	want 1 'PK1624'
}

case_tampered() {
	sign_with ssh ann
	change rules/a.txt 1
	git cat-file commit HEAD | sed 's/^change/CHANGE/' >"$work/object"
	git reset -q --hard "$(git hash-object -t commit -w "$work/object")"
	want 1 'PK1621'
	git reset -q --hard main
	sign_with openpgp carl@example.org
	change rules/a.txt 1
	git cat-file commit HEAD | sed 's/^change/CHANGE/' >"$work/object"
	git reset -q --hard "$(git hash-object -t commit -w "$work/object")"
	want 1 'PK1621'
}

case_malformed_signatures() {
	change docs/a.txt 1
	git cat-file commit HEAD >"$work/payload"
	local text
	for text in 'nonsense' '-----BEGIN SSH SIGNATURE-----' '-----BEGIN PGP SIGNATURE-----' \
		$'-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----' \
		'-----BEGIN SIGNED MESSAGE-----'; do
		printf '%s\n' "$text" >"$work/sig"
		put_signature "$work/payload" "$work/sig"
		want 1 'PK1621'
	done
	head -c 100000 /dev/zero | base64 -w 64 | sed '1i -----BEGIN PGP SIGNATURE-----' \
		>"$work/sig"
	put_signature "$work/payload" "$work/sig"
	want 1 'PK1621'
}

# A signature of something else in the text of a commit is no signature.
case_signature_in_the_text() {
	sign_with ssh ann
	change docs/a.txt 1
	git cat-file commit HEAD | sed -n '/^gpgsig/,/END SSH/p' >"$work/sig"
	sign_with nobody
	git commit -q --amend --no-gpg-sign -F - <"$work/sig"
	want 0 ''
	json_has '"state":"missing"'
}

case_namespace() {
	change rules/a.txt 1
	git cat-file commit HEAD >"$work/payload"
	ssh-keygen -q -Y sign -n file -f "$work/ann" <"$work/payload" >"$work/sig" 2>/dev/null
	put_signature "$work/payload" "$work/sig"
	want 1 'PK1621'
}

# --- cases: what they may change ---

case_wrong_signer_for_path() {
	sign_with ssh bob
	change keys/a.txt 1
	want 1 'PK1625'
	json_has '{"path":"keys/a.txt","allowed":false}'
	sign_with ssh ann
	git commit -q --amend --no-edit
	want 0 ''
}

case_policy_admits_its_own_author() {
	sign_with ssh eve
	echo "eve@example.org $(public eve)" >>keys/allowed_signers
	change picket.yaml "$(sed 's/ann@/eve@/' picket.yaml)"
	want 1 'PK1622'
}

case_renamed() {
	git checkout -q main
	change keys/old.txt "$(seq 100)"
	git checkout -q -B change
	sign_with ssh bob
	git mv keys/old.txt rules/old.txt
	git commit -q -m move
	want 1 'PK1625'
	says 'keys/old.txt'
}

case_many_paths() {
	sign_with ssh bob
	for ((i = 0; i < 30; i++)); do echo 1 >"keys/$i"; done
	change keys/30 1
	want 1 "$(printf 'PK1625 %.0s' {1..11} | sed 's/ $//')"
	says '21 further changes'
}

case_no_entry() {
	git checkout -q main
	sed -i "s/'\*\*'/'rules\/**'/" picket.yaml
	change a.txt 1
	git checkout -q -B change
	sign_with ssh ann
	change b.txt 1
	want 1 'PK1625'
	says 'no entry of the policy is about it'
}

case_odd_paths() {
	sign_with ssh bob
	change $'keys/a\nb\033[1m' 1
	want 1 'PK1625'
	says 'keys/a\nb\x1b[1m'
	json_has '"path":"keys/a\nb'
}

case_submodule_that_asks_to_be_ignored() {
	sign_with ssh bob
	printf '[submodule "keys/s"]\n\tpath = keys/s\n\turl = x\n\tignore = all\n' >.gitmodules
	git update-index --add --cacheinfo "160000,$(git rev-parse main),keys/s"
	git add .gitmodules && git commit -q -m submodule
	want 1 'PK1625'
	says 'keys/s'
}

case_rules_by_meaning() {
	sign_with ssh bob
	sed -i 's/a.exe/b.exe/; s/title: Lsass/title: LSASS/' rules/site.yaml
	change rules/note.txt 1
	want 0 ''
	sed -i 's/l.exe/m.exe/' rules/site.yaml
	change rules/note.txt 2
	want 1 'PK1625'
	says "may not change rule 'lsass-read'"
	sed -i '/lsass-read/d' rules/site.yaml
	change rules/note.txt 3
	want 1 'PK1625 PK1625'
	echo 'rules: [' >rules/site.yaml
	change rules/note.txt 4
	want 1 'PK1625 PK1625 PK1625'
}

# --- cases: merges ---

case_merge() {
	sign_with ssh ann
	change keys/a.txt 1
	git checkout -q -b side main
	sign_with ssh bob
	change rules/b.txt 1
	git merge -q --no-edit change
	want 0 '' --base main side
	json_has '"changes":[]'
}

case_merge_takes_back() {
	sign_with ssh bob
	change rules/b.txt 1
	git checkout -q main
	sign_with ssh ann
	change keys/a.txt 1
	git checkout -q change
	sign_with ssh bob
	git merge -q --no-edit -s ours main
	want 1 'PK1625' --base main~1
	says "may not change 'keys/a.txt'"
	want 1 'PK1625'
}

case_merge_with_conflict() {
	sign_with ssh ann
	change keys/a.txt 1
	git checkout -q -b side main
	change keys/a.txt 2
	sign_with ssh bob
	git merge -q change >/dev/null
	echo 3 >keys/a.txt
	git add -A && git commit -q -m merge
	want 1 'PK1625' --base main side
	git rm -q keys/a.txt
	git commit -q --amend -m merge
	want 1 'PK1625' --base main side
}

case_merge_writes_nothing() {
	printf '%s\n' {1..20} >rules/n.txt
	git checkout -q -B main
	git add -A && git commit -q -m n
	git checkout -q -B change
	sign_with ssh ann
	sed -i 's/^1$/one/' rules/n.txt && git commit -q -a -m one
	git checkout -q -b side main
	sed -i 's/^20$/twenty/' rules/n.txt && git commit -q -a -m twenty
	git merge -q --no-edit change >/dev/null
	git repack -q -a -d && git prune-packed
	want 0 '' --base main side
	[[ $(git count-objects) == 0* ]] || fail "wrote objects: $(git count-objects)"
}

case_merge_of_three() {
	sign_with ssh bob
	change rules/b.txt 1
	git checkout -q -b second main
	sign_with ssh ann
	change keys/a.txt 1
	git checkout -q -b third main
	change rules/c.txt 1
	git merge -q --no-edit change second >/dev/null 2>&1
	want 0 '' --base main third
	sign_with ssh bob
	git commit -q --amend --no-edit
	want 1 'PK1625' --base main third
}

case_another_root() {
	sign_with ssh bob
	git checkout -q --orphan other
	git rm -q -r -f .
	change rules/z.txt 1
	want 3 'PK1209'
	git checkout -q change
	git merge -q --no-edit --allow-unrelated-histories other
	want 0 ''
	git checkout -q other
	change keys/z.txt 1
	git checkout -q change
	git merge -q --no-edit other
	want 1 'PK1625'
}

# --- cases: tags ---

case_tags() {
	sign_with ssh ann
	change rules/a.txt 1
	git tag -s -m one v1
	want 0 '' v1
	want 0 '' tags/v1
	git tag lonely
	want 0 '' lonely
	git tag v2
	want 1 'PK1620' v2
	git tag -a -m three v3
	want 1 'PK1620' v3
	git update-ref refs/tags/v4 "$(git rev-parse refs/tags/v1)"
	want 1 'PK1627' refs/tags/v4
	want 1 'PK1627' tags/v4
	sign_with ssh bob
	git tag -s -m five v5
	want 1 'PK1626' v5
	sign_with openpgp carl@example.org
	git tag -s -m six v6
	want 0 '' v6
	git tag -a -m seven nightly-7
	want 0 '' nightly-7
	git cat-file tag v1 | sed 's/^one/two/' >"$work/object"
	git update-ref refs/tags/v1 "$(git hash-object -t tag -w "$work/object")"
	want 1 'PK1621' v1
}

# --- cases: what cannot be done ---

case_no_policy() {
	git checkout -q main
	sed -i '/^policy/,$d' picket.yaml
	change a.txt 1
	want 1 'PK1610'
	git rm -q picket.yaml
	change a.txt 2
	want 3 'PK1204' --base main
}

case_no_base() {
	git branch -q -m main trunk
	want 1 'PK1611'
	want 3 'PK1203' --base main
	want 0 '' --base trunk
}

case_shallow() {
	# libgit2 1.5 forgets a list when a commit is missing.
	local -x ASAN_OPTIONS=detect_leaks=0
	sign_with ssh ann
	change rules/a.txt 1
	change rules/a.txt 2
	git clone -q --depth 1 "file://$PWD" ../shallow 2>/dev/null
	cd ../shallow || return
	want 3 'PK1203' --base main
	git fetch -q --depth 1 origin main:main
	want 3 'PK1209' --base main
	rm -rf ../shallow
	cd ../case || return
}

case_too_many_commits() {
	local id
	id=$(git rev-parse HEAD)
	for ((i = 0; i < 10001; i++)); do
		printf 'commit refs/heads/change\ncommitter E <e@x> %d +0000\ndata 0\n' "$i"
		((i > 0)) || printf 'from %s\n' "$id"
	done | git fast-import --quiet --force
	want 3 'PK1612'
}

case_tools_missing() {
	sign_with ssh ann
	change rules/a.txt 1
	mkdir -p "$work/empty"
	PATH=$work/empty "$picket" verify --format short >"$work/out" 2>"$work/err"
	local got=$?
	[[ $got == 3 ]] || fail "exit status $got instead of 3"
	says '[PK1614]'
	git reset -q --hard main
	sign_with nobody
	change docs/a.txt 1
	PATH=$work/empty "$picket" verify >"$work/out"
	got=$?
	[[ $got == 0 ]] || fail "exit status $got without a signature to verify"
}

case_tool_fails() {
	sign_with ssh ann
	change rules/a.txt 1
	mkdir "$work/broken"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nkill -9 $$\n' >"$work/broken/ssh-keygen"
	chmod +x "$work/broken/ssh-keygen"
	PATH=$work/broken:$PATH want 3 'PK1615'
	printf '#!/bin/sh\nyes\n' >"$work/broken/ssh-keygen"
	PATH=$work/broken:$PATH want 3 'PK1615'
	says 'said too much'
}

case_signers_files() {
	git checkout -q main
	echo nonsense >keys/openpgp.asc
	change a.txt 1
	git checkout -q -B change
	sign_with openpgp carl@example.org
	change rules/a.txt 1
	want 3 'PK1613'
	git checkout -q main
	sign_with nobody
	head -c 2000000 /dev/zero >keys/openpgp.asc
	change a.txt 2
	git checkout -q -B change
	want 1 'PK0003'
}

case_interrupted() {
	sign_with ssh ann
	change rules/a.txt 1
	mkdir "$work/slow"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nkill -TERM $PPID\nexit 1\n' >"$work/slow/ssh-keygen"
	chmod +x "$work/slow/ssh-keygen"
	# Not the last command of the subshell: it tells of the signal, where nobody reads it.
	(PATH=$work/slow:$PATH picket verify >"$work/out" 2>&1; exit $?) 2>/dev/null
	local got=$?
	[[ $got == 143 ]] || fail "exit status $got instead of 143"
	[[ -z $(ls -A "$TMPDIR") ]] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"
}

# --- all of them ---

(make_repository) || exit 1
passed=0
for case in $(declare -F | sed -n 's/^declare -f case_//p'); do
	[[ $case == "$filter"* ]] || continue
	rm -rf -- "$work/case" "$work/broken" "$work/slow"
	cp -r -- "$work/base" "$work/case"
	cd "$work/case" || exit 1
	before=$failed
	"case_$case"
	((failed == before)) && passed=$((passed + 1))
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
