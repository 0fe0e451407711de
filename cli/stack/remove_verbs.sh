
# need_no_stream NAME: a data stream cannot be without its templates.
need_no_stream() {
	ask GET "$PICKET_URL/_data_stream/$1"
	[[ $status != 200 ]] ||
		die "events are in $1, which needs the templates: first DELETE /_data_stream/$1"
}

# Removes the asset that `answer` shows.
remove_path() {
	ask DELETE "$PICKET_URL$1"
	case $status in
	200) echo "removed  $1" ;;
	404) ;;
	*) echo "left     $1, status $status: $answer" ;;
	esac
}

# remove PATH: an asset that has picket's mark.
remove() {
	ask GET "$PICKET_URL$1"
	[[ $status == 200 ]] || return 0
	if is_ours; then
		remove_path "$1"
	else
		echo "left     $1: it is not picket's"
	fi
}

# remove_unmarked PATH: an asset that has no place for a mark.
remove_unmarked() {
	remove_path "$1"
}

# remove_object HEADER TYPE ID: a saved object.
remove_object() {
	[[ -n ${PICKET_KIBANA_URL-} ]] || return 0
	ask DELETE "$PICKET_KIBANA_URL/api/saved_objects/$2/$3" -H "$1"
	[[ $status == 200 || $status == 404 ]] || echo "left     $2 $3, status $status: $answer"
}

