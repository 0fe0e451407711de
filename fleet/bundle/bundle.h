/*
 * Bundle: a version of a sensor, ready to be taken to hosts.
 *
 * It is a folder NAME@VERSION in a store of bundles, with the vendor's files and `bundle.yaml`, the
 * manifest: name, version, sensor, platform, licence, where it came from, and for each file its
 * path, size, SHA-256 and what it is for. A bundle is made of the archive or file as the vendor
 * gives it out; what it says is checked before anything is kept, and every time it is used. picket
 * ships no sensor and passes none on: it takes to a team's own hosts what that team has downloaded.
 */
#ifndef FLEET_BUNDLE_BUNDLE_H
#define FLEET_BUNDLE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/digest.h"
#include "base/list.h"
#include "fleet/inventory/inventory.h"

enum {
	PK_BUNDLE_FILES = 1000,		     /* most files of a bundle */
	PK_BUNDLE_BYTES = 256 * 1024 * 1024, /* most bytes of all files, unpacked */
	PK_BUNDLE_RATIO = 200,		     /* unpacked to packed: more is a bomb */
	PK_BUNDLE_MANIFEST_MAX = 1024 * 1024,
};

/* What a file of a bundle is for. */
enum pk_bundle_role {
	PK_BUNDLE_OTHER,   /* goes along */
	PK_BUNDLE_PROGRAM, /* the sensor's program: exactly one for each architecture */
	PK_BUNDLE_PACKAGE, /* .deb or .rpm that installs the program */
	PK_BUNDLE_LICENCE, /* stays here */
};

struct pk_bundle_file {
	const char *path; /* in the bundle, with '/'; no "..", not absolute */
	enum pk_bundle_role role;
	const char *arch; /* "x86", "x64", "arm64"; NULL: any */
	uint64_t bytes;
	char digest[PK_DIGEST_TEXT];
	struct pk_span span;
};

/*
 * What the program is given, a word each, "{config}" standing for the path of the configuration.
 * Monster takes one switch at a time: there each word is a call of its own. Words are of letters,
 * digits and "_./\\:=,-", so that they can stand in any command line as they are.
 */
struct pk_bundle_words {
	const char **items;
	size_t len;
	size_t cap;
};

struct pk_bundle_steps {
	struct pk_bundle_words install;
	struct pk_bundle_words update; /* of the configuration */
	struct pk_bundle_words remove;
};

struct pk_bundle {
	const char *name;    /* "sysmon" */
	const char *version; /* "15.15" */
	const char *id;	     /* "sysmon@15.15" */
	enum pk_sensor sensor;
	enum pk_host_platform platform;
	const char *licence;		      /* what the vendor calls it; NULL if not said */
	const char *origin;		      /* address it was downloaded from; NULL if not said */
	const char *archive_digest;	      /* of what was added; NULL if a folder was */
	const char *folder;		      /* where the files are */
	struct pk_bundle_steps steps;	      /* the sensor's own unless the manifest says others */
	PK_LIST(struct pk_bundle_file) files; /* sorted by path */
	char digest[PK_DIGEST_TEXT];	      /* of the manifest's meaning: names the content */
	struct pk_arena *arena;		      /* that it was opened in */
	const struct pk_source **kept;	      /* of each file: what pk_bundle_keep_file has read */
};

/* What became of a bundle that was added. */
enum pk_bundle_outcome {
	PK_BUNDLE_ADDED,
	PK_BUNDLE_SAME, /* it was there already */
	PK_BUNDLE_REPLACED,
};

struct pk_bundle_add_options {
	const char *name;    /* NULL: told from the files */
	const char *version; /* NULL: told from the files (version resource of a Windows program) */
	const char *sensor;  /* NULL: told from the files */
	const char *licence;
	const char *origin;
	const char *digest; /* "sha256:..." that the vendor publishes; NULL: not checked */
	bool replace;	    /* a bundle of that id with other files is replaced */
	bool dry_run;	    /* nothing is written; `folder` is where the bundle would be */
	enum pk_bundle_outcome *outcome_out;	   /* NULL: nobody asks */
	void (*step)(void *context, size_t files); /* called after each file; NULL: nobody looks */
	void *step_context;
};

/*
 * Takes the archive (zip, tar, compressed ones), single program or folder at `path` into `store`,
 * which is made if it is missing. Refused: paths that lead out of the bundle, absolute ones, links,
 * devices, a name given twice (also by case), more than the limits, encrypted entries, an archive
 * that ends early, and what is no sensor that is known. What fails leaves nothing behind. NULL
 * after a report.
 */
const struct pk_bundle *pk_bundle_add(struct pk_arena *arena, const char *store, const char *path,
	const struct pk_bundle_add_options *options, struct pk_diags *diags);

/* Reads the manifest of the bundle called `id`, or NAME alone for its highest version. */
const struct pk_bundle *pk_bundle_open(
	struct pk_arena *arena, const char *store, const char *id, struct pk_diags *diags);
/* The bundle in the folder itself, wherever that is. */
const struct pk_bundle *pk_bundle_open_folder(
	struct pk_arena *arena, const char *folder, struct pk_diags *diags);

struct pk_bundles {
	const struct pk_bundle **items;
	size_t len;
	size_t cap;
};

/* All bundles of the store, by name and version; false after a report of those that are broken. */
bool pk_bundle_list(
	struct pk_bundles *out, struct pk_arena *arena, const char *store, struct pk_diags *diags);

/* Are the files of the bundle there, all of them, nothing else, each as the manifest says? */
bool pk_bundle_verify(const struct pk_bundle *bundle, struct pk_diags *diags);

/*
 * The bytes of one file, checked against the manifest; NULL after a report. They live in `arena`.
 */
const struct pk_source *pk_bundle_read_file(struct pk_arena *arena, const struct pk_bundle *bundle,
	const struct pk_bundle_file *file, struct pk_diags *diags);

/* As pk_bundle_read_file, once for all who ask: the bytes live as long as the bundle. */
const struct pk_source *pk_bundle_keep_file(
	const struct pk_bundle *bundle, const struct pk_bundle_file *file, struct pk_diags *diags);

/*
 * The program (or else the package) for an architecture ("x64", ...; NULL: not known), or NULL. Of
 * several packages for one it is the first: those of another kind are among the files.
 */
const struct pk_bundle_file *pk_bundle_find_program(
	const struct pk_bundle *bundle, const char *arch);

/* "program", "package", "licence", "other". */
const char *pk_bundle_role_name(enum pk_bundle_role role);

/* -1, 0, 1: the order of versions: numbers between points by value. */
int pk_bundle_compare_versions(const char *a, const char *b);

#endif
