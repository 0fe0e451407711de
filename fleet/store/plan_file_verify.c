/* Who signed a plan: OpenSSH's detached signatures, in a namespace of their own. */
#include <stdlib.h>

#include "base/signature.h"
#include "fleet/store/plan_file.h"

static bool refuse(struct pk_source *signature, enum pk_code code, const char *message,
	const char *hint, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, code, pk_span_file(signature), "%s", message);
	pk_diag_hint(diags, diag, "%s", hint);
	return false;
}

#define HINT_SIGN "sign the plan again: `ssh-keygen -Y sign -f KEY -n " PK_PLAN_NAMESPACE " PLAN`"
#define HINT_SIGNERS "have it signed by somebody that the file of signers names"

bool pk_plan_file_verify(const char **who_out, struct pk_arena *arena, struct pk_source *plan,
	struct pk_source *signature, struct pk_source *signers, struct pk_diags *diags)
{
	PK_AUTO(pk_verifier) *verifier = pk_verifier_create(signers, NULL);
	const struct pk_signed object = {.payload = plan->text,
		.payload_len = plan->len,
		.signature = signature->text,
		.namespace = PK_PLAN_NAMESPACE};
	struct pk_signature found;
	if (!pk_verifier_check(verifier, &found, arena, &object, diags))
		return false;
	switch (found.state) {
	case PK_SIGNATURE_GOOD:
		*who_out = found.names.items[0];
		return true;
	case PK_SIGNATURE_UNKNOWN:
		return refuse(signature, PK_PLAN_SIGNER,
			"plan is signed with a key that the signers do not have", HINT_SIGNERS,
			diags);
	case PK_SIGNATURE_EXPIRED:
	case PK_SIGNATURE_REVOKED:
		return refuse(signature, PK_PLAN_SIGNER,
			"plan is signed with a key that is no longer good", HINT_SIGNERS, diags);
	case PK_SIGNATURE_MISSING:
	case PK_SIGNATURE_BAD:
		return refuse(signature, PK_PLAN_SIGNATURE, "signature is not one of this plan",
			HINT_SIGN, diags);
	}
	abort(); /* no value of the enum */
}
