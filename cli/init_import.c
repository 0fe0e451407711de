#include "cli/init_import.h"

#include <string.h>

#include "base/file.h"
#include "cli/kind.h"
#include "generators/sysmon/judge.h"

bool pk_init_import(struct pk_imported *out, const char *path, enum pk_platform platform,
	struct pk_diags *diags)
{
	struct pk_source *source = pk_file_read(diags->arena, path, 0, diags);
	if (source == NULL)
		return false;
	if (pk_kind_of(source) != PK_KIND_SYSMON) {
		struct pk_diag *diag = pk_report(diags, PK_FILE_KIND, pk_span_file(source),
			"file is no configuration of Sysmon");
		pk_diag_hint(diags, diag, "give a Sysmon XML");
		return false;
	}

	/* What the sensor accepts and does not do as written is for validate to say. */
	struct pk_sysmon_options options = {
		.arena = diags->arena,
		.platform = platform,
		.recover = true,
		.comments = true,
	};
	struct pk_diags judged = {.arena = diags->arena};
	struct pk_sysmon *sysmon = pk_sysmon_judge(source, &options, false, &judged);
	if (sysmon->rejected) {
		pk_diags_append(diags, &judged, PK_NOTE);
		return false;
	}
	const char *slash = strrchr(path, '/');
	struct pk_import_options import = {
		.id = PK_INIT_IMPORTED,
		.name = slash == NULL ? path : slash + 1,
	};
	return pk_import_sysmon(out, sysmon, &import, diags);
}
