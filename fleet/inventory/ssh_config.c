#include "fleet/inventory/ssh_config.h"

#include <glob.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"

enum keyword {
	KEY_OTHER,
	KEY_HOST,
	KEY_MATCH,
	KEY_INCLUDE,
	KEY_HOST_NAME,
	KEY_PORT,
	KEY_USER,
	KEY_IDENTITY_FILE,
	KEY_CERTIFICATE_FILE,
	KEY_PROXY_JUMP,
	KEY_PROXY_COMMAND,
	KEY_HOST_KEY_ALIAS,
	KEY_KNOWN_HOSTS,
	KEYS,
};

static const char *const keywords[KEYS] = {
	[KEY_HOST] = "Host",
	[KEY_MATCH] = "Match",
	[KEY_INCLUDE] = "Include",
	[KEY_HOST_NAME] = "HostName",
	[KEY_PORT] = "Port",
	[KEY_USER] = "User",
	[KEY_IDENTITY_FILE] = "IdentityFile",
	[KEY_CERTIFICATE_FILE] = "CertificateFile",
	[KEY_PROXY_JUMP] = "ProxyJump",
	[KEY_PROXY_COMMAND] = "ProxyCommand",
	[KEY_HOST_KEY_ALIAS] = "HostKeyAlias",
	[KEY_KNOWN_HOSTS] = "UserKnownHostsFile",
};

struct option {
	enum keyword key;
	const char *const *words;
	size_t count;
	uint16_t port; /* KEY_PORT */
	struct pk_span span;
};

/* What stands between two Host lines. */
struct block {
	PK_LIST(const char *) patterns; /* of the Host line, and of those around an Include */
	const struct block *around;	/* the block that has the Include; NULL: none */
	bool never;			/* a Match that is passed over */
	PK_LIST(struct option) options;
};

struct pk_ssh_config {
	const char *home;
	PK_LIST(struct block *) blocks; /* in the order of the lines */
};

struct reading {
	struct pk_arena *arena;
	struct pk_ssh_config *config;
	const struct pk_ssh_config_options *options;
	struct pk_diags *diags;
	struct pk_source *source;
	struct block *block;
	const struct block *around;
	size_t lines;
	unsigned depth;
};

/* --- words --- */

typedef PK_LIST(const char *) word_list;

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

/* Reads one word at *at, which may be quoted; what is wrong with it, or NULL. */
static const char *read_word(struct pk_buf *out, const char **at, const char *end, bool keyword)
{
	const char *c = *at;
	char quote = '\0';
	for (; c < end; c++) {
		if (quote == '\0' && (is_blank(*c) || (keyword && *c == '=')))
			break;
		if (quote == '\0' && (*c == '"' || *c == '\'')) {
			quote = *c;
		} else if (*c == quote) {
			quote = '\0';
		} else {
			bool escaped = *c == '\\' && c + 1 < end &&
				(c[1] == '"' || c[1] == '\'' || c[1] == '\\');
			c += escaped ? 1 : 0;
			pk_buf_putc(out, *c);
		}
	}
	*at = c;
	return quote == '\0' ? NULL : "a quote is not closed";
}

/* The words of a line, the keyword first; what is wrong, or NULL. */
static const char *read_words(
	struct pk_arena *arena, word_list *out, const char *line, const char *end)
{
	const char *c = line;
	for (;;) {
		while (c < end && is_blank(*c))
			c++;
		if (out->len == 1 && c < end && *c == '=') {
			c++;
			continue;
		}
		if (c == end || *c == '#')
			return NULL;
		if (out->len == PK_SSH_CONFIG_WORDS)
			return "the line has too many words";
		PK_BUF_AUTO word = {0};
		const char *fault = read_word(&word, &c, end, out->len == 0);
		if (fault != NULL)
			return fault;
		*pk_list_push(arena, out) =
			pk_arena_strndup(arena, word.data == NULL ? "" : word.data, word.len);
	}
}

/* --- lines --- */

static bool report_line(struct reading *reading, struct pk_span span, const char *fault)
{
	struct pk_diag *diag = pk_report(reading->diags, PK_SSH_CONFIG_LINE, span, "%s", fault);
	pk_diag_hint(reading->diags, diag, "see ssh_config(5); 'ssh -G HOST' judges it, too");
	return false;
}

static bool start_block(struct reading *reading, struct pk_span span, const word_list *words)
{
	if (reading->config->blocks.len == PK_SSH_CONFIG_BLOCKS) {
		pk_report(reading->diags, PK_SSH_CONFIG_LIMIT, span, "more than %d 'Host' lines",
			PK_SSH_CONFIG_BLOCKS);
		return false;
	}
	struct block *block = PK_NEW(reading->arena, struct block);
	block->around = reading->around;
	for (size_t i = 1; words != NULL && i < words->len; i++)
		*pk_list_push(reading->arena, &block->patterns) = words->items[i];
	if (words == NULL)
		*pk_list_push(reading->arena, &block->patterns) = "*";
	*pk_list_push(reading->arena, &reading->config->blocks) = block;
	reading->block = block;
	return true;
}

static bool read_match(struct reading *reading, struct pk_span span, const word_list *words)
{
	if (!start_block(reading, span, NULL))
		return false;
	if (words->len == 2 && pk_text_equal_nocase(words->items[1], "all"))
		return true;
	reading->block->never = true;
	struct pk_diag *diag = pk_report(reading->diags, PK_SSH_CONFIG_MATCH, span,
		"'Match' is passed over, with what stands under it");
	pk_diag_hint(reading->diags, diag, "use 'Host', or say it in the inventory");
	return true;
}

static bool read_file(struct reading *reading, struct pk_source *source);

static bool include_file(struct reading *reading, struct pk_span span, const char *path)
{
	if (reading->depth == PK_SSH_CONFIG_DEPTH) {
		pk_report(reading->diags, PK_SSH_CONFIG_LIMIT, span,
			"more than %d files include one another", PK_SSH_CONFIG_DEPTH);
		return false;
	}
	const char *copy = pk_arena_strdup(reading->arena, path);
	struct pk_source *source = pk_file_read(reading->arena, copy, 0, reading->diags);
	if (source == NULL)
		return false;
	struct reading inner = *reading;
	inner.depth++;
	inner.around = reading->block;
	bool good = read_file(&inner, source);
	reading->lines = inner.lines;
	return good;
}

/* Names that match nothing are no error: OpenSSH, too, takes them for folders that may be empty. */
static bool read_include(struct reading *reading, struct pk_span span, const char *name)
{
	const char *home = reading->options->home;
	const char *path = pk_file_beside(reading->arena, reading->source->path, name);
	if (name[0] == '~' && name[1] == '/') {
		if (home == NULL)
			return true;
		path = pk_arena_printf(reading->arena, "%s%s", home, name + 1);
	}
	glob_t found = {0};
	bool good = true;
	if (glob(path, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc && good; i++)
			good = include_file(reading, span, found.gl_pathv[i]);
	}
	globfree(&found);
	return good;
}

static bool read_includes(struct reading *reading, struct pk_span span, const word_list *words)
{
	if (reading->options->no_include)
		return true;
	struct block *block = reading->block;
	bool good = true;
	for (size_t i = 1; i < words->len && good; i++)
		good = read_include(reading, span, words->items[i]);
	if (!good)
		return false;
	/* What follows belongs to the block of the Include again, behind what was included. */
	word_list patterns = {.items = block->patterns.items, .len = block->patterns.len};
	bool never = block->never;
	word_list none = {0};
	if (!start_block(reading, span, &none))
		return false;
	reading->block->patterns.items = patterns.items;
	reading->block->patterns.len = patterns.len;
	reading->block->never = never;
	return true;
}

static bool add_option(
	struct reading *reading, struct pk_span span, enum keyword key, const word_list *words)
{
	struct option option = {
		.key = key, .words = words->items + 1, .count = words->len - 1, .span = span};
	uint64_t port;
	if (key == KEY_PORT) {
		if (!pk_text_parse_u64(&port, words->items[1]) || port == 0 || port > UINT16_MAX)
			return report_line(reading, span, "the port is no number up to 65535");
		option.port = (uint16_t)port;
	}
	*pk_list_push(reading->arena, &reading->block->options) = option;
	return true;
}

static bool read_line(struct reading *reading, const char *line, const char *end)
{
	struct pk_span span = pk_span_make(reading->source, (size_t)(line - reading->source->text),
		(size_t)(end - reading->source->text));
	word_list words = {0};
	if (memchr(line, '\0', (size_t)(end - line)) != NULL)
		return report_line(reading, span, "the line has a NUL in it");
	const char *fault = read_words(reading->arena, &words, line, end);
	if (fault != NULL)
		return report_line(reading, span, fault);
	if (words.len == 0)
		return true;
	size_t key = KEY_HOST;
	while (key < KEYS && !pk_text_equal_nocase(keywords[key], words.items[0]))
		key++;
	if (key == KEYS)
		return true;
	if (words.len == 1)
		return report_line(reading, span, "the keyword has no value");
	switch ((enum keyword)key) {
	case KEY_HOST:
		return start_block(reading, span, &words);
	case KEY_MATCH:
		return read_match(reading, span, &words);
	case KEY_INCLUDE:
		return read_includes(reading, span, &words);
	case KEY_OTHER:
	case KEY_HOST_NAME:
	case KEY_PORT:
	case KEY_USER:
	case KEY_IDENTITY_FILE:
	case KEY_CERTIFICATE_FILE:
	case KEY_PROXY_JUMP:
	case KEY_PROXY_COMMAND:
	case KEY_HOST_KEY_ALIAS:
	case KEY_KNOWN_HOSTS:
	case KEYS:
		break;
	}
	return add_option(reading, span, (enum keyword)key, &words);
}

static bool read_file(struct reading *reading, struct pk_source *source)
{
	reading->source = source;
	if (!start_block(reading, pk_span_file(source), NULL))
		return false;
	const char *line = source->text + pk_source_bom_len(source);
	const char *end = source->text + source->len;
	bool good = true;
	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop == NULL ? end : stop;
		while (line < stop && is_blank(*line))
			line++;
		const char *last = stop;
		while (last > line && is_blank(last[-1]))
			last--;
		if (++reading->lines > PK_SSH_CONFIG_LINES) {
			pk_report(reading->diags, PK_SSH_CONFIG_LIMIT, pk_span_file(source),
				"more than %d lines", PK_SSH_CONFIG_LINES);
			return false;
		}
		good = read_line(reading, line, last) && good;
		line = stop + 1;
	}
	return good;
}

const struct pk_ssh_config *pk_ssh_config_read_source(struct pk_arena *arena,
	struct pk_source *source, const struct pk_ssh_config_options *options,
	struct pk_diags *diags)
{
	struct pk_ssh_config *config = PK_NEW(arena, struct pk_ssh_config);
	struct reading reading = {
		.arena = arena, .config = config, .options = options, .diags = diags};
	config->home = options->home;
	return read_file(&reading, source) ? config : NULL;
}

const struct pk_ssh_config *pk_ssh_config_read(struct pk_arena *arena, const char *path,
	const struct pk_ssh_config_options *options, struct pk_diags *diags)
{
	struct pk_source *source = pk_file_read(arena, path, 0, diags);
	if (source == NULL)
		return NULL;
	return pk_ssh_config_read_source(arena, source, options, diags);
}

/* --- looking up --- */

/* `*` is any characters, `?` is one; a host has no '/', so that these are all there are. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *from = NULL;
	while (*text != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == '?' || pk_text_lower(*pattern) == pk_text_lower(*text)) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool block_applies(const struct block *block, const char *host)
{
	for (; block != NULL; block = block->around) {
		bool applies = false;
		for (size_t i = 0; i < block->patterns.len && !block->never; i++) {
			const char *pattern = block->patterns.items[i];
			if (*pattern == '!' && matches(pattern + 1, host))
				return false;
			applies = applies || (*pattern != '!' && matches(pattern, host));
		}
		if (!applies)
			return false;
	}
	return true;
}

/* What the tokens of ssh_config(5) stand for. */
struct tokens {
	struct pk_arena *arena;
	const char *home;
	const char *asked; /* %n, and %h in HostName */
	const char *host;  /* %h */
	const char *user;  /* %r */
	unsigned port;	   /* %p */
};

static const char *replace(const struct tokens *tokens, const char *text)
{
	const char *rest = text;
	PK_BUF_AUTO out = {0};
	if (text[0] == '~' && text[1] == '/' && tokens->home != NULL) {
		pk_buf_puts(&out, tokens->home);
		rest++;
	} else if (strchr(text, '%') == NULL) {
		return text;
	}
	for (; *rest != '\0'; rest++) {
		char token = *rest == '%' ? rest[1] : '\0';
		if (token == 'h')
			pk_buf_puts(&out, tokens->host);
		else if (token == 'n')
			pk_buf_puts(&out, tokens->asked);
		else if (token == 'd' && tokens->home != NULL)
			pk_buf_puts(&out, tokens->home);
		else if (token == 'r' && tokens->user != NULL)
			pk_buf_puts(&out, tokens->user);
		else if (token == 'p')
			pk_buf_printf(&out, "%u", tokens->port);
		else if (token == '%')
			pk_buf_putc(&out, '%');
		else {
			pk_buf_putc(&out, *rest);
			continue;
		}
		rest++;
	}
	return pk_arena_strndup(tokens->arena, out.data == NULL ? "" : out.data, out.len);
}

/* The first option of each kind that applies, and all of IdentityFile. */
struct found {
	const struct option *first[KEYS];
	PK_LIST(const struct option *) identities;
};

static void find_options(struct found *out, struct pk_arena *arena,
	const struct pk_ssh_config *config, const char *host)
{
	for (size_t i = 0; i < config->blocks.len; i++) {
		const struct block *block = config->blocks.items[i];
		if (block->options.len == 0 || !block_applies(block, host))
			continue;
		for (size_t k = 0; k < block->options.len; k++) {
			const struct option *option = &block->options.items[k];
			if (option->key == KEY_IDENTITY_FILE)
				*pk_list_push(arena, &out->identities) = option;
			if (out->first[option->key] == NULL)
				out->first[option->key] = option;
		}
	}
}

static const char *text_of(const struct tokens *tokens, const struct option *option)
{
	return option == NULL ? NULL : replace(tokens, option->words[0]);
}

static bool is_none(const char *text)
{
	return pk_text_equal_nocase(text, "none");
}

static void take_files(
	struct pk_ssh_alias *out, const struct found *found, const struct tokens *tokens)
{
	for (size_t i = 0; i < found->identities.len; i++) {
		const char *file = found->identities.items[i]->words[0];
		if (!is_none(file))
			*pk_list_push(tokens->arena, &out->identity_files) = replace(tokens, file);
	}
	const struct option *known = found->first[KEY_KNOWN_HOSTS];
	for (size_t i = 0; known != NULL && i < known->count; i++) {
		if (!is_none(known->words[i]))
			*pk_list_push(tokens->arena, &out->known_hosts) =
				replace(tokens, known->words[i]);
	}
}

void pk_ssh_config_find(struct pk_ssh_alias *out, struct pk_arena *arena,
	const struct pk_ssh_config *config, const char *host, const char *user)
{
	struct found found = {0};
	find_options(&found, arena, config, host);
	struct tokens tokens = {
		.arena = arena, .home = config->home, .asked = host, .host = host, .user = user};
	struct pk_ssh_alias alias = {0};
	alias.port = found.first[KEY_PORT] == NULL ? 0 : found.first[KEY_PORT]->port;
	alias.user = text_of(&tokens, found.first[KEY_USER]);
	alias.host_name = text_of(&tokens, found.first[KEY_HOST_NAME]);
	tokens.host = alias.host_name == NULL ? host : alias.host_name;
	tokens.user = user == NULL ? alias.user : user;
	tokens.port = alias.port == 0 ? 22 : alias.port;
	alias.certificate_file = text_of(&tokens, found.first[KEY_CERTIFICATE_FILE]);
	alias.host_key_alias = text_of(&tokens, found.first[KEY_HOST_KEY_ALIAS]);
	take_files(&alias, &found, &tokens);
	const struct option *jump = found.first[KEY_PROXY_JUMP];
	const struct option *command = found.first[KEY_PROXY_COMMAND];
	if (jump != NULL && !is_none(jump->words[0])) {
		alias.jumps = replace(&tokens, jump->words[0]);
		alias.jumps_span = jump->span;
	}
	if (command != NULL && !is_none(command->words[0]))
		alias.proxy_command = command->span;
	*out = alias;
}
