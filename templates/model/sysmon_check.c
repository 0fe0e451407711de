/*
 * Is a document what the tables say? What a value becomes is worked out here once more, apart from
 * the script that runs on the stack, so that each finds the mistakes of the other.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "templates/model/piece.h"
#include "templates/model/sysmon.h"

struct check {
	struct pk_buf *problems;
	size_t count;
	unsigned id;
	const struct pk_node *document;
	const struct pk_node *data; /* its winlog.event_data; NULL if there is none */
	const struct pk_sysmon_ecs_field *row;
};

/* --- places --- */

/* The value at a dotted path that begins with `target` and ends with `rest`. */
static const struct pk_node *find(const struct check *check, const char *target, const char *rest)
{
	PK_BUF_AUTO path = {0};
	pk_buf_printf(&path, "%s%s", target, rest);
	const struct pk_node *at = check->document;
	char *key = path.data;
	while (at != NULL && key != NULL) {
		char *dot = strchr(key, '.');
		if (dot != NULL)
			*dot++ = '\0';
		at = at->kind == PK_NODE_MAP ? pk_node_find(at, key) : NULL;
		key = dot;
	}
	return at;
}

static const char *text_of(const struct pk_node *node)
{
	if (node == NULL)
		return NULL;
	if (node->kind == PK_NODE_LIST && node->items.len == 1)
		node = node->items.items[0];
	return node->kind == PK_NODE_LIST || node->kind == PK_NODE_MAP ? "(several)" : node->text;
}

static void complain(struct check *check, const char *target, const char *rest, const char *want,
	const char *got)
{
	check->count++;
	pk_buf_printf(check->problems, "event %u: %s%s is %s%s%s, not '%.200s'\n", check->id,
		target, rest, got != NULL ? "'" : "", got != NULL ? got : "missing",
		got != NULL ? "'" : "", want);
}

static void expect(struct check *check, const char *target, const char *rest, const char *want)
{
	const char *got = text_of(find(check, target, rest));
	if (got == NULL || strcmp(got, want) != 0)
		complain(check, target, rest, want, got);
}

static void expect_len(
	struct check *check, const char *target, const char *rest, const char *want, size_t len)
{
	PK_BUF_AUTO text = {0};
	pk_buf_put(&text, want, len);
	expect(check, target, rest, text.data != NULL ? text.data : "");
}

static void expect_bool(struct check *check, const char *target, const char *rest, bool want)
{
	expect(check, target, rest, want ? "true" : "false");
}

static bool list_has(const struct pk_node *list, const char *text)
{
	if (list == NULL || list->kind != PK_NODE_LIST)
		return false;
	for (size_t i = 0; i < list->items.len; i++)
		if (list->items.items[i]->text != NULL &&
			strcmp(list->items.items[i]->text, text) == 0)
			return true;
	return false;
}

static void expect_item(struct check *check, const char *list, const char *want)
{
	if (!list_has(find(check, list, ""), want))
		complain(check, list, "[]", want, NULL);
}

/* --- values; true if the value is one that its field should have --- */

static void put_lower(struct pk_buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		pk_buf_putc(out, pk_text_lower(text[i]));
}

static const char *last_part(const char *path)
{
	const char *name = path;
	for (const char *c = path; *c != '\0'; c++)
		if (*c == '\\' || *c == '/')
			name = c + 1;
	return name;
}

static bool begins(const char *text, const char *word)
{
	PK_BUF_AUTO lower = {0};
	put_lower(&lower, text, strlen(text));
	return lower.data != NULL && pk_text_starts(lower.data, word);
}

static bool is_truth(const char *text)
{
	return begins(text, "true") || begins(text, "false");
}

static bool check_long(struct check *check, const char *value)
{
	int64_t number;
	if (!pk_text_parse_i64(&number, value))
		return false;
	PK_BUF_AUTO text = {0};
	pk_buf_printf(&text, "%" PRId64, number);
	expect(check, check->row->target, "", text.data);
	return true;
}

static bool is_address(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool check_ip(struct check *check, const char *value)
{
	PK_BUF_AUTO ip = {0};
	pk_buf_put(&ip, value, strcspn(value, "%"));
	if (ip.data == NULL || !is_address(ip.data))
		return false;
	const char *address = ip.data;
	if (strchr(address, '.') != NULL && strrchr(address, ':') != NULL)
		address = strrchr(address, ':') + 1;
	expect(check, check->row->target, "", address);
	expect_item(check, "related.ip", address);
	return true;
}

static bool check_date(struct check *check, const char *value)
{
	int64_t want;
	int64_t got = 0;
	if (!pk_time_parse(&want, value))
		return false;
	const char *text = text_of(find(check, check->row->target, ""));
	if (text == NULL || !pk_time_parse(&got, text) || got != want)
		complain(check, check->row->target, "", value, text);
	return true;
}

static bool check_executable(struct check *check, const char *value)
{
	expect(check, check->row->target, ".executable", value);
	if (*last_part(value) != '\0')
		expect(check, check->row->target, ".name", last_part(value));
	return true;
}

static bool check_command(struct check *check, const char *value)
{
	const char *target = check->row->target;
	expect(check, target, ".command_line", value);
	const struct pk_node *list = find(check, target, ".args");
	PK_BUF_AUTO count = {0};
	pk_buf_printf(&count, "%zu", list != NULL ? list->items.len : 0);
	expect(check, target, ".args_count", count.data);
	return true;
}

static bool check_user(struct check *check, const char *value)
{
	const char *name = strchr(value, '\\');
	if (name == NULL) {
		expect(check, check->row->target, ".name", value);
		return true;
	}
	if (name[1] == '\0' || strchr(name + 1, '\\') != NULL)
		return false;
	if (name > value)
		expect_len(check, check->row->target, ".domain", value, (size_t)(name - value));
	expect(check, check->row->target, ".name", name + 1);
	expect_item(check, "related.user", name + 1);
	return true;
}

static bool check_file(struct check *check, const char *value)
{
	const char *target = check->row->target;
	const char *name = last_part(value);
	size_t len = strcspn(name, ":");
	expect(check, target, ".path", value);
	if (name - value > 1) {
		size_t folder = (size_t)(name - value) - 1;
		expect_len(check, target, ".directory", value, folder == 2 ? 3 : folder);
	}
	if (len == 0)
		return true;
	expect_len(check, target, ".name", name, len);
	if (name[len] == ':' && name[len + 1] != '\0')
		expect(check, target, ".fork_name", name + len + 1);
	size_t dot = len;
	while (dot > 1 && name[dot - 1] != '.')
		dot--;
	if (dot > 1 && dot < len)
		expect_len(check, target, ".extension", name + dot, len - dot);
	else if (find(check, target, ".extension") != NULL)
		complain(check, target, ".extension", "(nothing)",
			text_of(find(check, target, ".extension")));
	return true;
}

static bool is_hex(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789abcdef")] == '\0';
}

static bool check_hashes(struct check *check, const char *value)
{
	bool taken = false;
	while (*value != '\0') {
		size_t len = strcspn(value, ",");
		size_t name = strcspn(value, "=,");
		PK_BUF_AUTO kind = {0};
		PK_BUF_AUTO hash = {0};
		put_lower(&kind, value, name);
		if (name < len)
			put_lower(&hash, value + name + 1, len - name - 1);
		if (name > 0 && hash.data != NULL && is_hex(hash.data)) {
			taken = true;
			if (hash.data[strspn(hash.data, "0")] != '\0') {
				PK_BUF_AUTO rest = {0};
				pk_buf_printf(&rest, ".%s.%s",
					strcmp(kind.data, "imphash") == 0 ? "pe" : "hash",
					kind.data);
				expect(check, check->row->target, rest.data, hash.data);
				expect_item(check, "related.hash", hash.data);
			}
		}
		value += len + (value[len] == ',');
	}
	return taken;
}

static bool check_registry(struct check *check, const char *value)
{
	const char *target = check->row->target;
	const char *path = text_of(find(check, target, ".path"));
	const char *hive = text_of(find(check, target, ".hive"));
	const char *key = text_of(find(check, target, ".key"));
	const char *name = text_of(find(check, target, ".value"));
	if (path == NULL ||
		(pk_text_starts(value, "HK") && !pk_text_starts(value, "HKEY") &&
			strcmp(path, value) != 0)) {
		complain(check, target, ".path", value, path);
		return true;
	}
	if (hive == NULL)
		return true;
	PK_BUF_AUTO whole = {0};
	pk_buf_puts(&whole, hive);
	if (key != NULL)
		pk_buf_printf(&whole, "\\%s", key);
	if (name != NULL)
		pk_buf_printf(&whole, "\\%s", name);
	if (strcmp(whole.data, path) != 0 && !(key == NULL && name == NULL))
		complain(check, target, " of its parts", path, whole.data);
	return true;
}

static bool check_details(struct check *check, const char *value)
{
	static const struct {
		const char *begin;
		const char *type;
	} types[] = {{"DWORD (0x", "REG_DWORD"}, {"QWORD (0x", "REG_QWORD"},
		{"Binary Data", "REG_BINARY"}};
	const char *type = "REG_SZ";
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (pk_text_starts(value, types[i].begin))
			type = types[i].type;
	expect(check, check->row->target, ".type", type);
	if (strcmp(type, "REG_SZ") == 0)
		expect(check, check->row->target, ".strings", value);
	return true;
}

static bool check_signature(struct check *check, const char *value)
{
	expect(check, check->row->target, ".code_signature.status", value);
	if (!pk_text_equal_nocase(value, "Unavailable"))
		expect_bool(check, check->row->target, ".code_signature.valid",
			pk_text_equal_nocase(value, "Valid"));
	return true;
}

static bool check_dns(struct check *check, const char *value)
{
	size_t pieces = 0;
	while (*value != '\0') {
		size_t len = strcspn(value, ";");
		size_t blank = strspn(value, " \t\r\n");
		pieces += blank < len && !(len == 1 && *value == '-');
		value += len + (value[len] == ';');
	}
	const struct pk_node *answers = find(check, check->row->target, ".answers");
	size_t count = answers != NULL && answers->kind == PK_NODE_LIST ? answers->items.len : 0;
	if (count != pieces)
		complain(check, check->row->target, ".answers", "as many as results", NULL);
	return pieces > 0;
}

static bool check_zone(struct check *check, const char *value)
{
	const char *url = strstr(value, "HostUrl=");
	if (url != NULL && url[strcspn(url, "=") + 1] > ' ') {
		url = strchr(url, '=') + 1;
		expect_len(check, "url.original", "", url, strcspn(url, " \r\n\t"));
	}
	return true;
}

static bool check_config_hash(struct check *check, const char *value)
{
	const char *hash = strchr(value, '=') != NULL ? strchr(value, '=') + 1 : value;
	PK_BUF_AUTO lower = {0};
	put_lower(&lower, hash, strlen(hash));
	expect(check, check->row->target, ".hash", lower.data != NULL ? lower.data : "");
	return true;
}

static bool expect_any(struct check *check, const char *value)
{
	if (find(check, check->row->target, "") == NULL)
		complain(check, check->row->target, "", value, NULL);
	return true;
}

static bool check_change(struct check *check, const char *value)
{
	const char *type = pk_text_starts(value, "Create") ? "creation"
		: pk_text_starts(value, "Delete")	   ? "deletion"
							   : "change";
	expect(check, check->row->target, "", type);
	return true;
}

static bool check_truth(
	struct check *check, const char *value, const char *rest, const char *yes, const char *no)
{
	if (!is_truth(value))
		return false;
	expect(check, check->row->target, rest, begins(value, "true") ? yes : no);
	return true;
}

static bool check_lower(struct check *check, const char *value)
{
	PK_BUF_AUTO lower = {0};
	put_lower(&lower, value, strlen(value));
	expect(check, check->row->target, "", lower.data);
	return true;
}

/* An address says more surely of which family it is. */
static bool check_family(struct check *check, const char *value)
{
	const char *ip = text_of(find(check, "source.ip", ""));
	if (ip == NULL)
		ip = text_of(find(check, "destination.ip", ""));
	if (ip == NULL)
		return check_truth(check, value, "", "ipv6", "ipv4");
	expect(check, check->row->target, "", strchr(ip, ':') != NULL ? "ipv6" : "ipv4");
	return is_truth(value);
}

static bool check_boolean(struct check *check, const char *value)
{
	return check_truth(check, value, "", "true", "false") && strlen(value) <= strlen("false");
}

static bool check_signed(struct check *check, const char *value)
{
	return check_truth(check, value, ".code_signature.exists", "true", "false");
}

static bool check_direction(struct check *check, const char *value)
{
	return check_truth(check, value, "", "egress", "ingress");
}

static bool check_text(struct check *check, const char *value)
{
	expect(check, check->row->target, "", value);
	return true;
}

static bool check_host(struct check *check, const char *value)
{
	expect_item(check, "related.hosts", value);
	return check_text(check, value);
}

static bool check_library(struct check *check, const char *value)
{
	expect(check, check->row->target, ".path", value);
	expect(check, check->row->target, ".name", last_part(value));
	return true;
}

static bool check_config(struct check *check, const char *value)
{
	expect(check, check->row->target, ".path", value);
	return true;
}

/* A mask without any right that has a name is a mask, too. */
static bool check_access(struct check *check, const char *value)
{
	uint64_t mask;
	if (!pk_text_parse_u64_any(&mask, value) || !begins(value, "0x"))
		return false;
	return (mask & 0x1f3fff) == 0 || expect_any(check, value);
}

static bool check_value(struct check *check, const char *value)
{
	static bool (*const checks[PK_SYSMON_HOWS])(struct check * check, const char *value) = {
		[PK_SYSMON_MOVE] = check_text,
		[PK_SYSMON_LONG] = check_long,
		[PK_SYSMON_BOOLEAN] = check_boolean,
		[PK_SYSMON_IP] = check_ip,
		[PK_SYSMON_DATE] = check_date,
		[PK_SYSMON_LOWER] = check_lower,
		[PK_SYSMON_HOST] = check_host,
		[PK_SYSMON_PROTOCOL] = expect_any,
		[PK_SYSMON_EXECUTABLE] = check_executable,
		[PK_SYSMON_COMMAND] = check_command,
		[PK_SYSMON_USER] = check_user,
		[PK_SYSMON_FILE] = check_file,
		[PK_SYSMON_LIBRARY] = check_library,
		[PK_SYSMON_HASHES] = check_hashes,
		[PK_SYSMON_SIGNED] = check_signed,
		[PK_SYSMON_SIGNATURE] = check_signature,
		[PK_SYSMON_REGISTRY] = check_registry,
		[PK_SYSMON_DETAILS] = check_details,
		[PK_SYSMON_CHANGE] = check_change,
		[PK_SYSMON_DIRECTION] = check_direction,
		[PK_SYSMON_FAMILY] = check_family,
		[PK_SYSMON_DNS] = check_dns,
		[PK_SYSMON_STATUS] = expect_any,
		[PK_SYSMON_ACCESS] = check_access,
		[PK_SYSMON_ZONE] = check_zone,
		[PK_SYSMON_CONFIG] = check_config,
		[PK_SYSMON_CONFIG_HASH] = check_config_hash,
	};
	return checks[check->row->how](check, value);
}

/* --- rows --- */

static bool is_nothing(const struct pk_node *value)
{
	if (value->kind == PK_NODE_NULL)
		return true;
	return value->text_len == 0 || strcmp(value->text, "-") == 0 ||
		strcmp(value->text, "{00000000-0000-0000-0000-000000000000}") == 0 ||
		strcmp(value->text, "00000000-0000-0000-0000-000000000000") == 0;
}

static void expect_kept(struct check *check, const char *field, const char *want)
{
	const struct pk_node *node = check->data != NULL ? pk_node_find(check->data, field) : NULL;
	const char *got = text_of(node);
	if (want == NULL ? got != NULL : got == NULL || strcmp(got, want) != 0)
		complain(
			check, "winlog.event_data.", field, want != NULL ? want : "(nothing)", got);
}

/* All rows of a field; it stays below winlog if one of them says so or none could take it. */
static void check_field(struct check *check, const char *field, const struct pk_node *value)
{
	size_t count;
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&count);
	bool gone = is_nothing(value);
	if (gone) {
		expect_kept(check, field, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if ((rows[i].events & pk_sysmon_ecs_bit(check->id)) == 0 ||
			strcmp(rows[i].field, field) != 0)
			continue;
		check->row = &rows[i];
		if (rows[i].how != PK_SYSMON_STAY && check_value(check, value->text))
			gone = gone || !rows[i].keep;
	}
	expect_kept(check, field, gone ? NULL : value->text);
}

static void check_values(struct check *check, const char *target, const char *values)
{
	struct pk_piece list = pk_piece_of(values);
	struct pk_piece item;
	while (pk_piece_next(&item, &list)) {
		PK_BUF_AUTO value = {0};
		pk_buf_put(&value, item.text, item.len);
		expect_item(check, target, value.data);
	}
}

static void check_head(struct check *check, const struct pk_sysmon_ecs_event *event)
{
	PK_BUF_AUTO code = {0};
	pk_buf_printf(&code, "%u", event->id);
	expect(check, "event.code", "", code.data);
	expect(check, "event.kind", "", "event");
	expect(check, "event.module", "", "sysmon");
	expect(check, "event.dataset", "", PK_SYSMON_DATASET);
	expect(check, "event.provider", "", "Microsoft-Windows-Sysmon");
	expect(check, "event.action", "", event->action);
	check_values(check, "event.category", event->category);
	if (event->id != 12)
		check_values(check, "event.type", event->type);
	if (*event->outcome != '\0')
		expect(check, "event.outcome", "", event->outcome);
	static const char *const always[] = {"@timestamp", "ecs.version", "host.name"};
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		if (find(check, always[i], "") == NULL)
			complain(check, always[i], "", "(a value)", NULL);
}

size_t pk_sysmon_ecs_check(struct pk_buf *problems, unsigned id, const struct pk_node *sent,
	const struct pk_node *document)
{
	const struct pk_sysmon_ecs_event *event = pk_sysmon_ecs_find_event(id);
	struct check check = {.problems = problems, .id = id, .document = document};
	check.data = find(&check, "winlog.event_data", "");
	if (event == NULL)
		return 0;
	check_head(&check, event);
	for (size_t i = 0; i < sent->pair_count; i++)
		check_field(&check, sent->pairs[i].key->text, sent->pairs[i].value);
	return check.count;
}
