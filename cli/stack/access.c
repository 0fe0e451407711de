#include "cli/stack/access.h"

#include <stdlib.h>

static bool is_named(const char *file, const char *variable)
{
	return file != NULL || variable != NULL;
}

bool pk_access_check(struct pk_cli *cli, const struct pk_access *access)
{
	const char *wrong = NULL;
	bool password = is_named(access->password_file, access->password_env);
	bool key = is_named(access->api_key_file, access->api_key_env);
	if (key && access->user != NULL)
		wrong = "an API key stands for a user: leave --user out";
	else if (key && password)
		wrong = "give a password or an API key, not both";
	else if (password && access->user == NULL)
		wrong = "name the user of the password by --user";
	else if (access->password_file != NULL && access->password_env != NULL)
		wrong = "give --password-file or --password-env, not both";
	else if (access->api_key_file != NULL && access->api_key_env != NULL)
		wrong = "give --api-key-file or --api-key-env, not both";
	else if (access->insecure && (access->ca != NULL || access->fingerprint != NULL))
		wrong = "--insecure checks nothing: leave it out, or --ca and --fingerprint";
	if (wrong == NULL)
		return true;
	cli->status = pk_cli_usage_error(cli, "%s", wrong);
	return false;
}

static const char *file_of(const struct pk_access *access)
{
	return access->user != NULL ? access->password_file : access->api_key_file;
}

const char *pk_access_variable(const struct pk_access *access)
{
	const char *named = access->user != NULL ? access->password_env : access->api_key_env;
	const char *usual = access->user != NULL ? PK_ACCESS_PASSWORD : PK_ACCESS_API_KEY;
	if (named != NULL || file_of(access) != NULL)
		return named;
	const char *value = getenv(usual);
	return value != NULL && value[0] != '\0' ? usual : NULL;
}

static struct pk_secret *ask(struct pk_cli *cli, const char *user, struct pk_diags *diags)
{
	const char *prompt = pk_arena_printf(cli->arena, "password of %s: ", user);
	return pk_secret_ask(prompt, diags);
}

bool pk_access_secret(struct pk_secret **out, struct pk_cli *cli, const struct pk_access *access,
	struct pk_diags *diags)
{
	const char *file = file_of(access);
	const char *variable = pk_access_variable(access);
	struct pk_secret *secret = NULL;
	if (file != NULL)
		secret = pk_secret_read(file, diags);
	else if (variable != NULL)
		secret = pk_secret_take_env(variable, diags);
	else if (access->user != NULL)
		secret = ask(cli, access->user, diags);
	else {
		*out = NULL;
		return true;
	}
	if (secret == NULL)
		return false;
	*out = secret;
	return true;
}
