/* Whom pk_http tells a secret: addresses, certificates, and what goes out. */
#include "tests/unit/edge_fixture.h"

#include <sys/prctl.h>

#include "base/run.h"
#include "templates/http/http.h"

/* Certificates made by openssl for all tests: an authority, another, and servers. */
struct vault {
	struct pk_temp *temp;
	bool ready;
};

struct trial {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct edge edge;
	struct pk_http_clock clock;
	struct pk_http_options options;
	struct pk_http *http;
	struct pk_secret *secret;
};

static struct pk_secret *secret_of(const char *text)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	assert_int_equal(setenv("PICKET_TEST_SECRET", text, 1), 0);
	struct pk_secret *secret = pk_secret_take_env("PICKET_TEST_SECRET", &diags);
	assert_non_null(secret);
	return secret;
}

/* --- Options --- */

/* Opening with these options finds this. */
static void open_finds(struct pk_http_options options, const char *secret, enum pk_code code)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	PK_AUTO(pk_secret) *owned = secret == NULL ? NULL : secret_of(secret);
	options.secret = owned;
	assert_null(pk_http_open(&options, &diags));
	assert_int_equal(diags.all.len, 1);
	assert_int_equal(diags.all.items[0].code, code);
	assert_non_null(diags.all.items[0].hint);
	for (size_t i = 0; secret != NULL && strlen(secret) > 8 && i < 2; i++) {
		const char *text = i == 0 ? diags.all.items[0].message : diags.all.items[0].hint;
		assert_null(strstr(text, secret));
	}
}

static void addresses_are_looked_through(void **state)
{
	static const char *const wrong[] = {"lab:9200", "ftp://lab", "https://",
		"https://lab:99999", "https://lab/?a", "https://lab/#a", "", "file:///etc/passwd",
		"https://a b/", NULL};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		open_finds((struct pk_http_options){.url = wrong[i]}, NULL, PK_HTTP_URL);
}

static void an_address_with_a_password_is_refused_and_not_shown(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_http_options options = {.url = "https://elastic:hunter22@lab:9200"};
	(void)state;
	assert_null(pk_http_open(&options, &diags));
	assert_int_equal(diags.all.items[0].code, PK_HTTP_URL);
	assert_null(strstr(diags.all.items[0].message, "hunter22"));
}

static void the_address_is_shown_without_its_end(void **state)
{
	static const struct {
		const char *url;
		const char *shown;
	} rows[] = {
		{"https://lab/", "https://lab:443"},
		{"HTTP://Lab:9200//", "http://Lab:9200"},
		{"https://lab:9243/es/", "https://lab:9243/es"},
		{"http://[::1]:9200", "http://[::1]:9200"},
	};
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pk_http_options options = {.url = rows[i].url};
		PK_AUTO(pk_http) *http = pk_http_open(&options, &diags);
		assert_non_null(http);
		assert_string_equal(pk_http_url(http), rows[i].shown);
	}
	assert_int_equal(diags.all.len, 0);
}

static void secrets_do_not_go_out_in_plain(void **state)
{
	static const char *const urls[] = {"http://lab:9200", "http://127.evil.example",
		"http://192.0.2.1", "http://[2001:db8::1]:9200", "http://localhost.evil.example",
		"http://0.0.0.0:9200"};
	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		open_finds((struct pk_http_options){.url = urls[i], .user = "u"}, "correct horse",
			PK_HTTP_PLAIN);
}

static void secrets_go_to_this_machine_in_plain(void **state)
{
	static const char *const urls[] = {"http://127.0.0.1", "http://127.1.2.3:9200",
		"http://[::1]:9200", "http://localhost:9200", "http://LOCALHOST", "https://lab"};
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	PK_AUTO(pk_secret) *secret = secret_of("correct horse");
	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct pk_http_options options = {.url = urls[i], .user = "u", .secret = secret};
		PK_AUTO(pk_http) *http = pk_http_open(&options, &diags);
		assert_non_null(http);
	}
}

static void changeme_is_refused(void **state)
{
	(void)state;
	open_finds((struct pk_http_options){.url = "https://lab", .user = "elastic"}, "changeme",
		PK_HTTP_CHANGEME);
	open_finds((struct pk_http_options){.url = "http://127.0.0.1", .user = "elastic"},
		"Changeme", PK_HTTP_CHANGEME);
	open_finds((struct pk_http_options){.url = "https://lab"}, "elastic:changeme",
		PK_HTTP_CHANGEME);
}

static void what_no_header_can_hold_is_refused(void **state)
{
	(void)state;
	open_finds((struct pk_http_options){.url = "https://lab", .user = "a:b"}, "correct horse",
		PK_HTTP_SECRET);
	open_finds((struct pk_http_options){.url = "https://lab"}, "correct horse", PK_HTTP_SECRET);
}

static void one_way_to_check_is_enough(void **state)
{
	static const char pin[] =
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	struct pk_http_options options = {.url = "https://lab"};
	(void)state;
	options.ca = "/nonexistent/ca.crt";
	open_finds(options, NULL, PK_HTTP_TRUST);
	options.fingerprint = pin;
	open_finds(options, NULL, PK_HTTP_TRUST);
	options.ca = NULL;
	options.insecure = true;
	open_finds(options, NULL, PK_HTTP_TRUST);
}

static void fingerprints_are_hexadecimal(void **state)
{
	static const char *const wrong[] = {"", "00",
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeefg",
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00",
		"0:0112233445566778899aabbccddeeff00112233445566778899aabbccddeef",
		":00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff:"};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		open_finds((struct pk_http_options){.url = "https://lab", .fingerprint = wrong[i]},
			NULL, PK_HTTP_TRUST);
}

static void secrets_in_plain_are_told(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	PK_AUTO(pk_secret) *secret = secret_of("correct horse");
	struct pk_http_options options = {
		.url = "http://lab", .insecure = true, .user = "u", .secret = secret};
	PK_AUTO(pk_http) *http = pk_http_open(&options, &diags);
	(void)state;
	assert_non_null(http);
	assert_int_equal(diags.warnings, 1);
	assert_int_equal(diags.all.items[0].code, PK_HTTP_INSECURE);
}

static void no_check_is_told(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_http_options options = {.url = "https://lab", .insecure = true};
	PK_AUTO(pk_http) *http = pk_http_open(&options, &diags);
	(void)state;
	assert_non_null(http);
	assert_int_equal(diags.warnings, 1);
	assert_int_equal(diags.all.items[0].code, PK_HTTP_INSECURE);
}

/* --- Who we are --- */

static void begin(struct trial *trial, const char *script, const char *const *edge_options)
{
	*trial = (struct trial){.arena = pk_arena_create()};
	trial->diags.arena = trial->arena;
	edge_start(&trial->edge, script, edge_options);
	trial->clock = (struct pk_http_clock){edge_now, edge_sleep, &trial->edge};
	trial->options = (struct pk_http_options){
		.url = trial->edge.url, .clock = &trial->clock, .tries = 1};
}

static bool ask(struct trial *trial)
{
	long status = 0;
	pk_http_close(trial->http);
	trial->http = pk_http_open(&trial->options, &trial->diags);
	assert_non_null(trial->http);
	return pk_http_json(trial->http, "GET", "/x", NULL, &status, &trial->diags) != NULL;
}

static void end(struct trial *trial)
{
	pk_http_close(trial->http);
	pk_secret_destroy(trial->secret);
	edge_stop(&trial->edge);
	pk_arena_destroy(trial->arena);
}

static void sends_header(const char *user, const char *secret, const char *header)
{
	struct trial trial;
	begin(&trial, "GET /x\n  body {}\n", NULL);
	trial.secret = secret_of(secret);
	trial.options.user = user;
	trial.options.secret = trial.secret;
	trial.options.header = "kbn-xsrf: picket";
	assert_true(ask(&trial));
	assert_int_equal(edge_asked(&trial.edge, header), 1);
	assert_int_equal(edge_asked(&trial.edge, "kbn-xsrf: picket\n"), 1);
	assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
	end(&trial);
	assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
}

static void secrets_are_sent_as_headers(void **state)
{
	(void)state;
	sends_header("elastic", "p:a ss", "Authorization: Basic ZWxhc3RpYzpwOmEgc3M=\n");
	sends_header(NULL, "abc:def", "Authorization: ApiKey YWJjOmRlZg==\n");
	sends_header(NULL, "YWJjOmRlZg==", "Authorization: ApiKey YWJjOmRlZg==\n");
}

static void a_password_that_is_not_taken_is_told(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n  status 401\n  header WWW-Authenticate: Basic realm=x\n", NULL);
	trial.secret = secret_of("correct horse");
	trial.options.user = "elastic";
	trial.options.secret = trial.secret;
	assert_false(ask(&trial));
	assert_int_equal(trial.diags.all.items[0].code, PK_HTTP_LOGIN);
	assert_non_null(strstr(trial.diags.all.items[0].message, "password of 'elastic'"));
	end(&trial);
}

static void no_secret_follows_a_redirect(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n  status 307\n  header Location: /y\nGET /y\n  body {}\n", NULL);
	trial.secret = secret_of("correct horse");
	trial.options.secret = trial.secret;
	trial.options.user = "u";
	assert_false(ask(&trial));
	assert_int_equal(trial.diags.all.items[0].code, PK_HTTP_REDIRECT);
	assert_int_equal(edge_asked(&trial.edge, "GET /y"), 0);
	end(&trial);
}

static void a_proxy_is_not_used_for_this_machine(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "GET /x\n  body {}\n", NULL);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	assert_true(ask(&trial));
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	end(&trial);
}

static void a_proxy_is_not_told_who_we_are(void **state)
{
	struct trial trial;
	(void)state;
	begin(&trial, "CONNECT *\n  status 403\n", NULL);
	setenv("https_proxy", trial.edge.url, 1);
	trial.secret = secret_of("correct horse");
	trial.options.user = "elastic";
	trial.options.secret = trial.secret;
	trial.options.url = "https://lab.example";
	assert_false(ask(&trial));
	unsetenv("https_proxy");
	assert_int_equal(edge_asked(&trial.edge, "CONNECT lab.example:443"), 1);
	assert_int_equal(edge_asked(&trial.edge, "Authorization"), 0);
	end(&trial);
}

/* --- Certificates --- */

/*
 * ca: an authority; other: another one; good: for 127.0.0.1 and localhost; named: for
 * elsewhere.example; old: was valid for a day of 2020; alone: signed by itself.
 */
static const char make[] =
	"set -e; cd \"$1\"\n"
	"ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
	"$1.key "
	"-out $1.crt -subj \"/CN=$1\" -days 30 -addext keyUsage=critical,keyCertSign; }\n"
	"leaf() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key "
	"-out $1.csr -subj \"/CN=$1\"; printf 'subjectAltName=%s\\n' \"$2\" >$1.ext; }\n"
	"sign() { openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 "
	"-extfile $1.ext -out $1.one; cat $1.one ca.crt >$1.crt; }\n"
	"ca ca; ca other; leaf good IP:127.0.0.1,DNS:localhost; sign good\n"
	"leaf named DNS:elsewhere.example,IP:192.0.2.7; sign named\n"
	"leaf old IP:127.0.0.1; mkdir db; : >db/index; echo 01 >db/serial\n"
	"printf "
	"'[ca]\\ndefault_ca=d\\n[d]\\ndatabase=db/index\\nserial=db/serial\\nnew_certs_dir=db\\n"
	"default_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >db/conf\n"
	"openssl ca -config db/conf -batch -notext -in old.csr -cert ca.crt -keyfile ca.key "
	"-startdate "
	"20200101000000Z -enddate 20200102000000Z -extfile old.ext -out old.one\n"
	"cat old.one ca.crt >old.crt\n"
	/* Shows ca's certificate behind one that another signed with the same names. */
	"openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout forged.key -out "
	"forged.csr -subj /CN=good\n"
	"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout fake.key "
	"-out "
	"fake.crt -subj /CN=ca -days 30 -addext keyUsage=critical,keyCertSign\n"
	"openssl x509 -req -in forged.csr -CA fake.crt -CAkey fake.key -CAcreateserial -days 30 "
	"-extfile good.ext -out forged.one; cat forged.one ca.crt >forged.crt\n"
	"for c in ca other good; do openssl x509 -in $c.crt -noout -fingerprint -sha256 | "
	"sed 's/.*=//' | tr -d '\\n' >$c.pin; done\n";

/* The system may refuse old TLS by itself: here it does not, so that it is seen whether we do. */
static void allow_old_tls(struct pk_temp *temp, struct pk_diags *diags)
{
	static const char conf[] =
		"openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n"
		"MinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n";
	assert_true(pk_temp_write(temp, "openssl.cnf", conf, sizeof(conf) - 1, diags));
	assert_int_equal(setenv("OPENSSL_CONF", pk_temp_path(temp, "openssl.cnf"), 1), 0);
}

static int make_vault(void **state)
{
	static struct vault vault; /* of this group; cmocka hands it on */
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	vault.temp = pk_temp_open(&diags);
	assert_non_null(vault.temp);
	allow_old_tls(vault.temp, &diags);
	const char *const argv[] = {"sh", "-c", make, "sh", pk_temp_path(vault.temp, ""), NULL};
	const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
	struct pk_run run = {.argv = argv, .env = env, .output_max = 1 << 20, .seconds_max = 60};
	PK_RUN_AUTO result = {0};
	pk_run(&result, &run);
	vault.ready = result.end == PK_RUN_EXITED && result.status == 0;
	if (!vault.ready)
		fprintf(stderr, "openssl makes no certificates: %s\n",
			result.err.data == NULL ? "" : result.err.data);
	*state = &vault;
	return 0;
}

static int remove_vault(void **state)
{
	struct vault *vault = *state;
	pk_temp_close(vault->temp);
	return 0;
}

static const char *vault_path(struct vault *vault, struct pk_arena *arena, const char *name)
{
	return pk_arena_strdup(arena, pk_temp_path(vault->temp, name));
}

static const char *vault_pin(struct vault *vault, struct pk_arena *arena, const char *name)
{
	struct pk_diags diags = {.arena = arena};
	return pk_file_read(arena, pk_temp_path(vault->temp, name), 0, &diags)->text;
}

/* Starts an edge that shows this certificate. */
static void begin_tls(struct trial *trial, struct vault *vault, const char *name, bool old_tls)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *certificate = vault_path(vault, arena, pk_arena_printf(arena, "%s.crt", name));
	const char *key = vault_path(vault, arena, pk_arena_printf(arena, "%s.key", name));
	const char *const options[] = {
		"--tls", certificate, key, old_tls ? "--tls-max" : NULL, "1.1", NULL};
	if (!vault->ready)
		skip();
	begin(trial, "GET /x\n  body {}\n", options);
}

static void assert_finds(struct trial *trial, enum pk_code code, const char *says)
{
	trial->diags.all.len = 0;
	assert_false(ask(trial));
	assert_int_equal(trial->diags.all.len, 1);
	assert_int_equal(trial->diags.all.items[0].code, code);
	assert_non_null(trial->diags.all.items[0].hint);
	if (strstr(trial->diags.all.items[0].message, says) == NULL)
		fail_msg("'%s' lacks '%s'", trial->diags.all.items[0].message, says);
}

static void an_authority_is_trusted(void **state)
{
	struct trial trial;
	begin_tls(&trial, *state, "good", false);
	trial.options.ca = vault_path(*state, trial.arena, "ca.crt");
	assert_true(ask(&trial));
	assert_int_equal(trial.diags.all.len, 0);
	trial.options.ca = vault_path(*state, trial.arena, "other.crt");
	assert_finds(&trial, PK_HTTP_CERTIFICATE, "self-signed certificate in certificate chain");
	assert_non_null(strstr(trial.diags.all.items[0].hint, "--ca"));
	trial.options.ca = NULL;
	assert_finds(&trial, PK_HTTP_CERTIFICATE, "self-signed certificate in certificate chain");
	trial.options.ca = vault_path(*state, trial.arena, "good.key");
	trial.diags.all.len = 0;
	assert_false(ask(&trial));
	assert_int_equal(trial.diags.all.items[0].code, PK_HTTP_TRUST);
	assert_int_equal(edge_asked(&trial.edge, "GET"), 1);
	end(&trial);
}

static void a_fingerprint_is_trusted(void **state)
{
	struct trial trial;
	begin_tls(&trial, *state, "good", false);
	trial.options.fingerprint = vault_pin(*state, trial.arena, "ca.pin");
	assert_true(ask(&trial));
	trial.options.fingerprint = vault_pin(*state, trial.arena, "good.pin");
	assert_true(ask(&trial));
	assert_int_equal(trial.diags.all.len, 0);
	trial.options.fingerprint = vault_pin(*state, trial.arena, "other.pin");
	assert_finds(&trial, PK_HTTP_CERTIFICATE, "has the fingerprint");
	assert_int_equal(edge_asked(&trial.edge, "GET"), 2);
	end(&trial);
}

static void a_fingerprint_is_not_enough_beside_another_chain(void **state)
{
	struct trial trial;
	begin_tls(&trial, *state, "forged", false);
	trial.options.fingerprint = vault_pin(*state, trial.arena, "ca.pin");
	assert_finds(&trial, PK_HTTP_CERTIFICATE, "not trusted");
	assert_int_equal(edge_asked(&trial.edge, "GET"), 0);
	end(&trial);
}

static void a_certificate_is_for_a_name(void **state)
{
	struct trial trial;
	begin_tls(&trial, *state, "named", false);
	trial.options.ca = vault_path(*state, trial.arena, "ca.crt");
	assert_finds(&trial, PK_HTTP_CERTIFICATE,
		"is for elsewhere.example, 192.0.2.7, not for '127.0.0.1'");
	trial.options.ca = NULL;
	trial.options.fingerprint = vault_pin(*state, trial.arena, "ca.pin");
	assert_finds(&trial, PK_HTTP_CERTIFICATE, "not for '127.0.0.1'");
	end(&trial);
}

static void an_expired_certificate_is_refused(void **state)
{
	struct trial trial;
	begin_tls(&trial, *state, "old", false);
	trial.options.ca = vault_path(*state, trial.arena, "ca.crt");
	assert_finds(&trial, PK_HTTP_CERTIFICATE, "has expired");
	trial.options.ca = NULL;
	trial.options.fingerprint = vault_pin(*state, trial.arena, "ca.pin");
	assert_finds(&trial, PK_HTTP_CERTIFICATE, "has expired");
	end(&trial);
}

static void the_user_may_go_without_a_check(void **state)
{
	struct trial trial;
	begin_tls(&trial, *state, "named", false);
	trial.options.insecure = true;
	assert_true(ask(&trial));
	assert_int_equal(trial.diags.all.items[0].code, PK_HTTP_INSECURE);
	end(&trial);
}

static void old_tls_is_refused(void **state)
{
	struct trial trial;
	begin_tls(&trial, *state, "good", true);
	trial.options.ca = vault_path(*state, trial.arena, "ca.crt");
	assert_finds(&trial, PK_HTTP_TLS, "no encrypted connection");
	end(&trial);
}

static void the_wrong_protocol_is_told(void **state)
{
	struct trial trial;
	begin(&trial, "GET /x\n  body {}\n", NULL);
	trial.options.url = pk_arena_printf(trial.arena, "https://127.0.0.1:%u", trial.edge.port);
	assert_finds(&trial, PK_HTTP_TLS, "wrong version number");
	end(&trial);
	begin_tls(&trial, *state, "good", false);
	trial.options.url = pk_arena_printf(trial.arena, "http://127.0.0.1:%u", trial.edge.port);
	assert_finds(&trial, PK_HTTP_BROKEN, "breaks off");
	assert_non_null(strstr(trial.diags.all.items[0].hint, "https://"));
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_looked_through),
		cmocka_unit_test(an_address_with_a_password_is_refused_and_not_shown),
		cmocka_unit_test(the_address_is_shown_without_its_end),
		cmocka_unit_test(secrets_do_not_go_out_in_plain),
		cmocka_unit_test(secrets_go_to_this_machine_in_plain),
		cmocka_unit_test(changeme_is_refused),
		cmocka_unit_test(what_no_header_can_hold_is_refused),
		cmocka_unit_test(one_way_to_check_is_enough),
		cmocka_unit_test(fingerprints_are_hexadecimal),
		cmocka_unit_test(secrets_in_plain_are_told),
		cmocka_unit_test(no_check_is_told),
		cmocka_unit_test(secrets_are_sent_as_headers),
		cmocka_unit_test(a_password_that_is_not_taken_is_told),
		cmocka_unit_test(no_secret_follows_a_redirect),
		cmocka_unit_test(a_proxy_is_not_used_for_this_machine),
		cmocka_unit_test(a_proxy_is_not_told_who_we_are),
		cmocka_unit_test(an_authority_is_trusted),
		cmocka_unit_test(a_fingerprint_is_trusted),
		cmocka_unit_test(a_fingerprint_is_not_enough_beside_another_chain),
		cmocka_unit_test(a_certificate_is_for_a_name),
		cmocka_unit_test(an_expired_certificate_is_refused),
		cmocka_unit_test(the_user_may_go_without_a_check),
		cmocka_unit_test(old_tls_is_refused),
		cmocka_unit_test(the_wrong_protocol_is_told),
	};
	return cmocka_run_group_tests(tests, make_vault, remove_vault);
}
