#include "cli/verify_print.h"

#include "base/escape.h"
#include "base/json_out.h"

enum { ID_SHOWN = 10 }; /* digits of an id, for people */

/* The names that a signature proves, or the one that nothing does. */
static void put_who(struct pk_buf *buf, const struct pk_verdict *verdict)
{
	if (verdict->who == NULL && verdict->signature.key == NULL)
		pk_buf_putc(buf, '-');
	else
		pk_escape_put(buf, verdict->who == NULL ? verdict->signature.key : verdict->who);
	if (verdict->who != NULL && !verdict->proven)
		pk_buf_puts(buf, " (not proven)");
}

void pk_verify_put_text(struct pk_buf *buf, const struct pk_verdict *verdict)
{
	pk_buf_printf(buf, "%.*s  %-7s  %-7s  ", ID_SHOWN, verdict->id,
		verdict->allowed ? "allowed" : "refused",
		pk_signature_state_name(verdict->signature.state));
	put_who(buf, verdict);
	if (verdict->tag != NULL) {
		pk_buf_puts(buf, "  tag ");
		pk_escape_put(buf, verdict->tag);
	} else {
		pk_buf_printf(buf, "  %zu change%s", verdict->changes.len,
			verdict->changes.len == 1 ? "" : "s");
	}
	pk_buf_putc(buf, '\n');
}

static void put_signature(struct pk_json_out *json, const struct pk_signature *signature)
{
	pk_json_out_open_object(json, "signature");
	pk_json_out_text(json, "state", pk_signature_state_name(signature->state));
	pk_json_out_text(json, "kind", pk_signature_kind_name(signature->kind));
	if (signature->key != NULL)
		pk_json_out_text(json, "key", signature->key);
	pk_json_out_open_array(json, "names");
	for (size_t i = 0; i < signature->names.len; i++)
		pk_json_out_text(json, NULL, signature->names.items[i]);
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
}

static void put_changes(struct pk_json_out *json, const struct pk_verdict *verdict)
{
	pk_json_out_open_array(json, "changes");
	for (size_t i = 0; i < verdict->changes.len; i++) {
		const struct pk_verdict_change *change = &verdict->changes.items[i];
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, change->is_rule ? "rule" : "path", change->name);
		pk_json_out_bool(json, "allowed", change->allowed);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

void pk_verify_put_json(struct pk_buf *buf, const struct pk_verdict *verdict)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "commit", verdict->id);
	if (verdict->tag != NULL)
		pk_json_out_text(&json, "tag", verdict->tag);
	pk_json_out_bool(&json, "allowed", verdict->allowed);
	if (verdict->who != NULL)
		pk_json_out_text(&json, "by", verdict->who);
	pk_json_out_bool(&json, "proven", verdict->proven);
	put_signature(&json, &verdict->signature);
	if (verdict->tag == NULL)
		put_changes(&json, verdict);
	pk_json_out_open_array(&json, "reasons");
	for (size_t i = 0; i < verdict->reasons.len; i++)
		pk_json_out_text(&json, NULL, verdict->reasons.items[i]);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}
