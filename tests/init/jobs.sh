#!/usr/bin/env bash
# jobs.sh PICKET: runs the steps of the jobs that `picket init` makes, as the code hosts would, on a
# branch with a change, and on one with a change that must not pass.
set -u

picket=$(realpath -- "${1:?usage: jobs.sh PICKET}")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
mkdir "$work/bin" "$work/home"
ln -s -- "$picket" "$work/bin/picket"

unset "${!GIT_@}" "${!GITHUB_@}" "${!CI_@}"
export PATH="$work/bin:$PATH" LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb HOME=$work/home
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com
export GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.com
wrong=0
ran=0

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# The steps of the job `check` in a workflow of GitHub, as functions of bash.
github_steps() {
	awk '/^  comment:/ {exit}
		/^ *run: \|$/ {inside = 1; match($0, /^ */); indent = RLENGTH; print "("; next}
		/^ *run: / {sub(/^ *run: /, ""); print "(" $0 ") || exit"; next}
		inside && /[^ ]/ {
			match($0, /^ */)
			if (RLENGTH <= indent) {inside = 0; print ") || exit"}
		}
		inside
		END {if (inside) print ") || exit"}' .github/workflows/picket.yml
}

# The same of GitLab.
gitlab_steps() {
	awk '/^  script:/ {script = 1; next}
		script && /^  [^ ]/ {exit}
		!script || /^    #/ {next}
		/^    - \|$/ {if (open) print ") || exit"; print "("; open = 1; next}
		/^    - / {if (open) print ") || exit"; open = 0; sub(/^    - /, ""); print "(" $0 ") || exit"; next}
		{print}
		END {if (open) print ") || exit"}' .gitlab-ci.yml
}

# Runs the steps that $1_steps prints; $2 is the commit that GitLab compares with, if it does.
run_job() {
	local profiles
	ran=$((ran + 1))
	rm -rf out
	profiles=$(sed -n 's/^ *PROFILES: //p' .github/workflows/picket.yml .gitlab-ci.yml 2>/dev/null)
	{
		echo 'set -eo pipefail'
		"$1_steps"
	} >"$work/job"
	CI_PROJECT_DIR=$PWD CI_COMMIT_SHA=$(git rev-parse HEAD) CI_MERGE_REQUEST_DIFF_BASE_SHA=$2 \
		CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main GITHUB_WORKSPACE=$PWD \
		GITHUB_BASE_REF=main GITHUB_STEP_SUMMARY=$work/summary HEAD=HEAD \
		PROFILES=$profiles bash "$work/job" >"$work/said" 2>&1
}

for row in github:windows-base gitlab:linux-base; do
	host=${row%%:*}
	from=${row#*:}
	folder=$work/$host
	picket init --quiet --ci "$host" --from "$from" "$folder" >/dev/null
	cd -- "$folder" || exit
	git init -q -b main && git add . && git commit -q -m start
	git clone -q --bare . "$folder.git"
	git remote add origin "$folder.git" && git fetch -q
	base=$(git rev-parse origin/main)

	# A rule less, as it should be done.
	git switch -q -c change
	sed -i -e '/An example of an exclude/,$d' -e 's/version: 0.1.0/version: 0.2.0/' rules/site.yaml
	picket lock && git commit -q -a -m change
	run_job "$host" "$base" || complain "$host: the job failed:" "$(cat "$work/said")"
	for file in change.md tests-linux.xml linux.xml linux.json coverage-linux.html; do
		[[ -s out/$file ]] || complain "$host: there is no out/$file"
	done
	grep -q removed out/change.md || complain "$host: out/change.md does not name the rule"

	# The same on the main branch, where GitLab compares with nothing.
	if [[ $host == gitlab ]]; then
		run_job "$host" '' || complain "$host: the job failed:" "$(cat "$work/said")"
		[[ ! -e out/change.md ]] || complain "$host: something was compared"
	fi

	# Somebody who may not do it.
	sed -i "s/by: .*/by: [ben@example.com]}/" picket.yaml
	git commit -q -a -m policy && git push -q origin change:main && git fetch -q
	echo >>README.md && git commit -q -a -m 'not by ben'
	run_job "$host" "$base" && complain "$host: the job passed in spite of the policy"
	grep -q refused "$work/said" || complain "$host: the job did not ask who changes things"
	git push -q -f origin "$base:main" && git fetch -q && git reset -q --hard HEAD~2

	# Tests that fail.
	sed -i 's/- dropped:/- logged:/' rules/site.yaml
	git commit -q -a -m 'wrong tests'
	run_job "$host" "$base" && complain "$host: the job passed in spite of a test"
	grep -q '<failure' out/tests-*.xml || complain "$host: the report does not name the test"

	# A change of meaning without a version.
	git reset -q --hard HEAD~1
	sed -i 's/canary/canary2/' rules/site.yaml
	git commit -q -a -m 'no version'
	run_job "$host" "$base" && complain "$host: the job passed in spite of the lock"
done

echo "$ran jobs run, $wrong wrong"
[[ $wrong -eq 0 ]]
