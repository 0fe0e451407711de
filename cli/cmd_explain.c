#include <string.h>

#include "base/json_out.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/pages.h"

struct explain_options {
	bool list;
};

const struct pk_option pk_cmd_explain_options[] = {
	{PK_OPT_FLAG, 0, "list", NULL, offsetof(struct explain_options, list),
		"list all codes with severity and title"},
	PK_OPTIONS_END,
};

static void put_code_json(struct pk_buf *buf, const struct pk_code_info *info)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "code", info->id);
	pk_json_out_text(&json, "severity", pk_severity_name(info->severity));
	pk_json_out_text(&json, "title", info->title);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

static void print_list(struct pk_cli *cli)
{
	PK_BUF_AUTO buf = {0};
	size_t count;
	const struct pk_code_info *codes = pk_code_list(&count);
	for (size_t i = 0; i < count; i++) {
		if (cli->common.format == PK_FORMAT_JSON)
			put_code_json(&buf, &codes[i]);
		else
			pk_buf_printf(&buf, "%s  %-7s  %s\n", codes[i].id,
				pk_severity_name(codes[i].severity), codes[i].title);
	}
	pk_cli_put(cli, cli->out, &buf);
}

static int refuse_code(struct pk_cli *cli, const char *id)
{
	size_t count;
	const struct pk_code_info *codes = pk_code_list(&count);
	struct pk_texts ids = {0};
	for (size_t i = 0; i < count; i++)
		*pk_list_push(cli->arena, &ids) = codes[i].id;

	const char *near = pk_text_nearest(id, ids.items, ids.len);
	if (near == NULL)
		return pk_cli_usage_error(
			cli, "no finding '%s'; 'picket explain --list' lists them", id);
	return pk_cli_usage_error(cli, "no finding '%s'; did you mean '%s'?", id, near);
}

/* The page as it is for a file or pipe, made for reading for a terminal. */
static int print_page(struct pk_cli *cli, const struct pk_code_info *info)
{
	const char *page = pk_page_find(info->id);
	if (page == NULL) {
		pk_cli_complain(cli, "there is no page for %s", info->id);
		return PK_EXIT_CANNOT;
	}
	PK_BUF_AUTO buf = {0};
	if (cli->tty || cli->color)
		pk_page_render(&buf, page, cli->color);
	else
		pk_buf_puts(&buf, page);
	pk_cli_put(cli, cli->out, &buf);
	return PK_EXIT_OK;
}

int pk_cmd_explain(struct pk_cli *cli, int argc, char **argv)
{
	struct explain_options options = {0};
	struct pk_texts ids = {0};
	if (!pk_options_parse(cli, &options, &ids, argc, argv))
		return cli->status;
	if (options.list && ids.len == 0) {
		print_list(cli);
		return PK_EXIT_OK;
	}
	if (options.list || ids.len != 1)
		return pk_cli_usage_error(cli, "give one code, or --list");

	const struct pk_code_info *info = pk_code_find(ids.items[0]);
	if (info == NULL)
		return refuse_code(cli, ids.items[0]);
	return print_page(cli, info);
}
