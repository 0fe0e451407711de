/*
 * Excludes that an attacker can hide behind: those that are fulfilled by what he chooses himself,
 * the name and folder of his program and the words of a command line. What he cannot choose freely
 * (users, hashes, signatures, programs of others) protects an exclude, so nothing is said of it.
 */
#include <string.h>

#include "base/text.h"
#include "generators/meaning/answers.h"
#include "generators/meaning/lint_parts.h"

enum { TRIES = 16 }; /* includes that are tried for an event that is logged otherwise */

/* What an attacker can choose in a field. */
enum reach {
	FIXED, /* nothing */
	PATH,  /* a path in a folder that users can write to */
	FREE,  /* any text */
};

static const struct {
	const char *field;
	enum reach reach;
} fields[] = {
	{"CommandLine", FREE},
	{"Company", FREE},
	{"CurrentDirectory", FREE},
	{"Description", FREE},
	{"Image", PATH},
	{"ImageLoaded", PATH},
	{"OriginalFileName", FREE},
	{"ParentCommandLine", FREE},
	{"ParentImage", PATH},
	{"PipeName", FREE},
	{"Product", FREE},
	{"SourceImage", PATH},
	{"TargetFilename", PATH},
};

/* Events that tell of attacks; where only housekeeping is hidden nothing is said. */
static const char *const tags[] = {
	"CreateRemoteThread",
	"DriverLoad",
	"FileCreate",
	"FileCreateStreamHash",
	"FileExecutableDetected",
	"ImageLoad",
	"NetworkConnect",
	"PipeEvent",
	"ProcessAccess",
	"ProcessCreate",
	"ProcessTampering",
	"RegistryEvent",
};

/*
 * Folders in which every user of a Windows machine may create files. Of C:\ProgramData only a new
 * folder is meant: those of products often have rights of their own.
 */
static const char *const folders[] = {
	"C:\\Users\\Public\\",
	"C:\\Users\\",
	"C:\\ProgramData\\New\\",
	"C:\\Windows\\Temp\\",
	"C:\\Windows\\Tasks\\",
	"C:\\Windows\\System32\\spool\\drivers\\color\\",
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static enum reach reach_of(const char *field)
{
	for (size_t i = 0; i < COUNT(fields); i++) {
		if (strcmp(fields[i].field, field) == 0)
			return fields[i].reach;
	}
	return FIXED;
}

static bool is_telling(const char *tag)
{
	for (size_t i = 0; i < COUNT(tags); i++) {
		if (strcmp(tags[i], tag) == 0)
			return true;
	}
	return false;
}

static bool starts_nocase(const char *text, const char *prefix)
{
	return pk_text_find_nocase(text, prefix) == text;
}

/* --- one exclude --- */

struct attempt {
	const struct pk_lint_event *event;
	size_t rule;
	const struct pk_clause *exclude;
	struct pk_clause rooted;	 /* the exclude, with drives at the start of paths only */
	struct pk_clause placed;	 /* the paths are in a folder that users can write to */
	const struct pk_clause *include; /* what would log the witness; NULL: the rest is logged */
	struct pk_engine_event witness;
};

/* Quickly told: no text in the folder gives the answer. */
static bool is_elsewhere(const struct pk_answer *answer, const char *folder)
{
	if (answer->negated)
		return false;
	if (answer->kind == PK_ANSWER_IS)
		return !starts_nocase(answer->text, folder);
	return answer->kind == PK_ANSWER_BEGINS && !starts_nocase(answer->text, folder) &&
		!starts_nocase(folder, answer->text);
}

static bool can_be_in(const struct pk_question *question, const char *folder)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		if (!is_elsewhere(&question->answers.items[i], folder))
			return true;
	}
	return false;
}

/* "c:\\..." */
static bool has_drive(const char *text)
{
	return text[0] != '\0' && text[1] == ':' && text[2] == '\\';
}

/* A drive is nowhere but at the start of a path, whatever an answer would match. */
static struct pk_question root_question(
	const struct pk_lint_event *event, const struct pk_question *question)
{
	struct pk_question rooted = {.field = question->field, .hash = question->hash};
	bool path = reach_of(event->said->event->fields[question->field]) == PATH;
	for (size_t i = 0; i < question->answers.len; i++) {
		struct pk_answer *answer = pk_list_push(event->arena, &rooted.answers);
		*answer = question->answers.items[i];
		if (!path || answer->negated || !has_drive(answer->text))
			continue;
		if (answer->kind == PK_ANSWER_CONTAINS)
			answer->kind = PK_ANSWER_BEGINS;
		if (answer->kind == PK_ANSWER_ENDS)
			answer->kind = PK_ANSWER_IS;
	}
	return rooted;
}

static struct pk_clause root_clause(
	const struct pk_lint_event *event, const struct pk_clause *exclude)
{
	struct pk_clause rooted = {.name = exclude->name, .span = exclude->span};
	for (size_t i = 0; i < exclude->questions.len; i++)
		*pk_list_push(event->arena, &rooted.questions) =
			root_question(event, &exclude->questions.items[i]);
	pk_clause_finish(&rooted);
	return rooted;
}

/* Sets `placed` for the folder; false if a path of the exclude cannot be there. */
static bool place_in(struct attempt *attempt, const char *folder)
{
	const struct pk_event *info = attempt->event->said->event;
	struct pk_clause placed = {0};
	for (size_t i = 0; i < attempt->rooted.questions.len; i++) {
		const struct pk_question *question = &attempt->rooted.questions.items[i];
		if (reach_of(info->fields[question->field]) != PATH)
			continue;
		if (!can_be_in(question, folder))
			return false;
		pk_clause_add_condition(
			attempt->event->arena, &placed, question->field, PK_OP_BEGIN_WITH, folder);
	}
	pk_clause_finish(&placed);
	attempt->placed = placed;
	return true;
}

/* No exclude but this one drops the witness, and this one does. */
static bool is_dropped_by_it_alone(const struct attempt *attempt)
{
	const struct pk_lint_event *event = attempt->event;
	const char *folded[PK_SCHEMA_FIELDS_MAX];
	for (size_t i = 0; i < event->said->event->field_count; i++) {
		const char *text = attempt->witness.values[i];
		folded[i] = text == NULL ? "-" : pk_text_fold(event->arena, text);
	}
	for (size_t i = 0; i < event->include_first; i++) {
		const struct pk_lint_place *place = &event->places.items[i];
		if (place->rule != attempt->rule && pk_clause_holds_folded(place->clause, folded))
			return false;
	}
	return !pk_engine_decide(event->meaning->engine, &attempt->witness).logged;
}

static bool try_with(struct attempt *attempt, const struct pk_clause *include)
{
	const struct pk_clause *holds[] = {&attempt->rooted, &attempt->placed, include};
	struct pk_wish wish = {.event = attempt->event->said,
		.holds = holds,
		.holds_count = include == NULL ? 2 : 3};
	attempt->include = include;
	return pk_witness_find(attempt->event->arena, &attempt->witness, &wish) &&
		is_dropped_by_it_alone(attempt);
}

/* Includes that ask for other fields first: they can hardly be in the way. */
static bool try_includes(struct attempt *attempt)
{
	const struct pk_lint_event *event = attempt->event;
	for (int shared = 0; shared <= 1; shared++) {
		size_t tries = 0;
		for (size_t i = event->include_first; i < event->places.len && tries < TRIES; i++) {
			const struct pk_clause *include = event->places.items[i].clause;
			if (((include->fields & attempt->exclude->fields) != 0) != shared)
				continue;
			tries++;
			if (try_with(attempt, include))
				return true;
		}
	}
	return false;
}

static bool is_reached(struct attempt *attempt)
{
	for (size_t i = 0; i < COUNT(folders); i++) {
		if (!place_in(attempt, folders[i]))
			continue;
		if (attempt->event->said->rest_logged ? try_with(attempt, NULL)
						      : try_includes(attempt))
			return true;
		if (attempt->placed.questions.len == 0)
			return false;
	}
	return false;
}

/* Can an attacker choose every field the exclude asks about? */
static bool is_chosen(const struct pk_lint_event *event, const struct pk_clause *exclude)
{
	for (size_t i = 0; i < exclude->questions.len; i++) {
		if (reach_of(event->said->event->fields[exclude->questions.items[i].field]) ==
			FIXED)
			return false;
	}
	return exclude->questions.len > 0;
}

/*
 * A path that only lacks its drive is meant as a whole, and not every sensor writes the drive. To
 * hide behind it a whole tree has to be imitated.
 */
static const char *const trees[] = {
	"\\program files (x86)\\",
	"\\program files\\",
	"\\programdata\\microsoft\\",
	"\\windows\\",
};

static bool is_tree(const char *text)
{
	for (size_t i = 0; i < COUNT(trees); i++) {
		if (pk_text_starts(text, trees[i]))
			return true;
	}
	return false;
}

/* Some path of the exclude has to be imitated with its tree. */
static bool needs_tree(const struct attempt *attempt)
{
	for (size_t q = 0; q < attempt->exclude->questions.len; q++) {
		const struct pk_question *question = &attempt->exclude->questions.items[q];
		bool all = question->answers.len > 0;
		for (size_t i = 0; i < question->answers.len && all; i++)
			all = !question->answers.items[i].negated &&
				is_tree(question->answers.items[i].text);
		if (all)
			return true;
	}
	return false;
}

static void report(struct pk_linter *linter, const struct attempt *attempt)
{
	const char *shown = pk_lint_show(linter->arena, attempt->event->said->event,
		&attempt->witness, attempt->exclude, attempt->include);
	bool placed = attempt->placed.questions.len > 0;
	struct pk_diag *diag =
		pk_report_as(linter->diags, placed && !needs_tree(attempt) ? PK_WARNING : PK_NOTE,
			PK_REACHABLE_EXCLUDE, attempt->exclude->span,
			placed ? "any user can hide behind this exclude: %s is dropped"
			       : "any user can write what this exclude looks for: %s is dropped",
			shown);
	if (attempt->include != NULL)
		pk_diag_relate(linter->diags, diag, attempt->include->span,
			"this rule would log the event");
	pk_diag_hint(linter->diags, diag,
		placed ? "compare the full path, in a folder that only administrators can write to"
		       : "add a condition on the full path of the program");
}

void pk_lint_reach(struct pk_linter *linter, const struct pk_lint_event *event, size_t index)
{
	const struct pk_lint_rule *rule = &event->rules.items[index];
	if (rule->block->include || event->opaque || !is_telling(event->said->event->tag))
		return;
	for (size_t i = rule->first; i < rule->first + rule->count; i++) {
		const struct pk_clause *exclude = event->places.items[i].clause;
		if (!is_chosen(event, exclude) ||
			pk_lint_is_told(linter, PK_REACHABLE_EXCLUDE, exclude->span, NULL))
			continue;
		struct attempt attempt = {.event = event,
			.rule = index,
			.exclude = exclude,
			.rooted = root_clause(event, exclude)};
		if (!is_reached(&attempt))
			continue;
		report(linter, &attempt);
		return;
	}
}
