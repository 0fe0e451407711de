#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "tests/unit/inventory_fixture.h"

static const char full[] =
	"inventory: acme\n"
	"defaults: {user: picket, identity: ~/.ssh/id_ed25519, known_hosts: known_hosts}\n"
	"groups:\n"
	"  windows:\n"
	"    platform: windows\n"
	"    sensor: {kind: sysmon, bundle: sysmon@15.15, config: policy, profile: workstation,\n"
	"      service: WinHelper, driver: WinHlp}\n"
	"    logs:\n"
	"      Microsoft-Windows-Sysmon/Operational: {size: 1GiB, retention: overwrite,\n"
	"        access: \"O:BAG:SYD:(A;;0x1;;;BA)\"}\n"
	"    hosts: [\"ws[001:003].corp.example\"]\n"
	"  dc: {in: [windows], hosts: [dc1, dc2], tags: [critical], sensor: {profile: dc}}\n"
	"  linux: {sensor: sysmon-linux, vars: {site: bonn}, hosts: [web1], zone: \"${site}\"}\n"
	"hosts:\n"
	"  dc1: {address: 10.0.0.4, port: 2222, vars: {site: berlin}, tags: [\"site:${site}\"]}\n"
	"  dc2: {address: \"${host}.corp.example\", jump: [admin@gate.example, \"gate2:2022\"]}\n"
	"rollout:\n"
	"  stages:\n"
	"    - {name: canary, hosts: 2, soak: 10m, only: 'tag:critical'}\n"
	"    - {name: early, hosts: 0.5%}\n"
	"    - {name: rest}\n"
	"  budget: {wave: 5%, total: 2%, unreachable: any, apply: 0}\n"
	"  sessions: 10\n"
	"  retry: 500ms\n";

static void everything_said_reaches_its_hosts(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "inv/acme.yaml", full);
	assert_int_equal(fixture.diags.all.len, 0);
	assert_string_equal(fixture.inventory->name, "acme");
	assert_int_equal(fixture.inventory->hosts.len, 6);
	assert_int_equal(fixture.inventory->groups.len, 3);

	const struct pk_host *ws = host_of(&fixture, "ws002.corp.example");
	assert_string_equal(ws->address, "ws002.corp.example");
	assert_int_equal(ws->port, 22);
	assert_int_equal(ws->platform, PK_HOST_WINDOWS);
	assert_string_equal(ws->ssh.user, "picket");
	assert_string_equal(ws->ssh.identity_files.items[0], "/home/ops/.ssh/id_ed25519");
	assert_string_equal(ws->ssh.known_hosts.items[0], "inv/known_hosts");
	assert_int_equal(ws->sensor.kind, PK_SENSOR_SYSMON);
	assert_string_equal(ws->sensor.bundle, "sysmon@15.15");
	assert_string_equal(ws->sensor.config, "policy");
	assert_string_equal(ws->sensor.profile, "workstation");
	assert_string_equal(ws->sensor.service, "WinHelper");
	assert_string_equal(ws->sensor.driver, "WinHlp");
	assert_int_equal(ws->logs.len, 1);
	assert_int_equal(ws->logs.items[0].bytes, 1073741824);
	assert_int_equal(ws->logs.items[0].retention, PK_RETENTION_OVERWRITE);
	assert_string_equal(ws->logs.items[0].access, "O:BAG:SYD:(A;;0x1;;;BA)");
	assert_string_equal(ws->state_dir, "C:\\ProgramData\\picket");
	assert_string_equal(ws->zone, "");
}

static void what_is_nearer_to_the_host_wins(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "inv/acme.yaml", full);
	const struct pk_host *dc1 = host_of(&fixture, "dc1");
	assert_string_equal(dc1->address, "10.0.0.4");
	assert_int_equal(dc1->port, 2222);
	assert_string_equal(dc1->sensor.profile, "dc");
	assert_string_equal(dc1->sensor.bundle, "sysmon@15.15");
	assert_int_equal(dc1->groups.len, 2);
	assert_string_equal(dc1->groups.items[0], "dc");
	assert_string_equal(dc1->groups.items[1], "windows");
	assert_int_equal(dc1->tags.len, 2);
	assert_string_equal(dc1->tags.items[0], "critical");
	assert_string_equal(dc1->tags.items[1], "site:berlin");
	assert_string_equal(pk_map_find(&dc1->vars, "site"), "berlin");
}

static void variables_are_replaced_and_jumps_make_a_zone(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "inv/acme.yaml", full);
	const struct pk_host *dc2 = host_of(&fixture, "dc2");
	assert_string_equal(dc2->address, "dc2.corp.example");
	assert_int_equal(dc2->ssh.jumps.len, 2);
	assert_string_equal(dc2->ssh.jumps.items[0], "admin@gate.example");
	assert_string_equal(dc2->ssh.jumps.items[1], "gate2:2022");
	assert_string_equal(dc2->zone, "gate2:2022");
	const struct pk_host *web = host_of(&fixture, "web1");
	assert_int_equal(web->platform, PK_HOST_LINUX);
	assert_string_equal(web->state_dir, "/var/lib/picket");
	assert_string_equal(web->install_dir, "/opt/sysmon");
	assert_string_equal(web->zone, "bonn");
}

static void a_rollout_is_read(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "inv/acme.yaml", full);
	const struct pk_rollout_wish *rollout = &fixture.inventory->rollout;
	assert_int_equal(rollout->stages.len, 3);
	assert_int_equal(rollout->stages.items[0].unit, PK_STAGE_COUNT);
	assert_int_equal(rollout->stages.items[0].amount, 2);
	assert_int_equal(rollout->stages.items[0].soak_ms, 600000);
	assert_string_equal(rollout->stages.items[0].selector, "tag:critical");
	assert_int_equal(rollout->stages.items[1].unit, PK_STAGE_PERCENT);
	assert_int_equal(rollout->stages.items[1].amount, 500);
	assert_int_equal(rollout->stages.items[2].unit, PK_STAGE_REST);
	assert_true(rollout->wave_budget.percent);
	assert_int_equal(rollout->wave_budget.most, 5000);
	assert_int_equal(rollout->class_budget[PK_FAILURE_UNREACHABLE].most, PK_BUDGET_ANY);
	assert_int_equal(rollout->class_budget[PK_FAILURE_APPLY].most, 0);
	assert_int_equal(rollout->class_budget[PK_FAILURE_HOST_KEY].most, 0);
	assert_int_equal(rollout->sessions, 10);
	assert_int_equal(rollout->retry_ms, 500);
	assert_int_equal(rollout->connects, 256);
}

static void a_rollout_has_defaults(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml", "inventory: a\nhosts: [h]\n");
	const struct pk_rollout_wish *rollout = &fixture.inventory->rollout;
	assert_int_equal(rollout->stages.len, 3);
	assert_string_equal(rollout->stages.items[0].name, "canary");
	assert_int_equal(rollout->wave_budget.most, 10000);
	assert_int_equal(rollout->total_budget.most, 5000);
	assert_int_equal(rollout->sessions, 64);
	assert_int_equal(rollout->zone_connects, 8);
	assert_int_equal(rollout->tries, 3);
	assert_int_equal(rollout->login_ms, 15000);
	assert_int_equal(rollout->stall_ms, 30000);
	const struct pk_host *host = host_of(&fixture, "h");
	assert_int_equal(host->platform, PK_HOST_ANY);
	assert_null(host->state_dir);
	assert_string_equal(host->ssh.user, "ops");
}

static void another_sensor_inherits_nothing(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml",
		"inventory: a\n"
		"groups:\n"
		"  w: {sensor: {kind: sysmon, bundle: sysmon@15.15, driver: Drv}, hosts: [a, b, "
		"c]}\n"
		"hosts:\n"
		"  a: {sensor: monster}\n"
		"  b: {sensor: none}\n"
		"  c: {sensor: {state: absent}}\n");
	assert_int_equal(fixture.diags.all.len, 0);
	assert_null(host_of(&fixture, "a")->sensor.bundle);
	assert_int_equal(host_of(&fixture, "b")->sensor.kind, PK_SENSOR_NONE);
	assert_true(host_of(&fixture, "c")->sensor.absent);
	assert_string_equal(host_of(&fixture, "c")->sensor.driver, "Drv");
}

static void winlogbeat_has_a_record_of_its_own(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml",
		"inventory: a\n"
		"hosts:\n"
		"  a: {sensor: {kind: winlogbeat, config: winlogbeat.yml}}\n"
		"  b: {sensor: sysmon}\n");
	assert_int_equal(fixture.diags.all.len, 0);
	assert_int_equal(host_of(&fixture, "a")->platform, PK_HOST_WINDOWS);
	assert_string_equal(
		host_of(&fixture, "a")->state_dir, "C:\\ProgramData\\picket-winlogbeat");
	assert_string_equal(host_of(&fixture, "b")->state_dir, "C:\\ProgramData\\picket");
}

static void what_is_not_compiled_has_no_profile(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml",
		"inventory: a\nhosts: {a: {sensor: {kind: winlogbeat, profile: x}}}\n");
	assert_int_equal(fixture.diags.all.items[0].code, PK_INVENTORY_SENSOR);
}

static void ranges_are_written_out(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t count;
		const char *first;
		const char *last;
	} cases[] = {
		{"h[1:20]", 20, "h1", "h20"},
		{"h[01:20]", 20, "h01", "h20"},
		{"h[a:f]x", 6, "hax", "hfx"},
		{"h[0:100:10]", 11, "h0", "h100"},
		{"h[:3]", 4, "h0", "h3"},
		{"h[1:2]-[a:c]", 6, "h1-a", "h2-c"},
		{"h[7:7]", 1, "h7", "h7"},
		{"h", 1, "h", "h"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[200];
		snprintf(text, sizeof(text), "inventory: a\nhosts: [\"%s\"]\n", cases[i].text);
		FIXTURE_AUTO fixture;
		fixture_read(&fixture, "x.yaml", text);
		assert_non_null(fixture.inventory);
		assert_int_equal(fixture.inventory->hosts.len, cases[i].count);
		assert_string_equal(fixture.inventory->hosts.items[0].name, cases[i].first);
		assert_string_equal(
			fixture.inventory->hosts.items[cases[i].count - 1].name, cases[i].last);
	}
}

#define HOST(rest) "inventory: a\nhosts: {h: {" rest "}}\n"
#define ROLLOUT(rest) "inventory: a\nhosts: [h]\nrollout: {" rest "}\n"

static const struct wrong wrongs[] = {
	{"- a\n", PK_INVENTORY_SHAPE, 1, 1},
	{"hosts: [a]\n", PK_INVENTORY_SHAPE, 1, 1},
	{"inventory: a\nhost: [a]\n", PK_INVENTORY_KEY, 2, 1},
	{"inventory: a\n", PK_INVENTORY_EMPTY, 1, 1},
	{"inventory: a\nhosts: [-a]\n", PK_INVENTORY_NAME, 2, 9},
	{"inventory: a\nhosts: [\"a b\"]\n", PK_INVENTORY_NAME, 2, 9},
	{"inventory: a\nhosts: [all]\n", PK_INVENTORY_NAME, 2, 9},
	{"inventory: a\nhosts: [\"\"]\n", PK_INVENTORY_NAME, 2, 9},
	{"inventory: a\nhosts: [\"a[1:2\"]\n", PK_INVENTORY_RANGE, 2, 9},
	{"inventory: a\nhosts: [\"a[9:1]\"]\n", PK_INVENTORY_RANGE, 2, 9},
	{"inventory: a\nhosts: [\"a[01:100]\"]\n", PK_INVENTORY_RANGE, 2, 9},
	{"inventory: a\nhosts: [\"a[a:F]\"]\n", PK_INVENTORY_RANGE, 2, 9},
	{"inventory: a\nhosts: [\"a[1:9:0]\"]\n", PK_INVENTORY_RANGE, 2, 9},
	{"inventory: a\nhosts: [\"a[1]\"]\n", PK_INVENTORY_RANGE, 2, 9},
	{"inventory: a\nhosts: [\"a]\"]\n", PK_INVENTORY_RANGE, 2, 9},
	{"inventory: a\nhosts: [\"a[0:999999999]\"]\n", PK_INVENTORY_LIMIT, 2, 9},
	{"inventory: a\nhosts: [\"a[0:999][0:999]\"]\n", PK_INVENTORY_LIMIT, 2, 9},
	{"inventory: a\nhosts: [a, b, a]\n", PK_INVENTORY_TWICE, 2, 15},
	{"inventory: a\ngroups:\n  g: {hosts: [\"a[1:3]\", a2]}\n", PK_INVENTORY_TWICE, 3, 25},
	{"inventory: a\ngroups:\n  g: {in: [win], hosts: [a]}\n", PK_INVENTORY_GROUP, 3, 12},
	{"inventory: a\ngroups:\n  g: {in: [k], hosts: [a]}\n  k: {in: [g]}\n", PK_INVENTORY_CYCLE,
		3, 3},
	{"inventory: a\ngroups:\n  g: {in: [g], hosts: [a]}\n", PK_INVENTORY_CYCLE, 3, 3},
	{"inventory: a\nhosts: {a: {address: x}, b: {address: X}}\n", PK_INVENTORY_ADDRESS, 2, 26},
	{"inventory: a\nhosts: {a: {address: x, host_key_alias: k}, b: {address: x}}\n",
		PK_INVENTORY_ADDRESS, 2, 45},
	{"inventory: a\nhosts: {a: {address: x, jump: j}, b: {address: x}}\n", PK_INVENTORY_ADDRESS,
		2, 35},
	{"inventory: a\nhosts: {a: {transport: local}, b: {transport: local}}\n",
		PK_INVENTORY_ADDRESS, 2, 32},
	{HOST("user: \"${nobody}\""), PK_INVENTORY_VARIABLE, 2, 19},
	{HOST("vars: {a: \"${a}\"}"), PK_INVENTORY_VARIABLE, 2, 23},
	{HOST("user: \"${host\""), PK_INVENTORY_VARIABLE, 2, 19},
	{HOST("vars: {host: x}"), PK_INVENTORY_NAME, 2, 20},
	{HOST("usr: x"), PK_INVENTORY_KEY, 2, 13},
	{HOST("bundle: x@1"), PK_INVENTORY_KEY, 2, 13},
	{HOST("port: 70000"), PK_INVENTORY_VALUE, 2, 19},
	{HOST("address: \"-oProxyCommand=x\""), PK_INVENTORY_VALUE, 2, 22},
	{HOST("user: \"-x\""), PK_INVENTORY_VALUE, 2, 19},
	{HOST("transport: telnet"), PK_INVENTORY_VALUE, 2, 24},
	{HOST("transport: winrm"), PK_ANSIBLE_WINRM, 2, 24},
	{HOST("platform: bsd"), PK_INVENTORY_VALUE, 2, 23},
	{HOST("password_env: \"a b\""), PK_INVENTORY_VALUE, 2, 27},
	{HOST("state_dir: \"/x;reboot\""), PK_INVENTORY_VALUE, 2, 24},
	{HOST("jump: \"-x\""), PK_JUMP_HOST, 2, 19},
	{HOST("jump: \"a:0\""), PK_JUMP_HOST, 2, 19},
	{HOST("tags: [\"a b\"]"), PK_INVENTORY_NAME, 2, 20},
	{HOST("sensor: {kind: sysmon, bundle: sysmon}"), PK_INVENTORY_VALUE, 2, 44},
	{HOST("sensor: {bundle: sysmon@1}"), PK_INVENTORY_SENSOR, 2, 30},
	{HOST("platform: linux, sensor: sysmon"), PK_INVENTORY_SENSOR, 2, 38},
	{HOST("sensor: {kind: sysmon, feature: true, driver: a}"), PK_INVENTORY_SENSOR, 2, 59},
	{HOST("sensor: {kind: sysmon, driver: LongDriver}"), PK_INVENTORY_SERVICE, 2, 44},
	{HOST("sensor: {kind: sysmon, service: \"a b\"}"), PK_INVENTORY_SERVICE, 2, 45},
	{HOST("logs: {Security: {size: 10000}}"), PK_INVENTORY_SIZE, 2, 37},
	{HOST("logs: {Security: {size: 1048577}}"), PK_INVENTORY_SIZE, 2, 37},
	{HOST("logs: {Security: {size: 1GB}}"), PK_INVENTORY_SIZE, 2, 37},
	{HOST("logs: {Security: {access: \"D:(A);x&y\"}}"), PK_INVENTORY_VALUE, 2, 39},
	{HOST("logs: {Security: {retention: never}}"), PK_INVENTORY_VALUE, 2, 42},
	{ROLLOUT("session: 3"), PK_INVENTORY_KEY, 3, 11},
	{ROLLOUT("sessions: 0"), PK_INVENTORY_VALUE, 3, 21},
	{ROLLOUT("connect: 10"), PK_INVENTORY_DURATION, 3, 20},
	{ROLLOUT("connect: 0"), PK_INVENTORY_DURATION, 3, 20},
	{ROLLOUT("budget: {wave: many}"), PK_INVENTORY_SHARE, 3, 26},
	{ROLLOUT("budget: {wave: 101%}"), PK_INVENTORY_SHARE, 3, 26},
	{ROLLOUT("budget: {host-key: 1}"), PK_INVENTORY_KEY, 3, 20},
	{ROLLOUT("stages: []"), PK_INVENTORY_STAGES, 3, 19},
	{ROLLOUT("stages: [{name: a, hosts: 1}]"), PK_INVENTORY_STAGES, 3, 20},
	{ROLLOUT("stages: [{name: a}, {name: b}]"), PK_INVENTORY_STAGES, 3, 20},
	{ROLLOUT("stages: [{hosts: 1}, {name: b}]"), PK_INVENTORY_STAGES, 3, 20},
	{ROLLOUT("stages: [{name: a, hosts: 1}, {name: a}]"), PK_INVENTORY_STAGES, 3, 48},
	{ROLLOUT("stages: [{name: a, only: 'tag:x'}, {name: b}]"), PK_INVENTORY_STAGES, 3, 20},
};

static void what_is_wrong_has_its_place(void **state)
{
	(void)state;
	assert_wrong("x.yaml", wrongs, sizeof(wrongs) / sizeof(wrongs[0]));
}

static void one_wrong_value_of_many_hosts_is_one_finding(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml",
		"inventory: a\ngroups: {g: {user: \"${nobody}\", hosts: [\"a[1:50]\"]}}\n");
	assert_one_finding(&fixture.diags, PK_INVENTORY_VARIABLE, 2, 20);
}

static const char *digest_of(const char *path, const char *text)
{
	static char digests[2][100];
	static size_t at;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, path, text);
	assert_non_null(fixture.inventory);
	char *digest = digests[at++ % 2];
	snprintf(digest, sizeof(digests[0]), "%s", fixture.inventory->digest);
	return digest;
}

static void a_digest_is_of_the_meaning(void **state)
{
	(void)state;
	const char *text = "inventory: a\nhosts: {h: {port: 1, user: u}, k: {}}\n";
	assert_string_equal(digest_of("x.yaml", text),
		digest_of(
			"y/z.yaml", "# c\nhosts:\n  k:\n  h: {user: u, port: 1}\ninventory: a\n"));
	assert_string_not_equal(digest_of("x.yaml", text),
		digest_of("x.yaml", "inventory: a\nhosts: {h: {port: 2, user: u}, k: {}}\n"));
	assert_string_not_equal(digest_of("x.yaml", text),
		digest_of("x.yaml", "inventory: a\nhosts: {h: {port: 1, user: v}, k: {}}\n"));
	assert_string_not_equal(digest_of("x.yaml", text),
		digest_of("x.yaml",
			"inventory: a\nhosts: {h: {port: 1, user: u}, k: {}}\n"
			"rollout: {tries: 1}\n"));
}

static void one_inventory_includes_another(void **state)
{
	(void)state;
	char folder[] = "/tmp/picket-inventory-XXXXXX";
	assert_non_null(mkdtemp(folder));
	struct fixture fixture = {.arena = pk_arena_create()};
	fixture.diags.arena = fixture.arena;
	const char *ini = pk_arena_printf(fixture.arena, "%s/hosts.ini", folder);
	const char *yaml = pk_arena_printf(fixture.arena, "%s/picket.yaml", folder);
	static const char hosts[] = "[web]\nweb[1:2] site=bonn\n[web:vars]\nansible_user=a\n";
	static const char own[] = "inventory: acme\ninclude: hosts.ini\ngroups:\n"
				  "  web: {user: b, sensor: sysmon-linux, tags: [\"${site}\"]}\n";
	assert_true(pk_file_write(ini, hosts, strlen(hosts), &fixture.diags));
	assert_true(pk_file_write(yaml, own, strlen(own), &fixture.diags));
	const struct pk_inventory_options options = {.user = NULL};
	fixture.inventory = pk_inventory_read(fixture.arena, yaml, &options, &fixture.diags);
	const struct pk_host *host = host_of(&fixture, "web2");
	assert_string_equal(host->ssh.user, "b");
	assert_string_equal(host->tags.items[0], "bonn");
	assert_int_equal(host->platform, PK_HOST_LINUX);
	assert_int_equal(fixture.inventory->sources.len, 2);

	static const char again[] = "inventory: acme\ninclude: picket.yaml\n";
	assert_true(pk_file_write(yaml, again, strlen(again), &fixture.diags));
	assert_null(pk_inventory_read(fixture.arena, yaml, &options, &fixture.diags));
	assert_one_finding(&fixture.diags, PK_INVENTORY_INCLUDE, 2, 10);
	remove(ini);
	remove(yaml);
	remove(folder);
	fixture_finish(&fixture);
}

static void a_hundred_thousand_hosts_are_read_at_once(void **state)
{
	(void)state;
	struct timespec before;
	struct timespec after;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml",
		"inventory: a\n"
		"defaults: {user: u, known_hosts: k}\n"
		"groups: {w: {sensor: {kind: sysmon, config: c}, tags: [t],\n"
		"  hosts: [\"ws[000000:099999].corp.example\"]}}\n");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	assert_int_equal(fixture.inventory->hosts.len, 100000);
	assert_true(pk_arena_used(fixture.arena) < (size_t)100 * 1024 * 1024);
	double seconds = (double)(after.tv_sec - before.tv_sec) +
		(double)(after.tv_nsec - before.tv_nsec) / 1e9;
	print_message("%.3f s, %zu MB\n", seconds, pk_arena_used(fixture.arena) >> 20);
	assert_true(seconds < 20); /* a sanitizer on a busy machine, too */
}

static void kinds_of_inventories_are_told(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{"inventory: a\n", true},
		{"# c\n\n[web]\na\n", true},
		{"[web:children]\n", true},
		{"a ansible_host=1.2.3.4\n", true},
		{"all:\n  hosts:\n    a:\n", true},
		{"web:\n  vars:\n  children:\n", true},
		{"picket: 1\nrules:\n  hosts:\n", false},
		{"picket: 1\nproject:\n  id: x\n", false},
		{"[1, 2]\n", false},
		{"{\"a\": 1}\n", false},
		{"<Sysmon/>", false},
		{"", false},
		{"text\n", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		assert_int_equal(
			pk_inventory_is(source_from_text(arena, cases[i].text)), cases[i].is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_said_reaches_its_hosts),
		cmocka_unit_test(what_is_nearer_to_the_host_wins),
		cmocka_unit_test(variables_are_replaced_and_jumps_make_a_zone),
		cmocka_unit_test(a_rollout_is_read),
		cmocka_unit_test(a_rollout_has_defaults),
		cmocka_unit_test(another_sensor_inherits_nothing),
		cmocka_unit_test(winlogbeat_has_a_record_of_its_own),
		cmocka_unit_test(what_is_not_compiled_has_no_profile),
		cmocka_unit_test(ranges_are_written_out),
		cmocka_unit_test(what_is_wrong_has_its_place),
		cmocka_unit_test(one_wrong_value_of_many_hosts_is_one_finding),
		cmocka_unit_test(a_digest_is_of_the_meaning),
		cmocka_unit_test(one_inventory_includes_another),
		cmocka_unit_test(a_hundred_thousand_hosts_are_read_at_once),
		cmocka_unit_test(kinds_of_inventories_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
