/*
 * Merging: from groups and hosts as they are written to the hosts of the model.
 *
 * Hosts that are in the same groups, and of which nothing else is said, form a class: what is
 * merged for one of them is so for all, but for values with variables. That makes 100,000 hosts of
 * a range cost little more than their names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

/* Hosts with the same groups and nothing of their own. */
struct host_class {
	struct pk_wishes wishes;
	PK_LIST(const char *) groups;
	bool varies;
	bool good;
	struct pk_host host; /* if it does not vary: what every host is */
	char digest[PK_DIGEST_TEXT];
};

/* A line of the digest. */
struct host_line {
	const char *name;
	const char *address;
	unsigned port;
	const char *digest; /* of the rest */
};

struct merging {
	struct pk_inventory_build *build;
	struct pk_inventory *out;
	struct pk_map classes;
	struct host_line *lines;
};

/* --- groups of a host --- */

static int by_depth(const void *a, const void *b)
{
	const struct pk_inventory_group *left = *(const struct pk_inventory_group *const *)a;
	const struct pk_inventory_group *right = *(const struct pk_inventory_group *const *)b;
	if (left->depth != right->depth)
		return left->depth < right->depth ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

typedef PK_LIST(struct pk_inventory_group *) group_list;

static void add_group(struct pk_inventory_build *build, group_list *all, struct pk_map *seen,
	struct pk_inventory_group *group)
{
	if (pk_map_set(build->scratch, seen, group->name, group) == NULL)
		*pk_list_push(build->scratch, all) = group;
}

/* The groups of `entry` and all above them, parents first, then in the order of the file. */
static void collect_groups(
	struct pk_inventory_build *build, group_list *all, const struct pk_inventory_entry *entry)
{
	struct pk_map seen = {0};
	for (size_t i = 0; i < entry->groups.len; i++)
		add_group(build, all, &seen, entry->groups.items[i]);
	for (size_t i = 0; i < all->len; i++) {
		const struct pk_inventory_group *group = all->items[i];
		for (size_t k = 0; k < group->parents.len; k++)
			add_group(build, all, &seen, group->parents.items[k]);
	}
	if (all->len > 1)
		qsort(all->items, all->len, sizeof(*all->items), by_depth);
}

static struct host_class *make_class(
	struct merging *merging, const struct pk_inventory_entry *entry)
{
	struct pk_inventory_build *build = merging->build;
	struct host_class *class = PK_NEW(build->scratch, struct host_class);
	group_list groups = {0};
	collect_groups(build, &groups, entry);
	pk_wishes_overlay(build->scratch, &class->wishes, &build->defaults);
	for (size_t i = 0; i < groups.len; i++) {
		pk_wishes_overlay(build->scratch, &class->wishes, &groups.items[i]->wishes);
		*pk_list_push(build->arena, &class->groups) = groups.items[i]->name;
	}
	if (entry->own != NULL)
		pk_wishes_overlay(build->scratch, &class->wishes, entry->own);
	if (class->groups.len > 1)
		qsort(class->groups.items, class->groups.len, sizeof(*class->groups.items),
			by_text);
	class->varies = pk_wishes_vary(&class->wishes);
	return class;
}

/* --- hosts --- */

/* Applies the wishes of `class` for `entry`; *digest_out gets that of all but where it is. */
static bool apply(struct merging *merging, struct host_class *class,
	const struct pk_inventory_entry *entry, struct pk_host *out,
	char digest_out[PK_DIGEST_TEXT])
{
	const struct pk_inventory_scope scope = {
		.build = merging->build, .host = entry->name, .vars = &class->wishes.vars};
	PK_BUF_AUTO canon = {0};
	struct pk_host host = {.zone = NULL};
	for (size_t i = 0; i < class->groups.len; i++)
		pk_buf_printf(&canon, "group %s\n", class->groups.items[i]);
	if (!pk_inventory_apply(&host, &canon, &class->wishes, &scope))
		return false;
	host.groups.items = class->groups.items;
	host.groups.len = class->groups.len;
	pk_digest_print(digest_out, canon.data, canon.len);
	*out = host;
	return true;
}

/* The class of a host that has nothing of its own. */
static struct host_class *find_class(
	struct merging *merging, const struct pk_inventory_entry *entry)
{
	PK_BUF_AUTO key = {0};
	pk_buf_putc(&key, '.');
	for (size_t i = 0; i < entry->groups.len; i++)
		pk_buf_printf(&key, "%zx.", entry->groups.items[i]->index);
	struct host_class *class = pk_map_find(&merging->classes, key.data);
	if (class != NULL)
		return class;
	class = make_class(merging, entry);
	pk_map_set(merging->build->scratch, &merging->classes,
		pk_arena_strdup(merging->build->scratch, key.data), class);
	if (!class->varies)
		class->good = apply(merging, class, entry, &class->host, class->digest);
	return class;
}

static bool merge_host(struct merging *merging, const struct pk_inventory_entry *entry, size_t at)
{
	struct pk_inventory_build *build = merging->build;
	struct pk_host *host = &merging->out->hosts.items[at];
	bool own = entry->own != NULL;
	struct host_class *class = own ? make_class(merging, entry) : find_class(merging, entry);
	const char *digest = class->digest;
	if (!own && !class->varies) {
		if (!class->good)
			return false;
		*host = class->host;
	} else {
		char text[PK_DIGEST_TEXT];
		if (!apply(merging, class, entry, host, text))
			return false;
		digest = pk_arena_strdup(build->scratch, text);
	}
	host->name = entry->name;
	host->span = entry->span;
	if (!pk_inventory_fill(host, build))
		return false;
	merging->lines[at] = (struct host_line){
		.name = host->name, .address = host->address, .port = host->port, .digest = digest};
	return true;
}

/* --- one address, one host --- */

static const char *address_key(struct pk_arena *scratch, const struct pk_host *host)
{
	if (host->transport == PK_TRANSPORT_LOCAL)
		return "this machine";
	char *key = pk_arena_printf(scratch, "%s %u", host->address, (unsigned)host->port);
	for (char *c = key; *c != '\0'; c++)
		*c = pk_text_lower(*c);
	return key;
}

static bool same_jumps(const struct pk_host *a, const struct pk_host *b)
{
	if (a->ssh.jumps.len != b->ssh.jumps.len)
		return false;
	for (size_t i = 0; i < a->ssh.jumps.len; i++) {
		if (!pk_text_equal(a->ssh.jumps.items[i], b->ssh.jumps.items[i]))
			return false;
	}
	return true;
}

/* Behind another jump host the same address may be another machine: that is only a warning. */
static void report_address(
	struct pk_inventory_build *build, const struct pk_host *host, const struct pk_host *before)
{
	bool local = host->transport == PK_TRANSPORT_LOCAL;
	enum pk_severity severity = local || same_jumps(host, before) ? PK_ERROR : PK_WARNING;
	struct pk_diag *diag = local
		? pk_report(build->diags, PK_INVENTORY_ADDRESS, host->span,
			  "'%s' and '%s' are both this machine", before->name, host->name)
		: pk_report_as(build->diags, severity, PK_INVENTORY_ADDRESS, host->span,
			  "'%s' and '%s' have the same address: %s port %u", before->name,
			  host->name, host->address, (unsigned)host->port);
	pk_diag_hint(build->diags, diag,
		severity == PK_ERROR
			? "name every machine once; aliases of a host key do not make two of one"
			: "make sure that different machines are behind the jump hosts");
	pk_diag_relate(build->diags, diag, before->span, "the other one");
}

static bool check_addresses(const struct merging *merging)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_map seen = {0};
	size_t errors = merging->build->diags->errors;
	for (size_t i = 0; i < merging->out->hosts.len; i++) {
		struct pk_host *host = &merging->out->hosts.items[i];
		const struct pk_host *before =
			pk_map_set(scratch, &seen, address_key(scratch, host), host);
		if (before != NULL)
			report_address(merging->build, host, before);
	}
	return merging->build->diags->errors == errors;
}

/* --- the digest --- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct host_line *)a)->name, ((const struct host_line *)b)->name);
}

static void make_digest(struct merging *merging, const struct pk_buf *rollout)
{
	struct pk_inventory *out = merging->out;
	struct pk_inventory_build *build = merging->build;
	PK_BUF_AUTO text = {0};
	pk_buf_printf(&text, "inventory %s\n", out->name);
	for (size_t i = 0; i < out->groups.len; i++)
		pk_buf_printf(&text, "group %s\n", out->groups.items[i]);
	qsort(merging->lines, out->hosts.len, sizeof(*merging->lines), by_name);
	for (size_t i = 0; i < out->hosts.len; i++) {
		const struct host_line *line = &merging->lines[i];
		pk_buf_puts(&text, line->name);
		pk_buf_putc(&text, '\t');
		pk_buf_puts(&text, line->address);
		pk_buf_printf(&text, "\t%u\t", line->port);
		pk_buf_puts(&text, line->digest);
		pk_buf_putc(&text, '\n');
	}
	pk_buf_put(&text, rollout->data, rollout->len);
	char digest[PK_DIGEST_TEXT];
	pk_digest_print(digest, text.data, text.len);
	out->digest = pk_arena_strdup(build->arena, digest);
}

static bool merge_hosts(struct merging *merging)
{
	struct pk_inventory_build *build = merging->build;
	struct pk_inventory *out = merging->out;
	size_t count = build->entries.len;
	bool good = true;
	out->hosts.items = PK_NEW_ARRAY(build->arena, struct pk_host, count);
	out->hosts.len = count;
	out->hosts.cap = count;
	merging->lines = PK_NEW_ARRAY(build->scratch, struct host_line, count);
	for (size_t i = 0; i < count; i++) {
		good = merge_host(merging, build->entries.items[i], i) && good;
		pk_map_set(build->arena, &out->by_name, build->entries.items[i]->name,
			&out->hosts.items[i]);
	}
	return good;
}

bool pk_inventory_merge(struct pk_inventory *out, struct pk_inventory_build *build)
{
	struct merging merging = {.build = build, .out = out};
	if (build->entries.len == 0) {
		struct pk_diag *diag = pk_report(build->diags, PK_INVENTORY_EMPTY,
			pk_span_file(build->sources.items[0]), "the inventory has no hosts");
		pk_diag_hint(build->diags, diag, "name some under 'hosts'");
		return false;
	}
	if (!pk_inventory_check_groups(build))
		return false;
	for (size_t i = 0; i < build->groups.len; i++)
		*pk_list_push(build->arena, &out->groups) = build->groups.items[i]->name;
	if (out->groups.len > 1)
		qsort(out->groups.items, out->groups.len, sizeof(*out->groups.items), by_text);
	bool good = merge_hosts(&merging) && check_addresses(&merging);
	PK_BUF_AUTO rollout = {0};
	if (!pk_rollout_wish_read(&out->rollout, &rollout, build, build->rollout) || !good)
		return false;
	make_digest(&merging, &rollout);
	return true;
}
