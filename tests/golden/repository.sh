# shellcheck shell=bash
# For cases that need a git repository: `. "$PICKET_ROOT/tests/golden/repository.sh"` makes one of
# the folder it is called in. Names and dates are fixed, and so are the ids of commits.
unset "${!GIT_@}"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com GIT_AUTHOR_DATE=2026-01-02T03:04:05Z
export GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.com
export GIT_COMMITTER_DATE=2026-01-02T03:04:05Z
git init -q -b main

# Commits everything but the case itself.
commit() {
	git add -A . ':!cmd' && git commit -q -m "${1:-change}"
}
