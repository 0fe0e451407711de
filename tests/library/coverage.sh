#!/usr/bin/env bash
# coverage.sh PICKET: every technique that a shipped ruleset for Windows labels is proven by a test
# event, and windows-base labels 150 or more.
set -eu
picket=$(realpath -- "${1:?usage: coverage.sh PICKET}")
wrong=0
for set in windows-base windows-server windows-quiet linux-base; do
	summary=$("$picket" coverage --format json "$set" | grep '"type":"summary"')
	labelled=$(sed -E 's/.*"labelled":([0-9]+).*/\1/' <<<"$summary")
	proven=$(sed -E 's/.*"proven":([0-9]+).*/\1/' <<<"$summary")
	echo "$set: $labelled labelled, $proven proven"
	((proven == labelled)) || wrong=1
	[[ $set != windows-base ]] || ((labelled >= 150)) || wrong=1
done
exit $wrong
