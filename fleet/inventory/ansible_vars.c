/*
 * Variables of Ansible that say how a host is reached, and picket's own, picket_<setting>.
 *
 * Nothing is evaluated: templates and encrypted values are refused where picket would need them.
 * Other variables go along as the host's own; those of Ansible and whatever is called a password
 * do not.
 */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

struct reading {
	struct pk_inventory_build *build;
	struct pk_wishes *out;
	const char *name;
	const struct pk_node *value;
	struct pk_span span; /* of the variable's name */
};

typedef bool (*reader)(struct reading *reading);

struct variable {
	const char *name;
	enum pk_setting setting; /* if `read` is NULL */
	reader read;
};

static bool is_scalar(const struct pk_node *node)
{
	return node->kind != PK_NODE_NULL && node->kind != PK_NODE_LIST &&
		node->kind != PK_NODE_MAP;
}

static bool set(struct reading *reading, enum pk_setting setting, const struct pk_node *value)
{
	bool known;
	const char *key = pk_setting_key(setting);
	if (!pk_setting_of_sensor(setting))
		return pk_wishes_read_key(reading->out, &known, key, value, reading->build);
	if (!is_scalar(value))
		return pk_node_expect(value, PK_NODE_STRING, reading->name, reading->build->diags);
	reading->out->values[setting] = value;
	return true;
}

static bool set_text(struct reading *reading, enum pk_setting setting, const char *text)
{
	return set(reading, setting,
		pk_inventory_node(reading->build, text, strlen(text), reading->value->span, true));
}

/* --- single variables --- */

static bool read_connection(struct reading *reading)
{
	struct pk_diags *diags = reading->build->diags;
	const struct pk_node *value = reading->value;
	const char *text = is_scalar(value) ? value->text : "";
	if (pk_text_equal(text, "winrm") || pk_text_equal(text, "psrp")) {
		struct pk_diag *diag = pk_report(diags, PK_ANSIBLE_WINRM, value->span,
			"hosts cannot be reached by '%s' yet", text);
		pk_diag_hint(diags, diag,
			"use OpenSSH for Windows: 'ansible_connection=ssh' and "
			"'ansible_shell_type=cmd'");
		return false;
	}
	if (pk_text_equal(text, "local"))
		return set_text(reading, PK_SET_TRANSPORT, "local");
	if (pk_text_equal(text, "ssh") || pk_text_equal(text, "smart") ||
		pk_text_equal(text, "paramiko") || pk_text_equal(text, "paramiko_ssh"))
		return set_text(reading, PK_SET_TRANSPORT, "ssh");
	struct pk_diag *diag = pk_report(diags, PK_ANSIBLE_CONNECTION, value->span,
		"there is no connection '%s' here", text);
	pk_diag_hint(diags, diag, "write 'ssh' or 'local'");
	return false;
}

static bool is_true(const struct pk_node *value)
{
	static const char *const words[] = {"true", "yes", "on", "1", "y", "t"};
	for (size_t i = 0; i < PK_COUNT(words); i++) {
		if (is_scalar(value) && pk_text_equal_nocase(value->text, words[i]))
			return true;
	}
	return false;
}

static bool read_become(struct reading *reading)
{
	return set_text(reading, PK_SET_BECOME, is_true(reading->value) ? "sudo" : "none");
}

static bool read_shell_type(struct reading *reading)
{
	const char *text = is_scalar(reading->value) ? reading->value->text : "";
	if (!pk_text_equal(text, "cmd") && !pk_text_equal(text, "powershell"))
		return true;
	return set_text(reading, PK_SET_PLATFORM, "windows");
}

/* --- options of ssh --- */

static bool warn_of_option(struct reading *reading, const char *option, const char *hint)
{
	struct pk_inventory_build *build = reading->build;
	struct pk_diag *diag = pk_report(build->diags, PK_ANSIBLE_ARGUMENT, reading->value->span,
		"option of ssh is not followed: '%s'", option);
	pk_diag_hint(build->diags, diag, "%s", hint);
	return true;
}

static bool refuse_command(struct reading *reading, const char *option)
{
	struct pk_inventory_build *build = reading->build;
	struct pk_diag *diag = pk_report_as(build->diags, PK_ERROR, PK_ANSIBLE_ARGUMENT,
		reading->value->span, "the host is reached by a command: '%s'", option);
	pk_diag_hint(build->diags, diag, "use 'ProxyJump', '-J' or 'picket_jump'");
	return false;
}

struct ssh_option {
	const char *name;
	enum pk_setting setting;
};

static const struct ssh_option ssh_options[] = {
	{"ProxyJump", PK_SET_JUMP},
	{"UserKnownHostsFile", PK_SET_KNOWN_HOSTS},
	{"HostKeyAlias", PK_SET_HOST_KEY_ALIAS},
	{"IdentityFile", PK_SET_IDENTITY},
	{"CertificateFile", PK_SET_CERTIFICATE},
	{"Port", PK_SET_PORT},
	{"User", PK_SET_USER},
	{"HostName", PK_SET_ADDRESS},
};

/* Changes only how a session is kept or how much it says. */
static const char *const harmless[] = {"ControlMaster", "ControlPersist", "ControlPath",
	"ServerAliveInterval", "ServerAliveCountMax", "ConnectTimeout", "Compression", "LogLevel",
	"PreferredAuthentications", "ForwardAgent", "IdentitiesOnly", "BatchMode", "TCPKeepAlive",
	"AddKeysToAgent", "GSSAPIAuthentication", "ConnectionAttempts"};

/* NAME=VALUE or "NAME VALUE" behind -o. */
static bool read_ssh_option(struct reading *reading, const char *option)
{
	size_t len = strcspn(option, "= ");
	const char *value = option + len + strspn(option + len, "= ");
	const char *name = pk_arena_strndup(reading->build->scratch, option, len);
	for (size_t i = 0; i < PK_COUNT(ssh_options); i++) {
		if (pk_text_equal_nocase(name, ssh_options[i].name) && *value != '\0')
			return set_text(reading, ssh_options[i].setting, value);
	}
	for (size_t i = 0; i < PK_COUNT(harmless); i++) {
		if (pk_text_equal_nocase(name, harmless[i]))
			return true;
	}
	if (pk_text_equal_nocase(name, "ProxyCommand"))
		return refuse_command(reading, option);
	if (pk_text_equal_nocase(name, "StrictHostKeyChecking"))
		return warn_of_option(reading, option, "keys of hosts are always checked");
	return warn_of_option(reading, option, "say it with a setting of picket, or leave it out");
}

struct ssh_flag {
	char flag;
	bool option; /* it is -o, else `setting` */
	enum pk_setting setting;
};

static const struct ssh_flag ssh_flags[] = {
	{'o', true, PK_SETTINGS},
	{'J', false, PK_SET_JUMP},
	{'i', false, PK_SET_IDENTITY},
	{'l', false, PK_SET_USER},
	{'p', false, PK_SET_PORT},
};

typedef PK_LIST(const char *) word_list;

/* The words of a command line, with its quotes resolved. */
static void split_words(struct pk_arena *arena, word_list *out, const char *text)
{
	while (*(text += strspn(text, " \t")) != '\0') {
		PK_BUF_AUTO word = {0};
		char quote = '\0';
		for (; *text != '\0' && (quote != '\0' || (*text != ' ' && *text != '\t'));
			text++) {
			if (quote == '\0' && (*text == '"' || *text == '\''))
				quote = *text;
			else if (*text == quote)
				quote = '\0';
			else
				pk_buf_putc(&word, *text);
		}
		*pk_list_push(arena, out) =
			pk_arena_strndup(arena, word.data == NULL ? "" : word.data, word.len);
	}
}

static const struct ssh_flag *find_flag(char flag)
{
	for (size_t i = 0; i < PK_COUNT(ssh_flags); i++) {
		if (ssh_flags[i].flag == flag)
			return &ssh_flags[i];
	}
	return NULL;
}

static bool read_arguments(struct reading *reading)
{
	word_list words = {0};
	if (!is_scalar(reading->value))
		return pk_node_expect(
			reading->value, PK_NODE_STRING, reading->name, reading->build->diags);
	split_words(reading->build->scratch, &words, reading->value->text);
	bool good = true;
	for (size_t i = 0; i < words.len; i++) {
		const char *word = words.items[i];
		const struct ssh_flag *flag = *word == '-' ? find_flag(word[1]) : NULL;
		const char *value = flag == NULL ? NULL : word + 2;
		if (value != NULL && *value == '\0')
			value = i + 1 < words.len ? words.items[++i] : NULL;
		if (value == NULL)
			warn_of_option(
				reading, word, "say it with a setting of picket, or leave it out");
		else if (flag->option)
			good = read_ssh_option(reading, value) && good;
		else
			good = set_text(reading, flag->setting, value) && good;
	}
	return good;
}

/* --- the table --- */

static const struct variable variables[] = {
	{"ansible_become", PK_SETTINGS, read_become},
	{"ansible_connection", PK_SETTINGS, read_connection},
	{"ansible_host", PK_SET_ADDRESS, NULL},
	{"ansible_port", PK_SET_PORT, NULL},
	{"ansible_private_key_file", PK_SET_IDENTITY, NULL},
	{"ansible_shell_type", PK_SETTINGS, read_shell_type},
	{"ansible_ssh_common_args", PK_SETTINGS, read_arguments},
	{"ansible_ssh_extra_args", PK_SETTINGS, read_arguments},
	{"ansible_ssh_host", PK_SET_ADDRESS, NULL},
	{"ansible_ssh_port", PK_SET_PORT, NULL},
	{"ansible_ssh_private_key_file", PK_SET_IDENTITY, NULL},
	{"ansible_ssh_user", PK_SET_USER, NULL},
	{"ansible_user", PK_SET_USER, NULL},
};

static const struct variable *find_variable(const char *name)
{
	for (size_t i = 0; i < PK_COUNT(variables); i++) {
		if (pk_text_equal(variables[i].name, name))
			return &variables[i];
	}
	return NULL;
}

static bool has_template(const struct pk_node *value)
{
	return is_scalar(value) &&
		(strstr(value->text, "{{") != NULL || strstr(value->text, "{%") != NULL);
}

/* Refuses it where it is needed; elsewhere the variable is left out with a note. */
static bool report_template(struct reading *reading, bool needed)
{
	struct pk_diags *diags = reading->build->diags;
	if (!needed && reading->build->in_folders)
		return true;
	struct pk_diag *diag = pk_report_as(diags, needed ? PK_ERROR : PK_NOTE, PK_ANSIBLE_TEMPLATE,
		reading->value->span,
		needed ? "templates are not evaluated: '%s' is needed"
		       : "templates are not evaluated: '%s' is left out",
		reading->name);
	pk_diag_hint(diags, diag,
		needed ? "write the value itself, or set it in an inventory that includes this one"
		       : "write the value itself if picket shall know it");
	return !needed;
}

static bool report_vault(struct reading *reading)
{
	struct pk_diag *diag = pk_report(reading->build->diags, PK_ANSIBLE_VAULT,
		reading->value->span, "encrypted values are not read: '%s'", reading->name);
	pk_diag_hint(reading->build->diags, diag,
		"keep secrets in a file or variable: password_file, password_env");
	return false;
}

static bool report_password(struct reading *reading)
{
	struct pk_diag *diag = pk_report(reading->build->diags, PK_ANSIBLE_PASSWORD, reading->span,
		"'%s' is not read", reading->name);
	pk_diag_hint(reading->build->diags, diag,
		"keep it in a file or variable: picket_password_file, picket_password_env");
	return true;
}

/* picket_sensor, picket_logs, picket_tags, picket_<setting>. */
static bool read_own(struct reading *reading)
{
	struct pk_inventory_build *build = reading->build;
	const char *key = reading->name + strlen("picket_");
	enum pk_setting setting = pk_setting_find(key);
	bool known = true;
	if (setting != PK_SETTINGS)
		return set(reading, setting, reading->value);
	if (!pk_text_equal(key, "vars") &&
		!pk_wishes_read_key(reading->out, &known, key, reading->value, build))
		return false;
	if (known && !pk_text_equal(key, "vars"))
		return true;
	const char *keys[PK_SETTINGS + 3] = {"sensor", "logs", "tags"};
	for (size_t i = 0; i < PK_SETTINGS; i++)
		keys[i + 3] = pk_setting_key((enum pk_setting)i);
	struct pk_diag *diag = pk_report(build->diags, PK_INVENTORY_KEY, reading->span,
		"'%s' is no variable of picket", reading->name);
	const char *near = pk_text_nearest(key, keys, PK_COUNT(keys));
	if (near != NULL)
		pk_diag_hint(build->diags, diag, "write 'picket_%s'", near);
	return false;
}

/* Of Ansible's other variables only the text is kept, in which "${" means nothing. */
static bool read_other(struct reading *reading)
{
	const struct pk_node *value = reading->value;
	if (!is_scalar(value) || strlen(value->text) != value->text_len ||
		!pk_inventory_plain(reading->name, PK_HOST_NAME_MAX, "_.-") ||
		pk_text_equal(reading->name, "host"))
		return true;
	for (const char *c = value->text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return true;
	}
	if (value->text_len > PK_INVENTORY_TEXT_MAX)
		return true;
	const struct pk_node *literal =
		pk_inventory_node(reading->build, value->text, value->text_len, value->span, true);
	return pk_wishes_set_var(
		reading->out, reading->name, literal, reading->span, reading->build);
}

bool pk_ansible_read_var(struct pk_inventory_build *build, struct pk_wishes *out, const char *name,
	const struct pk_node *value, struct pk_span span)
{
	struct reading reading = {
		.build = build, .out = out, .name = name, .value = value, .span = span};
	const struct variable *variable = find_variable(name);
	bool own = pk_text_starts(name, "picket_");
	bool needed = variable != NULL || own;
	bool vault = is_scalar(value) && strstr(value->text, "$ANSIBLE_VAULT;") != NULL;
	if (pk_inventory_is_secret(name) && !own)
		return pk_text_starts(name, "ansible_") ? report_password(&reading) : true;
	if (vault)
		return needed ? report_vault(&reading) : true;
	if (has_template(value))
		return report_template(&reading, needed);
	if (own)
		return read_own(&reading);
	if (variable != NULL)
		return variable->read != NULL ? variable->read(&reading)
					      : set(&reading, variable->setting, value);
	return pk_text_starts(name, "ansible_") || read_other(&reading);
}

struct pk_node *pk_inventory_node(struct pk_inventory_build *build, const char *text, size_t len,
	struct pk_span span, bool literal)
{
	struct pk_node *node = PK_NEW(build->arena, struct pk_node);
	PK_BUF_AUTO escaped = {0};
	for (size_t i = 0; i < len; i++) {
		if (literal && text[i] == '$' && i + 1 < len && text[i + 1] == '{')
			pk_buf_putc(&escaped, '$');
		pk_buf_putc(&escaped, text[i]);
	}
	node->kind = PK_NODE_STRING;
	node->span = span;
	node->text = pk_arena_strndup(
		build->arena, escaped.data == NULL ? "" : escaped.data, escaped.len);
	node->text_len = escaped.len;
	return node;
}
