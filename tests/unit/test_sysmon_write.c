/* Writing configurations as XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "generators/sysmon/sysmon_read.h"
#include "generators/sysmon/sysmon_write.h"

struct row {
	const char *given;
	const char *written;
};

static const struct row rows[] = {
	/* Order of attributes, the default condition, a group for each element. */
	{"<!-- top --><Sysmon schemaversion='4.9'><HashAlgorithms>md5</HashAlgorithms>"
	 "<EventFiltering><RuleGroup name='g' groupRelation='or'><FileCreate onmatch='include'>"
	 "<Image name='n'>a</Image></FileCreate><FileCreate onmatch='exclude'/></RuleGroup>"
	 "</EventFiltering></Sysmon>",
		"<!-- top -->\n"
		"<Sysmon schemaversion=\"4.9\">\n"
		"  <HashAlgorithms>md5</HashAlgorithms>\n"
		"  <EventFiltering>\n"
		"    <RuleGroup groupRelation=\"or\" name=\"g\">\n"
		"      <FileCreate onmatch=\"include\">\n"
		"        <Image condition=\"is\" name=\"n\">a</Image>\n"
		"      </FileCreate>\n"
		"    </RuleGroup>\n"
		"    <RuleGroup groupRelation=\"or\" name=\"g\">\n"
		"      <FileCreate onmatch=\"exclude\"/>\n"
		"    </RuleGroup>\n"
		"  </EventFiltering>\n"
		"</Sysmon>\n"},
	/* Without a group; a Rule without filters is not childless; names may be empty. */
	{"<Sysmon schemaversion='4.90'><EventFiltering><FileCreate default='include'>"
	 "<!--why--><Rule name='' groupRelation='Or'> </Rule><Rule><!--f--><Image condition='IS'/>"
	 "</Rule></FileCreate></EventFiltering></Sysmon>",
		"<Sysmon schemaversion=\"4.90\">\n"
		"  <EventFiltering>\n"
		"    <FileCreate default=\"include\">\n"
		"      <!-- why -->\n"
		"      <Rule groupRelation=\"Or\" name=\"\">\n"
		"      </Rule>\n"
		"      <Rule>\n"
		"        <!-- f -->\n"
		"        <Image condition=\"IS\"></Image>\n"
		"      </Rule>\n"
		"    </FileCreate>\n"
		"  </EventFiltering>\n"
		"</Sysmon>\n"},
	/* CaptureClipboard goes to the end; no events at all. */
	{"<Sysmon schemaversion='4.90'><CaptureClipboard/><DnsLookup>False</DnsLookup>"
	 "<ArchiveDirectory><![CDATA[]]></ArchiveDirectory></Sysmon>",
		"<Sysmon schemaversion=\"4.90\">\n"
		"  <DnsLookup>False</DnsLookup>\n"
		"  <ArchiveDirectory><![CDATA[]]></ArchiveDirectory>\n"
		"  <CaptureClipboard/>\n"
		"</Sysmon>\n"},
	/* What stands behind an entry without text is not in force. */
	{"<Sysmon schemaversion='4.90'><DnsLookup>False</DnsLookup><CheckRevocation/>"
	 "<HashAlgorithms>md5</HashAlgorithms></Sysmon>",
		"<Sysmon schemaversion=\"4.90\">\n"
		"  <DnsLookup>False</DnsLookup>\n"
		"</Sysmon>\n"},
	/* Blanks and references stay what they are. */
	{"<Sysmon schemaversion='4.90'><EventFiltering><FileCreate onmatch='include'>"
	 "<Image name='a&#10;&apos;&quot;'> &amp;\t&lt;x&gt;&#13;\n</Image></FileCreate>"
	 "</EventFiltering></Sysmon>",
		"<Sysmon schemaversion=\"4.90\">\n"
		"  <EventFiltering>\n"
		"    <FileCreate onmatch=\"include\">\n"
		"      <Image condition=\"is\" name=\"a&#10;'&quot;\"> &amp;&#9;&lt;x&gt;&#13;&#10;"
		"</Image>\n"
		"    </FileCreate>\n"
		"  </EventFiltering>\n"
		"</Sysmon>\n"},
};

static struct pk_sysmon *read_text(struct pk_arena *arena, const char *text)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_sysmon_options options = {.comments = true};
	struct pk_source *source = pk_source_make(arena, "x.xml", text, strlen(text));
	struct pk_sysmon *sysmon = pk_sysmon_read(source, &options, &diags);
	assert_int_equal(diags.errors, 0);
	assert_false(sysmon->rejected);
	return sysmon;
}

static void text_is_as_documented_and_stays_when_read_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		PK_BUF_AUTO first = {0};
		PK_BUF_AUTO second = {0};
		pk_sysmon_write(&first, read_text(arena, rows[i].given));
		assert_string_equal(first.data, rows[i].written);
		pk_sysmon_write(&second, read_text(arena, first.data));
		assert_string_equal(second.data, rows[i].written);
	}
}

static void comments_cannot_end_early(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_sysmon sysmon = {.arena = arena, .version = PK_VERSION(4, 50)};
	PK_BUF_AUTO out = {0};
	sysmon.head_comment = "a --> b ---";
	pk_sysmon_write(&out, &sysmon);
	assert_string_equal(
		out.data, "<!-- a - -> b - - - -->\n<Sysmon schemaversion=\"4.50\">\n</Sysmon>\n");
	read_text(arena, out.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_as_documented_and_stays_when_read_again),
		cmocka_unit_test(comments_cannot_end_early),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
