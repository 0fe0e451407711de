#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "fleet/inventory/ssh_config.h"
#include "tests/unit/inventory_fixture.h"

static const struct pk_ssh_config *read_config(
	struct pk_arena *arena, const char *text, struct pk_diags *diags)
{
	const struct pk_ssh_config_options options = {.home = "/home/ops"};
	return pk_ssh_config_read_source(arena, source_from_text(arena, text), &options, diags);
}

static struct pk_ssh_alias find(struct pk_arena *arena, const char *text, const char *host)
{
	struct pk_diags diags = {.arena = arena};
	const struct pk_ssh_config *config = read_config(arena, text, &diags);
	assert_non_null(config);
	struct pk_ssh_alias alias;
	pk_ssh_config_find(&alias, arena, config, host, NULL);
	return alias;
}

static const char config[] = "User first\n"
			     "Host web1 \"web 2\"\n"
			     "  HostName=%h.example\n"
			     "  Port = 2222\n"
			     "  User second # too late\n"
			     "  IdentityFile ~/.ssh/a\n"
			     "host web* !web3 ?x\n"
			     "\tProxyJump \"gate1,u@gate2:22\"\n"
			     "  IdentityFile %d/b-%n\n"
			     "  UserKnownHostsFile \"/k 1\" ~/k2\n"
			     "  HostKeyAlias alias-%h\n"
			     "  CertificateFile /c%%\n"
			     "Host *\n"
			     "  Port 23\n"
			     "  ForwardAgent yes\n";

static void the_first_value_wins(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_ssh_alias alias = find(arena, config, "web1");
	assert_string_equal(alias.host_name, "web1.example");
	assert_string_equal(alias.user, "first");
	assert_int_equal(alias.port, 2222);
	assert_int_equal(alias.identity_files.len, 2);
	assert_string_equal(alias.identity_files.items[0], "/home/ops/.ssh/a");
	assert_string_equal(alias.identity_files.items[1], "/home/ops/b-web1");
	assert_string_equal(alias.jumps, "gate1,u@gate2:22");
	assert_string_equal(alias.known_hosts.items[0], "/k 1");
	assert_string_equal(alias.known_hosts.items[1], "/home/ops/k2");
	assert_string_equal(alias.host_key_alias, "alias-web1.example");
	assert_string_equal(alias.certificate_file, "/c%");
}

static void patterns_can_be_denied(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_null(find(arena, config, "web3").jumps);
	assert_non_null(find(arena, config, "WEB4").jumps);
	assert_non_null(find(arena, config, "ax").jumps);
	assert_null(find(arena, config, "abx").jumps);
	assert_int_equal(find(arena, config, "db").port, 23);
	assert_null(find(arena, "Host !a\nPort 1\n", "b").user);
	assert_int_equal(find(arena, "Host !a\nPort 1\n", "b").port, 0);
}

static void none_means_none(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_ssh_alias alias = find(arena,
		"Host a\nProxyJump none\nIdentityFile none\nProxyCommand none\n"
		"Host *\nProxyJump gate\n",
		"a");
	assert_null(alias.jumps);
	assert_int_equal(alias.identity_files.len, 0);
	assert_null(alias.proxy_command.source);
}

static void a_match_is_passed_over_with_what_it_has(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_ssh_config *read = read_config(
		arena, "Match user x exec \"rm -rf /\"\n  Port 1\nMatch all\n  User u\n", &diags);
	assert_one_finding(&diags, PK_SSH_CONFIG_MATCH, 1, 1);
	struct pk_ssh_alias alias;
	pk_ssh_config_find(&alias, arena, read, "h", NULL);
	assert_int_equal(alias.port, 0);
	assert_string_equal(alias.user, "u");
}

static void wrong_lines_are_reported(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"\nHost \"a\n", "\nPort x\n", "\nPort 0\n", "\nHostName\n", "\nPort 65536\n"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_diags diags = {.arena = arena};
		assert_null(read_config(arena, texts[i], &diags));
		assert_one_finding(&diags, PK_SSH_CONFIG_LINE, 2, 1);
	}
}

/* A folder with a main configuration and one that it includes. */
struct files {
	char folder[40];
	char main[80];
	char part[80];
};

static void files_make(struct files *out, const char *main, const char *part)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	snprintf(out->folder, sizeof(out->folder), "/tmp/picket-ssh-XXXXXX");
	assert_non_null(mkdtemp(out->folder));
	snprintf(out->main, sizeof(out->main), "%s/config", out->folder);
	snprintf(out->part, sizeof(out->part), "%s/part.conf", out->folder);
	assert_true(pk_file_write(out->main, main, strlen(main), &diags));
	assert_true(pk_file_write(out->part, part, strlen(part), &diags));
}

static void files_remove(const struct files *files)
{
	remove(files->main);
	remove(files->part);
	remove(files->folder);
}

static void an_include_counts_where_it_stands(void **state)
{
	(void)state;
	struct files files;
	files_make(&files, "Host a*\n  Include *.conf gone\n  Port 7\n  User late\n",
		"User early\nHost ab\nHostName part\n");
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_ssh_config_options options = {.home = NULL};
	const struct pk_ssh_config *read = pk_ssh_config_read(arena, files.main, &options, &diags);
	files_remove(&files);
	assert_non_null(read);
	struct pk_ssh_alias alias;
	pk_ssh_config_find(&alias, arena, read, "ab", NULL);
	assert_string_equal(alias.user, "early");
	assert_string_equal(alias.host_name, "part");
	assert_int_equal(alias.port, 7);
	pk_ssh_config_find(&alias, arena, read, "b", NULL);
	assert_null(alias.user);
}

static void includes_end(void **state)
{
	(void)state;
	struct files files;
	files_make(&files, "Include config\n", "");
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_ssh_config_options options = {.home = NULL};
	assert_null(pk_ssh_config_read(arena, files.main, &options, &diags));
	files_remove(&files);
	assert_one_finding(&diags, PK_SSH_CONFIG_LIMIT, 1, 1);
}

static void an_inventory_takes_what_it_leaves_open(void **state)
{
	(void)state;
	struct files files;
	files_make(&files,
		"Host web\n HostName 10.0.0.1\n Port 2222\n User u\n ProxyJump gate\n"
		"Host db\n ProxyCommand nc %h %p\n",
		"");
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_inventory_options options = {.ssh_config = files.main, .user = "ops"};
	const struct pk_inventory *inventory = pk_inventory_read_source(arena,
		source_from_text(arena,
			"inventory: a\nhosts: {web: , own: {address: web, user: v, port: 1,\n"
			"  jump: none}, db: }\n"),
		&options, &diags);
	files_remove(&files);
	assert_non_null(inventory);
	const struct pk_host *web = pk_inventory_find(inventory, "web");
	assert_string_equal(web->address, "10.0.0.1");
	assert_int_equal(web->port, 2222);
	assert_string_equal(web->ssh.user, "u");
	assert_string_equal(web->ssh.jumps.items[0], "gate");
	assert_string_equal(web->zone, "gate");
	const struct pk_host *own = pk_inventory_find(inventory, "own");
	assert_string_equal(own->address, "web");
	assert_int_equal(own->port, 1);
	assert_string_equal(own->ssh.user, "v");
	assert_int_equal(own->ssh.jumps.len, 0);
	assert_one_finding(&diags, PK_SSH_CONFIG_PROXY, 7, 2);
}

static void jump_hosts_are_looked_up_too(void **state)
{
	(void)state;
	struct files files;
	files_make(&files,
		"Host gate\n HostName 10.0.0.9\n Port 2200\n User jump\n ProxyJump outer:7\n"
		" IdentityFile gate_key\n"
		"Host outer\n HostName fe80::1\n ProxyJump none\n"
		"Host *\n ProxyJump gate\n IdentityFile key\n",
		"");
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_inventory_options options = {.ssh_config = files.main, .user = "ops"};
	const struct pk_inventory *inventory = pk_inventory_read_source(arena,
		source_from_text(arena,
			"inventory: a\nhosts: {web: , db: {jump: \"me@gate:1\"},\n"
			"  lone: {jump: none}, gate: }\n"),
		&options, &diags);
	files_remove(&files);
	assert_non_null(inventory);
	assert_int_equal(diags.all.len, 0);
	const struct pk_host *web = pk_inventory_find(inventory, "web");
	assert_int_equal(web->ssh.jumps.len, 2);
	assert_string_equal(web->ssh.jumps.items[0], "[fe80::1]:7");
	assert_string_equal(web->ssh.jumps.items[1], "jump@10.0.0.9:2200");
	assert_string_equal(web->zone, "gate");
	assert_int_equal(web->ssh.identity_files.len, 2);
	const struct pk_host *db = pk_inventory_find(inventory, "db");
	assert_string_equal(db->ssh.jumps.items[db->ssh.jumps.len - 1], "me@10.0.0.9:1");
	assert_int_equal(pk_inventory_find(inventory, "lone")->ssh.jumps.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_value_wins),
		cmocka_unit_test(patterns_can_be_denied),
		cmocka_unit_test(none_means_none),
		cmocka_unit_test(a_match_is_passed_over_with_what_it_has),
		cmocka_unit_test(wrong_lines_are_reported),
		cmocka_unit_test(an_include_counts_where_it_stands),
		cmocka_unit_test(includes_end),
		cmocka_unit_test(an_inventory_takes_what_it_leaves_open),
		cmocka_unit_test(jump_hosts_are_looked_up_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
