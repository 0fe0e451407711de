#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "tests/unit/inventory_fixture.h"

static const char ini[] = "# the fleet\n"
			  "alone ansible_connection=local\n"
			  "\n"
			  "[web] ; not a comment for us, see below\n";

static const char hosts[] =
	"; the fleet\n"
	"alone ansible_connection=local\n"
	"[web]\n"
	"web[01:03].example:2222 ansible_user=deploy # first ones\n"
	"web9 ansible_host=10.0.0.9 motd=\"hello  world\" shell='echo ${HOME}'\n"
	"[db]\n"
	"db[a:b]\n"
	"[prod:children]\n"
	"web\n"
	"db # the databases\n"
	"[prod:vars]\n"
	"ansible_user = root\n"
	"picket_tags = a, b\n"
	"ansible_ssh_common_args='-o ProxyJump=gate.example -o ControlMaster=auto'\n"
	"[db:vars]\n"
	"ansible_become=yes\n"
	"ansible_ssh_private_key_file=~/.ssh/db # not a comment\n"
	"[win]\n"
	"win1 ansible_shell_type=powershell picket_sensor=sysmon picket_bundle=sysmon@15.15\n"
	"[all:vars]\n"
	"ansible_port=22\n"
	"picket_zone=\"${host}\"\n";

static void an_ini_is_read(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "inv/hosts", hosts);
	assert_int_equal(fixture.diags.all.len, 0);
	assert_int_equal(fixture.inventory->hosts.len, 8);
	assert_string_equal(fixture.inventory->name, "ansible");

	const struct pk_host *web = host_of(&fixture, "web02.example");
	assert_int_equal(web->port, 2222);
	assert_string_equal(web->ssh.user, "deploy");
	assert_int_equal(web->groups.len, 2);
	assert_string_equal(web->groups.items[0], "prod");
	assert_string_equal(web->ssh.jumps.items[0], "gate.example");
	assert_int_equal(web->tags.len, 2);
	assert_string_equal(web->zone, "web02.example");

	const struct pk_host *nine = host_of(&fixture, "web9");
	assert_string_equal(nine->address, "10.0.0.9");
	assert_string_equal(nine->ssh.user, "root");
	assert_string_equal(pk_map_find(&nine->vars, "motd"), "hello  world");
	assert_string_equal(pk_map_find(&nine->vars, "shell"), "echo ${HOME}");

	const struct pk_host *db = host_of(&fixture, "dbb");
	assert_int_equal(db->ssh.become, PK_BECOME_SUDO);
	assert_int_equal(db->port, 22);
	assert_int_equal(host_of(&fixture, "alone")->transport, PK_TRANSPORT_LOCAL);
	assert_int_equal(host_of(&fixture, "alone")->groups.len, 0);

	const struct pk_host *win = host_of(&fixture, "win1");
	assert_int_equal(win->platform, PK_HOST_WINDOWS);
	assert_int_equal(win->sensor.kind, PK_SENSOR_SYSMON);
	assert_string_equal(win->sensor.bundle, "sysmon@15.15");
}

static void a_yaml_is_read(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "hosts.yml",
		"all:\n"
		"  vars: {ansible_user: root, picket_logs: {Security: {size: 1MiB}}}\n"
		"  hosts:\n"
		"    alone:\n"
		"  children:\n"
		"    prod:\n"
		"      vars: {ansible_become: false, list: [1, 2]}\n"
		"      children:\n"
		"        web:\n"
		"          hosts:\n"
		"            \"web[1:2]\": {ansible_port: 2200, site: bonn}\n"
		"          vars: {picket_sensor: {kind: sysmon-linux, config: c}}\n"
		"    web:\n");
	assert_int_equal(fixture.diags.all.len, 0);
	const struct pk_host *web = host_of(&fixture, "web2");
	assert_int_equal(web->port, 2200);
	assert_string_equal(web->ssh.user, "root");
	assert_int_equal(web->ssh.become, PK_BECOME_NONE);
	assert_int_equal(web->sensor.kind, PK_SENSOR_SYSMON_LINUX);
	assert_string_equal(pk_map_find(&web->vars, "site"), "bonn");
	assert_int_equal(web->groups.len, 2);
	assert_int_equal(host_of(&fixture, "alone")->logs.items[0].bytes, 1048576);
	assert_int_equal(fixture.inventory->groups.len, 2);
}

static void options_of_ssh_are_followed(void **state)
{
	(void)state;
	static const struct {
		const char *args;
		const char *jump;
	} cases[] = {
		{"-J gate", "gate"},
		{"-Jgate", "gate"},
		{"-o ProxyJump=u@gate:22", "u@gate:22"},
		{"-oProxyJump=gate", "gate"},
		{"-o 'ProxyJump gate'", "gate"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		FIXTURE_AUTO fixture;
		fixture_read(&fixture, "hosts",
			pk_arena_printf(
				arena, "h ansible_ssh_common_args=\"%s\"\n", cases[i].args));
		assert_int_equal(fixture.diags.all.len, 0);
		const struct pk_host *host = host_of(&fixture, "h");
		assert_int_equal(host->ssh.jumps.len, 1);
		assert_string_equal(host->ssh.jumps.items[0], cases[i].jump);
	}
}

static void what_is_wrong_has_its_place(void **state)
{
	(void)state;
	static const struct wrong inis[] = {
		{ini, PK_ANSIBLE_LINE, 4, 1},
		{"[web]\nh x\n", PK_ANSIBLE_LINE, 2, 3},
		{"[web]\nh a='b\n", PK_ANSIBLE_LINE, 2, 3},
		{"[web:vars]\nx\n[web]\nh\n", PK_ANSIBLE_LINE, 2, 1},
		{"[web:hosts]\nx\n[web]\nh\n", PK_ANSIBLE_LINE, 1, 1},
		{"[web:children]\na b\n[a]\nh\n", PK_ANSIBLE_LINE, 2, 1},
		{"[web:children]\ndb\n[d]\nh\n", PK_INVENTORY_GROUP, 2, 1},
		{"[web:vars]\na=1\n[d]\nh\n", PK_INVENTORY_GROUP, 1, 2},
		{"[web]\nh ansible_connection=winrm\n", PK_ANSIBLE_WINRM, 2, 3},
		{"[web]\nh ansible_connection=docker\n", PK_ANSIBLE_CONNECTION, 2, 3},
		{"[web]\nh ansible_user=\"{{ who }}\"\n", PK_ANSIBLE_TEMPLATE, 2, 3},
		{"[web]\nh other=\"{{ who }}\"\n", PK_ANSIBLE_TEMPLATE, 2, 3},
		{"[web]\nh ansible_password=secret\n", PK_ANSIBLE_PASSWORD, 2, 3},
		{"[web]\nh ansible_ssh_common_args='-o StrictHostKeyChecking=no'\n",
			PK_ANSIBLE_ARGUMENT, 2, 3},
		{"[web]\nh ansible_ssh_common_args='-o ProxyCommand=x'\n", PK_ANSIBLE_ARGUMENT, 2,
			3},
		{"[web]\nh picket_bundel=x\n", PK_INVENTORY_KEY, 2, 3},
		{"[web]\nh ansible_port=x\n", PK_INVENTORY_VALUE, 2, 3},
		{"[web]\nh ansible_user=$ANSIBLE_VAULT;1.1;AES256\n", PK_ANSIBLE_VAULT, 2, 3},
		{"$ANSIBLE_VAULT;1.1;AES256\n6162\n", PK_ANSIBLE_VAULT, 1, 1},
	};
	static const struct wrong yamls[] = {
		{"all:\n  hosts:\n    h: {ansible_user: !vault x}\n", PK_ANSIBLE_VAULT, 3, 23},
		{"all:\n  hosts:\n  host:\n", PK_INVENTORY_KEY, 3, 3},
		{"all:\n  hosts: [a]\n", PK_NODE_WRONG_KIND, 2, 10},
		{"web:\n  children: {web: {hosts: {h: }}}\n", PK_INVENTORY_CYCLE, 1, 1},
	};
	assert_wrong("hosts", inis, sizeof(inis) / sizeof(inis[0]));
	assert_wrong("hosts.yml", yamls, sizeof(yamls) / sizeof(yamls[0]));
}

static void a_password_reaches_nothing(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(
		&fixture, "hosts", "[web]\nh ansible_ssh_pass=Planted1 db_password=Planted2\n");
	const struct pk_host *host = host_of(&fixture, "h");
	assert_int_equal(host->vars.len, 0);
	for (size_t i = 0; i < fixture.diags.all.len; i++)
		assert_null(strstr(fixture.diags.all.items[i].message, "Planted"));
}

/* Files of a folder: its name, their names and texts. */
struct folder {
	char path[32];
	struct pk_arena *arena;
};

static void put_file(const struct folder *folder, const char *name, const char *text)
{
	const char *path = pk_arena_printf(folder->arena, "%s/%s", folder->path, name);
	char *parent = pk_arena_strdup(folder->arena, path);
	*strrchr(parent, '/') = '\0';
	struct pk_diags diags = {.arena = folder->arena};
	assert_true(pk_file_make_dirs(parent, &diags));
	assert_true(pk_file_write(path, text, strlen(text), &diags));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void folders_beside_an_inventory_are_read(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct folder folder = {.path = "/tmp/picket-test-XXXXXX", .arena = arena};
	assert_non_null(mkdtemp(folder.path));
	put_file(&folder, "hosts",
		"[web]\nw1\nw2 ansible_port=4\n[db]\nd1\n[all:vars]\nansible_user=ini\n"
		"[web:vars]\nansible_port=1\n");
	put_file(&folder, "group_vars/all/b.yml", "ansible_user: second\nnote: '{{ other }}'\n");
	put_file(&folder, "group_vars/all/a.yml", "---\nansible_user: first\nlist: [1, 2]\n");
	put_file(&folder, "group_vars/all/.hidden.yml", "ansible_user: hidden\n");
	put_file(&folder, "group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n6162\n");
	put_file(&folder, "group_vars/web.yml", "ansible_port: 2\n");
	put_file(&folder, "group_vars/db",
		"token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n"
		"picket_tags: [critical]\nansible_become_pass: hunter2\n");
	put_file(&folder, "host_vars/w2.json", "{\"ansible_host\": \"10.0.0.2\"}\n");
	put_file(&folder, "host_vars/d1.yml", "one: &one 1\ntwo: *one\n");
	struct pk_diags diags = {.arena = arena};
	const struct pk_inventory *inventory = pk_inventory_read(
		arena, pk_arena_printf(arena, "%s/hosts", folder.path), NULL, &diags);
	assert_int_equal(nftw(folder.path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	assert_non_null(inventory);
	const struct pk_host *w1 = pk_inventory_find(inventory, "w1");
	const struct pk_host *w2 = pk_inventory_find(inventory, "w2");
	const struct pk_host *d1 = pk_inventory_find(inventory, "d1");
	assert_string_equal(w1->ssh.user, "second");
	assert_int_equal(w1->port, 2);
	assert_int_equal(w2->port, 4);
	assert_string_equal(w2->address, "10.0.0.2");
	assert_string_equal(d1->tags.items[0], "critical");
	assert_int_equal(d1->port, 22);
	/* What is encrypted, what is a password, and what playbooks may have. */
	assert_int_equal(diags.all.len, 3);
	assert_int_equal(diags.all.items[0].code, PK_ANSIBLE_VAULT);
	assert_int_equal(diags.all.items[1].code, PK_ANSIBLE_PASSWORD);
	assert_int_equal(diags.all.items[2].code, PK_YAML_ANCHOR);
	assert_int_equal(diags.all.items[2].severity, PK_WARNING);
}

/* What findings show of a text, once it was read. */
static void assert_shown(const char *path, const char *text, const char *shown)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = pk_source_make(arena, path, text, strlen(text));
	(void)pk_inventory_read_source(arena, source, NULL, &diags);
	assert_int_equal(source->len, strlen(text));
	assert_string_equal(source->text, shown);
}

static void passwords_are_not_shown_in_findings(void **state)
{
	(void)state;
	assert_shown("hosts",
		"[web]\nw1 ansible_ssh_pass='s p' ansible_connection=winrm\n"
		"[web:vars]\nansible_become_password = s p # c\npicket_password_file=x\n",
		"[web]\nw1 ansible_ssh_pass=***** ansible_connection=winrm\n"
		"[web:vars]\nansible_become_password = *******\npicket_password_file=x\n");
	assert_shown("hosts.yml",
		"web:\n  hosts:\n    w1: {ansible_password: s, ansible_port: x}\n"
		"    passbox:\n      ansible_password: s, {t}\n      \"my_SECRET\" : 's'\n",
		"web:\n  hosts:\n    w1: {ansible_password: *, ansible_port: x}\n"
		"    passbox:\n      ansible_password: ******\n      \"my_SECRET\" : ***\n");
	assert_shown("x.yaml",
		"inventory: x\ndefaults: {password: 's,t', password_env: E}\nhosts: [pass]\n",
		"inventory: x\ndefaults: {password: *****, password_env: E}\nhosts: [pass]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ini_is_read),
		cmocka_unit_test(a_yaml_is_read),
		cmocka_unit_test(options_of_ssh_are_followed),
		cmocka_unit_test(what_is_wrong_has_its_place),
		cmocka_unit_test(a_password_reaches_nothing),
		cmocka_unit_test(folders_beside_an_inventory_are_read),
		cmocka_unit_test(passwords_are_not_shown_in_findings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
