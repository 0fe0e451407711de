/* A record of the Monster agent as a line for people. */
#include "templates/model/piece.h"
#include "templates/monster/decode.h"
#include "templates/monster/value.h"

struct line {
	struct pk_buf *buf;
	const struct pk_monster_record *record;
};

/* The column of that number, "-" if it is empty or not there. */
static void put_column(struct line *line, size_t index)
{
	const struct pk_monster_record *record = line->record;
	if (index < record->column_count && record->column_len[index] > 0)
		pk_buf_put(line->buf, record->columns[index], record->column_len[index]);
	else
		pk_buf_putc(line->buf, '-');
}

static void put_time(struct line *line, size_t index)
{
	const struct pk_monster_record *record = line->record;
	char date[PK_MONSTER_DATE_TEXT];
	int64_t filetime;
	if (index < record->column_count &&
		pk_monster_parse_long(
			&filetime, record->columns[index], record->column_len[index]) &&
		pk_monster_is_date(filetime))
		pk_buf_put(
			line->buf, date, pk_monster_print_date(date, filetime, PK_MONSTER_DATE_MS));
	else
		pk_buf_putc(line->buf, '-');
}

/* Time, host, id, name and process. */
static void put_header(struct line *line)
{
	const struct pk_monster_record *record = line->record;
	bool first = record->generation == PK_MONSTER_GEN1;
	put_time(line, first ? 3 : 4);
	pk_buf_putc(line->buf, ' ');
	put_column(line, first ? 2 : 0);
	pk_buf_printf(line->buf, " %u %s pid ", record->id,
		record->event != NULL ? record->event->name : "-");
	put_column(line, first ? 4 : 5);
}

/* "Name=text" for a column that is shown and not empty. */
static void put_shown(struct line *line, struct pk_piece name)
{
	const struct pk_monster_event *event = line->record->event;
	for (size_t i = 0; i < event->column_count && i < line->record->column_count; i++) {
		if (!pk_piece_equal(name, event->columns[i].name) ||
			line->record->column_len[i] == 0)
			continue;
		pk_buf_puts(line->buf, "  ");
		pk_buf_put(line->buf, name.text, name.len);
		pk_buf_putc(line->buf, '=');
		put_column(line, i);
	}
}

void pk_monster_put_text(struct pk_buf *buf, const struct pk_monster_record *record,
	const char *text, size_t len, const char *sender)
{
	struct line line = {buf, record};
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (record->id == 0) {
		pk_buf_puts(buf, "- ");
		pk_buf_puts(buf, sender != NULL ? sender : "-");
	} else {
		put_header(&line);
	}
	if (record->event != NULL) {
		struct pk_piece shown = pk_piece_of(record->event->shown);
		struct pk_piece name;
		while (pk_piece_next(&name, &shown))
			put_shown(&line, name);
	}
	if (record->problem == PK_MONSTER_READ)
		return;
	pk_buf_puts(buf, "  (");
	pk_buf_puts(buf, pk_monster_problem_name(record->problem));
	pk_buf_puts(buf, ") ");
	pk_buf_put(buf, text, len);
}
