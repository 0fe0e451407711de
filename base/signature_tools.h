/* What the files base/signature*.c share. Nobody else includes this. */
#ifndef BASE_SIGNATURE_TOOLS_H
#define BASE_SIGNATURE_TOOLS_H

#include "base/map.h"
#include "base/run.h"
#include "base/signature.h"
#include "base/temp.h"

struct pk_verifier {
	struct pk_arena *arena;
	struct pk_source *ssh;
	struct pk_source *openpgp;
	struct pk_temp *temp;	 /* NULL until it is needed */
	bool has_ssh;		 /* the file of signers is in `temp` */
	bool has_openpgp;	 /* the keys are in the keyring in `temp` */
	struct pk_map key_names; /* struct pk_signature *, by fingerprint; only its names */
};

/*
 * Runs a program with `input`; the caller finishes the result. False after a report: it is missing,
 * which `package` would mend, or did not come to its end.
 */
bool pk_verifier_run(struct pk_verifier *verifier, struct pk_run_result *out,
	const char *const *argv, const struct pk_signed *input, const char *package,
	struct pk_diags *diags);

/* The signature is in the file `path`; the verifier has a folder. Else as pk_verifier_check. */
bool pk_verifier_check_ssh(struct pk_verifier *verifier, struct pk_signature *out,
	struct pk_arena *arena, const char *path, const struct pk_signed *object,
	struct pk_diags *diags);
bool pk_verifier_check_openpgp(struct pk_verifier *verifier, struct pk_signature *out,
	struct pk_arena *arena, const char *path, const struct pk_signed *object,
	struct pk_diags *diags);

#endif
