#!/usr/bin/env bash
# man.sh PICKET: mandoc finds nothing wrong in docs/man, every command has a page, and the page
# names every option that the command has for itself.
picket=$(realpath -- "${1:?usage: man.sh PICKET}")
. "$(dirname -- "$0")/common.sh"
shopt -s lastpipe

mandoc -T lint -W warning docs/man/*.[157] 2>&1 | complain_lines 'mandoc'

count=0
sed -nE 's/^PK_COMMAND\(([a-z]+),.*/\1/p' cli/commands.def |
	while IFS= read -r command; do
		count=$((count + 1))
		page=docs/man/picket-$command.1
		if [[ ! -e $page ]]; then
			complain "command '$command' has no page $page"
			continue
		fi
		"$picket" "$command" --help | sed -n '/^Options:/,/^Common options:/p' |
			grep -oE -- '--[a-z0-9-]+' | sort -u |
			while IFS= read -r option; do
				grep -qE "Fl (. Fl )?-${option#--}( |$)" "$page" ||
					complain "$page: says nothing of $option"
			done
	done

finish "$count"
