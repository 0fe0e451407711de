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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ini_is_read),
		cmocka_unit_test(a_yaml_is_read),
		cmocka_unit_test(options_of_ssh_are_followed),
		cmocka_unit_test(what_is_wrong_has_its_place),
		cmocka_unit_test(a_password_reaches_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
