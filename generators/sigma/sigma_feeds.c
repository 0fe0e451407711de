/*
 * Which events of Sysmon feed which category. Facts: Sigma taxonomy 2.1, section "Windows Folder"
 * and "Linux Folder"; what EventType holds: docs/sysmon-facts.md section 3 and the published
 * mapping of Sigma's categories to Sysmon.
 */
#include "base/text.h"
#include "generators/sigma/sigma.h"

static const struct pk_sigma_feed feeds[] = {
	{"clipboard_capture", {24}, false, {NULL}},
	{"create_remote_thread", {8}, false, {NULL}},
	{"create_stream_hash", {15}, false, {NULL}},
	{"dns_query", {22}, false, {NULL}},
	{"driver_load", {6}, false, {NULL}},
	{"file_block_executable", {27}, false, {NULL}},
	{"file_block_shredding", {28}, false, {NULL}},
	{"file_change", {2}, false, {NULL}},
	{"file_delete", {23}, true, {NULL}},
	{"file_delete_detected", {26}, false, {NULL}},
	{"file_event", {11}, true, {NULL}},
	{"file_executable_detected", {29}, false, {NULL}},
	{"image_load", {7}, false, {NULL}},
	{"network_connection", {3}, true, {NULL}},
	{"pipe_created", {17, 18}, false, {NULL}},
	{"process_access", {10}, true, {NULL}},
	{"process_creation", {1}, true, {NULL}},
	{"process_tampering", {25}, false, {NULL}},
	{"process_termination", {5}, true, {NULL}},
	{"raw_access_read", {9}, true, {NULL}},
	{"raw_access_thread", {9}, true, {NULL}},
	{"registry_add", {12}, false, {"CreateKey"}},
	{"registry_delete", {12}, false, {"DeleteKey", "DeleteValue"}},
	{"registry_event", {12, 13, 14}, false, {NULL}},
	{"registry_rename", {14}, false, {NULL}},
	{"registry_set", {13}, false, {NULL}},
	{"sysmon_error", {255}, true, {NULL}},
	{"sysmon_status", {4, 16}, true, {NULL}},
	{"wmi_event", {19, 20, 21}, false, {NULL}},
};

/* The platform that `product` names, in *out; false if Sysmon has none of that name. */
static bool find_platform(enum pk_platform *out, const char *product)
{
	if (pk_text_equal(product, "windows"))
		*out = PK_WINDOWS;
	else if (pk_text_equal(product, "linux"))
		*out = PK_LINUX;
	else
		return pk_text_equal(product, "");
	return true;
}

enum pk_sigma_fed pk_sigma_find_feed(const struct pk_sigma_feed **out,
	const struct pk_sigma_rule *rule, enum pk_platform platform)
{
	enum pk_platform wanted = platform;
	bool is_sysmon = pk_text_equal(rule->service, "sysmon");
	if (!find_platform(&wanted, rule->product))
		return PK_SIGMA_NOT_FED;
	if (!is_sysmon && !pk_text_equal(rule->service, ""))
		return PK_SIGMA_NOT_FED;

	const struct pk_sigma_feed *feed = NULL;
	for (size_t i = 0; i < sizeof(feeds) / sizeof(feeds[0]) && feed == NULL; i++) {
		if (pk_text_equal(feeds[i].category, rule->category))
			feed = &feeds[i];
	}
	if (feed == NULL && !(is_sysmon && pk_text_equal(rule->category, "")))
		return PK_SIGMA_NOT_FED;
	if (wanted == PK_LINUX && feed != NULL && !feed->on_linux)
		return PK_SIGMA_NOT_FED;
	if (wanted != platform)
		return PK_SIGMA_OTHER_PLATFORM;
	*out = feed;
	return PK_SIGMA_FED;
}
