#include "fleet/transport/known_hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/map.h"
#include "base/text.h"

enum {
	HASH = 20,	    /* bytes of HMAC-SHA1 */
	BROKEN_SHOWN = 100, /* lines that cannot be used; nobody reads more */
};

/* The keys of one plain name. */
struct named {
	PK_LIST(const struct pk_known_key *) keys;
};

/* A line whose names hold patterns: "*.example,!bad.example". */
struct patterned {
	const char *patterns;
	const struct pk_known_key *key;
};

struct hashed {
	const uint8_t *salt;
	uint8_t hash[HASH];
	const struct pk_known_key *key;
};

struct pk_known_hosts {
	struct pk_arena *arena;
	struct pk_map names; /* struct named *, by small-lettered name */
	PK_LIST(struct patterned) patterns;
	PK_LIST(struct hashed) hashes;
	size_t keys;
	size_t broken;
};

/* A word of a line. */
struct word {
	const char *text;
	size_t len;
};

struct pk_known_hosts *pk_known_hosts_create(void)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_known_hosts *known = PK_NEW(arena, struct pk_known_hosts);
	known->arena = arena;
	return known;
}

void pk_known_hosts_destroy(struct pk_known_hosts *known)
{
	if (known != NULL)
		pk_arena_destroy(known->arena);
}

static struct word take_word(const char **text, const char *end)
{
	const char *c = *text;
	while (c < end && (*c == ' ' || *c == '\t'))
		c++;
	struct word word = {.text = c};
	while (c < end && *c != ' ' && *c != '\t')
		c++;
	word.len = (size_t)(c - word.text);
	*text = c;
	return word;
}

static bool word_is(struct word word, const char *text)
{
	return word.len == strlen(text) && memcmp(word.text, text, word.len) == 0;
}

static char *small_letters(struct pk_arena *arena, const char *text, size_t len)
{
	char *copy = pk_arena_strndup(arena, text, len);
	for (char *c = copy; *c != '\0'; c++)
		*c = pk_text_lower(*c);
	return copy;
}

static void add_name(struct pk_known_hosts *known, const char *name, const struct pk_known_key *key)
{
	struct named *named = pk_map_find(&known->names, name);
	if (named == NULL) {
		named = PK_NEW(known->arena, struct named);
		pk_map_set(known->arena, &known->names, name, named);
	}
	*pk_list_push(known->arena, &named->keys) = key;
}

/* "|1|salt|hash", both in base64 and of 20 bytes. */
static const char *add_hashed(
	struct pk_known_hosts *known, struct word names, const struct pk_known_key *key)
{
	const char *salt = names.text + strlen("|1|");
	const char *end = names.text + names.len;
	const char *middle = memchr(salt, '|', (size_t)(end - salt));
	size_t salt_len = 0;
	size_t hash_len = 0;
	if (middle == NULL)
		return "its hashed name is no salt and hash";
	const uint8_t *salt_bytes =
		pk_base64_decode(&salt_len, known->arena, salt, (size_t)(middle - salt));
	const uint8_t *hash_bytes =
		pk_base64_decode(&hash_len, known->arena, middle + 1, (size_t)(end - middle - 1));
	if (salt_bytes == NULL || hash_bytes == NULL || salt_len != HASH || hash_len != HASH)
		return "its hashed name is no salt and hash";

	struct hashed *hashed = pk_list_push(known->arena, &known->hashes);
	hashed->salt = salt_bytes;
	memcpy(hashed->hash, hash_bytes, HASH);
	hashed->key = key;
	return NULL;
}

static const char *add_plain(
	struct pk_known_hosts *known, struct word names, const struct pk_known_key *key)
{
	char *all = small_letters(known->arena, names.text, names.len);
	if (strpbrk(all, "*?!") != NULL) {
		if (known->patterns.len >= PK_KNOWN_PATTERNS_MAX)
			return "there are too many lines with patterns";
		*pk_list_push(known->arena, &known->patterns) =
			(struct patterned){.patterns = all, .key = key};
		return NULL;
	}
	for (char *name = all; name != NULL;) {
		char *comma = strchr(name, ',');
		if (comma != NULL)
			*comma = '\0';
		if (name[0] != '\0')
			add_name(known, name, key);
		name = comma == NULL ? NULL : comma + 1;
	}
	return NULL;
}

/* What is wrong with the line between `text` and `end`, which has a marker or names; or NULL. */
static const char *add_line(struct pk_known_hosts *known, struct pk_known_key *key,
	struct word names, const char *text, const char *end)
{
	struct word type = take_word(&text, end);
	struct word base64 = take_word(&text, end);
	if (base64.len == 0)
		return "it has no key";
	if (base64.len > PK_SSH_BLOB_MAX * 4 / 3)
		return "its key is too long";
	key->blob = pk_base64_decode(&key->blob_len, known->arena, base64.text, base64.len);
	struct pk_wire wire = {.next = key->blob, .left = key->blob == NULL ? 0 : key->blob_len};
	size_t inner_len;
	const uint8_t *inner = pk_wire_string(&inner_len, &wire);
	if (wire.failed || inner_len != type.len || memcmp(inner, type.text, inner_len) != 0)
		return "its key is none of its type";
	key->type = pk_key_type_find(type.text, type.len);
	if (names.text[0] == '|' && (names.len < 3 || memcmp(names.text, "|1|", 3) != 0))
		return "its name is hashed in an unknown way";
	return names.text[0] == '|' ? add_hashed(known, names, key) : add_plain(known, names, key);
}

static bool report_line(struct pk_source *source, const char *line, const char *end,
	const char *reason, bool revoked, struct pk_diags *diags)
{
	const char *path = pk_arena_strdup(diags->arena, source->path);
	struct pk_source *kept = pk_source_make(diags->arena, path,
		pk_arena_strndup(diags->arena, line, (size_t)(end - line)), (size_t)(end - line));
	kept->lines_before = pk_source_place(source, (uint32_t)(line - source->text)).line - 1;
	struct pk_diag *diag = pk_report_as(diags, revoked ? PK_ERROR : PK_WARNING,
		PK_KNOWN_HOSTS_LINE, pk_span_file(kept), "this line cannot be used: %s", reason);
	if (revoked)
		pk_diag_hint(diags, diag, "mend it: the key that it revokes would be trusted");
	return !revoked;
}

/* One line that is not empty and no comment. False after a report of an error. */
static bool read_line(struct pk_known_hosts *known, struct pk_source *source, uint32_t number,
	const char *line, const char *end, struct pk_diags *diags)
{
	const char *text = line;
	struct word names = take_word(&text, end);
	struct pk_known_key *key = PK_NEW(known->arena, struct pk_known_key);
	const char *reason = NULL;
	if (names.len > 0 && names.text[0] == '@') {
		if (word_is(names, "@revoked"))
			key->marker = PK_KNOWN_REVOKED;
		else if (word_is(names, "@cert-authority"))
			key->marker = PK_KNOWN_AUTHORITY;
		else
			reason = "its marker is not known";
		names = take_word(&text, end);
	}
	key->path = source->path;
	key->line = number;
	if (end - line > PK_KNOWN_LINE_MAX)
		reason = "it is too long";
	else if (reason == NULL && names.len == 0)
		reason = "it has no name";
	if (reason == NULL)
		reason = add_line(known, key, names, text, end);
	known->keys++;
	bool revoked = key->marker == PK_KNOWN_REVOKED;
	if (reason == NULL || (++known->broken > BROKEN_SHOWN && !revoked))
		return true;
	return report_line(source, line, end, reason, revoked, diags);
}

bool pk_known_hosts_read_source(
	struct pk_known_hosts *known, struct pk_source *source, struct pk_diags *diags)
{
	const char *line = source->text;
	const char *stop = source->text + source->len;
	struct pk_source copy = *source;
	copy.path = pk_arena_strdup(known->arena, source->path);
	bool good = true;
	for (uint32_t number = 1; line < stop; number++) {
		const char *end = memchr(line, '\n', (size_t)(stop - line));
		const char *next = end == NULL ? stop : end + 1;
		end = end == NULL ? stop : end;
		while (end > line && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
			end--;
		while (line < end && (*line == ' ' || *line == '\t'))
			line++;
		if (known->keys >= PK_KNOWN_KEYS_MAX) {
			pk_report(diags, PK_KNOWN_HOSTS_LIMIT, PK_NO_SPAN,
				"'%s' has more than %d keys", source->path, PK_KNOWN_KEYS_MAX);
			return false;
		}
		if (line < end && *line != '#')
			good = read_line(known, &copy, number, line, end, diags) && good;
		line = next;
	}
	return good;
}

bool pk_known_hosts_read(struct pk_known_hosts *known, const char *path, struct pk_diags *diags)
{
	if (!pk_file_exists(path))
		return true;
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_source *source = pk_file_read(scratch, path, 0, diags);
	return source != NULL && pk_known_hosts_read_source(known, source, diags);
}

/* '*' stands for any characters, '?' for one; back to the last '*' is enough. */
static bool match_one(const char *pattern, size_t len, const char *name)
{
	size_t at = 0;
	size_t star = SIZE_MAX;
	const char *from = name;
	while (*name != '\0') {
		if (at < len && pattern[at] == '*') {
			star = at++;
			from = name;
		} else if (at < len && (pattern[at] == '?' || pattern[at] == *name)) {
			at++;
			name++;
		} else if (star != SIZE_MAX) {
			at = star + 1;
			name = ++from;
		} else {
			return false;
		}
	}
	while (at < len && pattern[at] == '*')
		at++;
	return at == len;
}

/* `patterns` with commas between; one that begins with '!' and matches takes all others back. */
static bool matches(const char *patterns, const char *name)
{
	bool found = false;
	while (*patterns != '\0') {
		size_t len = strcspn(patterns, ",");
		size_t no = patterns[0] == '!' ? 1 : 0;
		if (len > no && match_one(patterns + no, len - no, name)) {
			if (no != 0)
				return false;
			found = true;
		}
		patterns += len + (patterns[len] == ',' ? 1 : 0);
	}
	return found;
}

static void find_name(struct pk_known_match *out, struct pk_arena *arena,
	const struct pk_known_hosts *known, const char *name)
{
	const struct named *named = pk_map_find(&known->names, name);
	for (size_t i = 0; named != NULL && i < named->keys.len; i++)
		*pk_list_push(arena, out) = named->keys.items[i];
	for (size_t i = 0; i < known->patterns.len; i++) {
		if (matches(known->patterns.items[i].patterns, name))
			*pk_list_push(arena, out) = known->patterns.items[i].key;
	}
	for (size_t i = 0; i < known->hashes.len; i++) {
		const struct hashed *hashed = &known->hashes.items[i];
		uint8_t hash[HASH];
		pk_digest_hmac_sha1(hash, hashed->salt, HASH, name, strlen(name));
		if (memcmp(hash, hashed->hash, HASH) == 0)
			*pk_list_push(arena, out) = hashed->key;
	}
}

void pk_known_hosts_find(struct pk_known_match *out, struct pk_arena *arena,
	const struct pk_known_hosts *known, const char *name, uint16_t port)
{
	const char *small = small_letters(arena, name, strlen(name));
	*out = (struct pk_known_match){0};
	if (port != PK_SSH_PORT && port != 0)
		find_name(out, arena, known, pk_arena_printf(arena, "[%s]:%u", small, port));
	if (out->len == 0)
		find_name(out, arena, known, small);
}

enum pk_known pk_known_match_check(const struct pk_known_match *match, const void *blob,
	size_t blob_len, const struct pk_known_key **at_out)
{
	enum pk_key_type type = pk_key_type_of(blob, blob_len);
	enum pk_known answer = PK_KNOWN_NOT;
	const struct pk_known_key *at = NULL;
	for (size_t i = 0; i < match->len && answer != PK_KNOWN_BAD; i++) {
		const struct pk_known_key *key = match->items[i];
		bool same = key->blob_len == blob_len && memcmp(key->blob, blob, blob_len) == 0;
		enum pk_known now = PK_KNOWN_NOT;
		if (same && key->marker == PK_KNOWN_REVOKED)
			now = PK_KNOWN_BAD;
		else if (key->marker != PK_KNOWN_PLAIN)
			continue;
		else if (same)
			now = PK_KNOWN_YES;
		else if (key->type == type)
			now = PK_KNOWN_CHANGED;
		if (now == PK_KNOWN_BAD || now == PK_KNOWN_YES ||
			(now == PK_KNOWN_CHANGED && answer == PK_KNOWN_NOT)) {
			answer = now;
			at = key;
		}
	}
	if (at_out != NULL)
		*at_out = at;
	return answer;
}

bool pk_known_match_has(const struct pk_known_match *match, enum pk_key_type type)
{
	for (size_t i = 0; i < match->len; i++) {
		if (match->items[i]->marker == PK_KNOWN_PLAIN && match->items[i]->type == type)
			return true;
	}
	return false;
}

bool pk_known_match_only_authority(const struct pk_known_match *match)
{
	bool authority = false;
	for (size_t i = 0; i < match->len; i++) {
		if (match->items[i]->marker == PK_KNOWN_PLAIN)
			return false;
		authority = authority || match->items[i]->marker == PK_KNOWN_AUTHORITY;
	}
	return authority;
}

/* Does the file lack a line end at its end? */
static bool lacks_end(int fd)
{
	char last = '\n';
	off_t size = lseek(fd, 0, SEEK_END);
	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

static bool append(const char *path, const char *line, size_t len)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return false;
	/* The line begins with an end of line, for a file that lacks its last one. */
	size_t skip = lacks_end(fd) ? 0 : 1;
	bool good = write(fd, line + skip, len - skip) == (ssize_t)(len - skip);
	if (close(fd) != 0)
		good = false;
	return good;
}

bool pk_known_hosts_add(struct pk_known_hosts *known, const char *path, const char *name,
	uint16_t port, const void *blob, size_t blob_len, struct pk_diags *diags)
{
	PK_BUF_AUTO line = {0};
	bool plain = port == PK_SSH_PORT || port == 0;
	char *small = small_letters(known->arena, name, strlen(name));
	char *full = plain ? small : pk_arena_printf(known->arena, "[%s]:%u", small, port);
	enum pk_key_type type = pk_key_type_of(blob, blob_len);
	pk_buf_printf(&line, "\n%s %s ", full, pk_key_type_name(type));
	pk_base64_put(&line, blob, blob_len);
	pk_buf_putc(&line, '\n');

	const char *slash = strrchr(path, '/');
	if (slash != NULL && slash != path) {
		char *folder = pk_arena_strndup(known->arena, path, (size_t)(slash - path));
		if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST && errno != ENOENT)
			errno = 0; /* what open says is better */
	}
	if (strpbrk(small, " \t\r\n,*?!|#@") != NULL || !append(path, line.data, line.len)) {
		pk_report(diags, PK_KNOWN_HOSTS_WRITE, PK_NO_SPAN,
			"the key of '%s' cannot be added to '%s': %s", name, path, strerror(errno));
		return false;
	}
	struct pk_known_key *key = PK_NEW(known->arena, struct pk_known_key);
	key->type = type;
	key->blob = (const uint8_t *)pk_arena_strndup(known->arena, blob, blob_len);
	key->blob_len = blob_len;
	key->path = pk_arena_strdup(known->arena, path);
	add_name(known, full, key);
	return true;
}
