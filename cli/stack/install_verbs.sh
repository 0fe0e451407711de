
# Writes the asset; $3 is what follows the path.
write() {
	ask PUT "$PICKET_URL$1${3-}" -H 'Content-Type: application/json' --data-binary "@$2"
	[[ $status == 20[01] ]] || die "$1 is refused with status $status: $answer"
	echo "written  $1"
}

# put PATH FILE: an asset that has picket's mark.
put() {
	ask GET "$PICKET_URL$1"
	if [[ $status == 200 && ${PICKET_FORCE-} != 1 ]]; then
		is_ours || die "$1 is there and not picket's; to write over it, set PICKET_FORCE=1"
	fi
	write "$1" "$2"
}

# put_policy PATH FILE: ISM takes a new policy only with the number of the one that is there.
put_policy() {
	local number='' term=''
	ask GET "$PICKET_URL$1"
	if [[ $status == 200 ]]; then
		is_ours || [[ ${PICKET_FORCE-} == 1 ]] ||
			die "$1 is there and not picket's; to write over it, set PICKET_FORCE=1"
		[[ $answer =~ \"_seq_no\"\ *:\ *([0-9]+) ]] && number=${BASH_REMATCH[1]}
		[[ $answer =~ \"_primary_term\"\ *:\ *([0-9]+) ]] && term=${BASH_REMATCH[1]}
		write "$1" "$2" "?if_seq_no=$number&if_primary_term=$term"
	else
		write "$1" "$2"
	fi
}

# put_unmarked PATH FILE: an asset that has no place for a mark.
put_unmarked() {
	write "$1" "$2"
}

# put_once PATH FILE: what is yours as soon as it is there.
put_once() {
	ask GET "$PICKET_URL$1"
	[[ $status == 404 ]] || return 0
	write "$1" "$2"
}

# put_index PATH FILE ALIAS: the first index behind an alias.
put_index() {
	ask GET "$PICKET_URL/_alias/$3"
	[[ $status == 404 ]] || return 0
	write "$1" "$2"
}

# import FILE HEADER: dashboards. The status is 200 even if some of them were refused.
import() {
	[[ -n ${PICKET_KIBANA_URL-} ]] || return 0
	ask POST "$PICKET_KIBANA_URL/api/saved_objects/_import?overwrite=true" -H "$2" \
		-F "file=@$1;filename=picket.ndjson"
	[[ $status == 200 && $answer =~ \"success\"\ *:\ *true ]] ||
		die "$1 is refused with status $status: $answer"
	echo "imported $1"
}

