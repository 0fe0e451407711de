# shellcheck shell=bash
# The Windows side of the endpoints' login shell, included by shell.sh: runs $command in the host's
# own Wine prefix. sftp-server sees the host's C drive only, as /C: like on Windows.
# shellcheck disable=SC2154 # of shell.sh: command, root, server
export WINEPREFIX=$root/prefix HOME=$root/home WINEDEBUG=-all LC_ALL=C.UTF-8 LANG=C.UTF-8
export PATH=/usr/local/bin:/usr/bin:/bin WINEDLLOVERRIDES='winemenubuilder.exe,mscoree,mshtml='
# The stand-ins, not Wine's own.
WINEDLLOVERRIDES+=';certutil.exe,dism.exe,icacls.exe,wevtutil.exe,whoami.exe=n'
unset SSH_CONNECTION SSH_CLIENT OLDPWD MAIL SHELL TMPDIR
cd "$WINEPREFIX/drive_c/users/endpoint" || exit 1
case $command in
*/sftp-server)
	LD_PRELOAD=$server/bin/drive.so ENDPOINT_DRIVES=$WINEPREFIX exec "$command"
	;;
'') command=cmd ;;
esac
LD_PRELOAD=$server/bin/login.so ENDPOINT_LINE=$command ENDPOINT_HOME=$HOME \
	exec /usr/lib/wine/wine64 "$WINEPREFIX/drive_c/standin/launcher.exe"
