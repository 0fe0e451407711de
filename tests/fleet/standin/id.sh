#!/usr/bin/env bash
# Stand-in for id on test endpoints: says root to what the stand-in for sudo runs.
if [[ -z ${STANDIN_ROOT-} ]]; then
	exec /usr/bin/id "$@"
fi
case ${1-} in
-u) echo 0 ;;
-un) echo root ;;
*) echo 'uid=0(root) gid=0(root) groups=0(root)' ;;
esac
