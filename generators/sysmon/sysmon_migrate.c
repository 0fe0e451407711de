#include "generators/sysmon/sysmon_migrate.h"

#include <string.h>

#include "base/xml.h"

static void migrate_element(void *user, const struct pk_xml_element *element)
{
	for (size_t i = 0; i < element->attr_count; i++) {
		if (strcmp(element->attrs[i].name, "name") == 0)
			pk_migrate_text(user, pk_xml_attr_span(element->span, "name", true), false);
	}
}

bool pk_sysmon_migrate(struct pk_migration *migration, struct pk_source *source)
{
	static const struct pk_xml_handler handler = {.start = migrate_element};
	static const struct pk_xml_options options;
	struct pk_source *shown = pk_xml_source(source, NULL);
	if (shown != source) {
		struct pk_diag *diag = pk_report(migration->diags, PK_FILE_KIND,
			pk_span_file(source), "file is not UTF-8 and cannot be changed in place");
		pk_diag_hint(migration->diags, diag, "save it as UTF-8 first");
		return false;
	}
	return pk_xml_parse(source, shown, &options, &handler, migration, migration->diags);
}
