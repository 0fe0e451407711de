/* The tables of model/, and names of numbers, as parameters of the script for Sysmon. */
#include "templates/pipelines/pipelines_part.h"

#include "templates/model/fields.h"
#include "templates/model/sysmon.h"

struct pair {
	const char *key;
	const char *value;
};

struct status {
	const char *number;
	const char *name;
	const char *response; /* dns.response_code; NULL if it is no answer of a server */
};

struct right {
	uint32_t bits;
	const char *name;
};

/* Places of Winlogbeat 6 and of plain events, and where they belong below winlog. */
static const struct pair old_places[] = {
	{"event_id", "event_id"},
	{"event_data", "event_data"},
	{"computer_name", "computer_name"},
	{"log_name", "channel"},
	{"source_name", "provider_name"},
	{"provider_guid", "provider_guid"},
	{"record_number", "record_id"},
	{"process_id", "process.pid"},
	{"thread_id", "process.thread.id"},
	{"activity_id", "activity_id"},
	{"related_activity_id", "related_activity_id"},
	{"keywords", "keywords"},
	{"opcode", "opcode"},
	{"task", "task"},
	{"user", "user"},
	{"user_data", "user_data"},
	{"version", "version"},
	{"EventID", "event_id"},
	{"EventData", "event_data"},
	{"EventRecordID", "record_id"},
	{"Computer", "computer_name"},
	{"Channel", "channel"},
	{"Provider", "provider_name"},
	{"TimeCreated", "time_created"},
};

/* The kernel's names of hives, and the long ones, as Sysmon abbreviates them. */
static const struct pair hives[] = {
	{"\\REGISTRY\\MACHINE", "HKLM"},
	{"\\REGISTRY\\USER", "HKU"},
	{"HKEY_LOCAL_MACHINE", "HKLM"},
	{"HKEY_USERS", "HKU"},
	{"HKEY_CURRENT_USER", "HKCU"},
	{"HKEY_CLASSES_ROOT", "HKCR"},
	{"HKEY_CURRENT_CONFIG", "HKCC"},
};

/* IANA, DNS parameters: types of resource records. */
static const struct pair dns_types[] = {
	{"1", "A"},
	{"2", "NS"},
	{"5", "CNAME"},
	{"6", "SOA"},
	{"10", "NULL"},
	{"12", "PTR"},
	{"13", "HINFO"},
	{"15", "MX"},
	{"16", "TXT"},
	{"17", "RP"},
	{"18", "AFSDB"},
	{"24", "SIG"},
	{"25", "KEY"},
	{"28", "AAAA"},
	{"29", "LOC"},
	{"33", "SRV"},
	{"35", "NAPTR"},
	{"37", "CERT"},
	{"39", "DNAME"},
	{"43", "DS"},
	{"44", "SSHFP"},
	{"46", "RRSIG"},
	{"47", "NSEC"},
	{"48", "DNSKEY"},
	{"50", "NSEC3"},
	{"52", "TLSA"},
	{"64", "SVCB"},
	{"65", "HTTPS"},
	{"99", "SPF"},
	{"249", "TKEY"},
	{"250", "TSIG"},
	{"251", "IXFR"},
	{"252", "AXFR"},
	{"255", "ANY"},
	{"257", "CAA"},
};

/* Errors of Windows that queries end with; those of servers are the codes of RFC 1035 from 9000 on.
 */
static const struct status dns_statuses[] = {
	{"0", "SUCCESS", "NOERROR"},
	{"5", "ERROR_ACCESS_DENIED", NULL},
	{"87", "ERROR_INVALID_PARAMETER", NULL},
	{"123", "ERROR_INVALID_NAME", NULL},
	{"1214", "ERROR_INVALID_NETNAME", NULL},
	{"1223", "ERROR_CANCELLED", NULL},
	{"1460", "ERROR_TIMEOUT", NULL},
	{"9001", "DNS_ERROR_RCODE_FORMAT_ERROR", "FORMERR"},
	{"9002", "DNS_ERROR_RCODE_SERVER_FAILURE", "SERVFAIL"},
	{"9003", "DNS_ERROR_RCODE_NAME_ERROR", "NXDOMAIN"},
	{"9004", "DNS_ERROR_RCODE_NOT_IMPLEMENTED", "NOTIMP"},
	{"9005", "DNS_ERROR_RCODE_REFUSED", "REFUSED"},
	{"9006", "DNS_ERROR_RCODE_YXDOMAIN", "YXDOMAIN"},
	{"9007", "DNS_ERROR_RCODE_YXRRSET", "YXRRSET"},
	{"9008", "DNS_ERROR_RCODE_NXRRSET", "NXRRSET"},
	{"9009", "DNS_ERROR_RCODE_NOTAUTH", "NOTAUTH"},
	{"9010", "DNS_ERROR_RCODE_NOTZONE", "NOTZONE"},
	{"9016", "DNS_ERROR_RCODE_BADSIG", "BADSIG"},
	{"9017", "DNS_ERROR_RCODE_BADKEY", "BADKEY"},
	{"9018", "DNS_ERROR_RCODE_BADTIME", "BADTIME"},
	{"9501", "DNS_INFO_NO_RECORDS", NULL},
	{"9502", "DNS_ERROR_BAD_PACKET", NULL},
	{"9503", "DNS_ERROR_NO_PACKET", NULL},
	{"9504", "DNS_ERROR_RCODE", NULL},
	{"9505", "DNS_ERROR_UNSECURE_PACKET", NULL},
	{"9506", "DNS_REQUEST_PENDING", NULL},
	{"9560", "DNS_ERROR_INVALID_NAME_CHAR", NULL},
	{"9561", "DNS_ERROR_NUMERIC_NAME", NULL},
	{"9701", "DNS_ERROR_RECORD_DOES_NOT_EXIST", NULL},
	{"9852", "DNS_ERROR_NO_DNS_SERVERS", NULL},
	{"10054", "WSAECONNRESET", NULL},
	{"10055", "WSAENOBUFS", NULL},
	{"10060", "WSAETIMEDOUT", NULL},
	{"11001", "WSAHOST_NOT_FOUND", NULL},
	{"11002", "WSATRY_AGAIN", NULL},
	{"11003", "WSANO_RECOVERY", NULL},
	{"11004", "WSANO_DATA", NULL},
};

/* Windows SDK, winnt.h: access rights of processes. */
static const struct right rights[] = {
	{0x1fffff, "PROCESS_ALL_ACCESS"},
	{0x0001, "PROCESS_TERMINATE"},
	{0x0002, "PROCESS_CREATE_THREAD"},
	{0x0004, "PROCESS_SET_SESSIONID"},
	{0x0008, "PROCESS_VM_OPERATION"},
	{0x0010, "PROCESS_VM_READ"},
	{0x0020, "PROCESS_VM_WRITE"},
	{0x0040, "PROCESS_DUP_HANDLE"},
	{0x0080, "PROCESS_CREATE_PROCESS"},
	{0x0100, "PROCESS_SET_QUOTA"},
	{0x0200, "PROCESS_SET_INFORMATION"},
	{0x0400, "PROCESS_QUERY_INFORMATION"},
	{0x0800, "PROCESS_SUSPEND_RESUME"},
	{0x1000, "PROCESS_QUERY_LIMITED_INFORMATION"},
	{0x2000, "PROCESS_SET_LIMITED_INFORMATION"},
	{0x10000, "DELETE"},
	{0x20000, "READ_CONTROL"},
	{0x40000, "WRITE_DAC"},
	{0x80000, "WRITE_OWNER"},
	{0x100000, "SYNCHRONIZE"},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void put_map(
	struct pk_json_out *json, const char *name, const struct pair *pairs, size_t count)
{
	pk_json_out_open_object(json, name);
	for (size_t i = 0; i < count; i++)
		pk_json_out_text(json, pairs[i].key, pairs[i].value);
	pk_json_out_close_object(json);
}

static void put_hives(struct pk_json_out *json)
{
	pk_json_out_open_array(json, "hives");
	for (size_t i = 0; i < COUNT(hives); i++) {
		pk_json_out_open_array(json, NULL);
		pk_json_out_text(json, NULL, hives[i].key);
		pk_json_out_text(json, NULL, hives[i].value);
		pk_json_out_close_array(json);
	}
	pk_json_out_close_array(json);
}

static void put_statuses(struct pk_json_out *json)
{
	pk_json_out_open_object(json, "dns_statuses");
	for (size_t i = 0; i < COUNT(dns_statuses); i++) {
		pk_json_out_open_array(json, dns_statuses[i].number);
		pk_json_out_text(json, NULL, dns_statuses[i].name);
		if (dns_statuses[i].response != NULL)
			pk_json_out_text(json, NULL, dns_statuses[i].response);
		pk_json_out_close_array(json);
	}
	pk_json_out_close_object(json);
}

static void put_rights(struct pk_json_out *json)
{
	pk_json_out_open_array(json, "rights");
	for (size_t i = 0; i < COUNT(rights); i++) {
		pk_json_out_open_array(json, NULL);
		pk_json_out_number(json, NULL, rights[i].bits);
		pk_json_out_text(json, NULL, rights[i].name);
		pk_json_out_close_array(json);
	}
	pk_json_out_close_array(json);
}

/* What has no value is left out. */
static void put_values(struct pk_json_out *json, const char *name, const char *values)
{
	if (*values != '\0')
		pk_script_put_list(json, name, values);
}

static void put_events(struct pk_json_out *json)
{
	size_t count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&count);
	pk_json_out_open_object(json, "events");
	for (size_t i = 0; i < count; i++) {
		PK_BUF_AUTO id = {0};
		pk_buf_printf(&id, "%u", events[i].id);
		pk_json_out_open_object(json, id.data);
		put_values(json, "category", events[i].category);
		put_values(json, "type", events[i].type);
		if (*events[i].outcome != '\0')
			pk_json_out_text(json, "outcome", events[i].outcome);
		pk_json_out_text(json, "action", events[i].action);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_object(json);
}

static void put_rows(struct pk_json_out *json, const char *name, uint32_t event)
{
	size_t count;
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&count);
	pk_json_out_open_array(json, name);
	for (size_t i = 0; i < count; i++) {
		if ((rows[i].events & event) == 0 || rows[i].how == PK_SYSMON_STAY)
			continue;
		pk_json_out_open_array(json, NULL);
		pk_json_out_text(json, NULL, rows[i].field);
		pk_json_out_text(json, NULL, rows[i].target);
		pk_json_out_text(json, NULL, pk_sysmon_how_name(rows[i].how));
		if (rows[i].keep)
			pk_json_out_text(json, NULL, "keep");
		pk_json_out_close_array(json);
	}
	pk_json_out_close_array(json);
}

/* Of an event that is not known, what nearly all have is taken: the fields of a process that ended.
 */
static void put_fields(struct pk_json_out *json)
{
	size_t count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&count);
	pk_json_out_open_object(json, "fields");
	for (size_t i = 0; i < count; i++) {
		PK_BUF_AUTO id = {0};
		pk_buf_printf(&id, "%u", events[i].id);
		put_rows(json, id.data, pk_sysmon_ecs_bit(events[i].id));
	}
	put_rows(json, "other", pk_sysmon_ecs_bit(5));
	pk_json_out_close_object(json);
}

void pk_sysmon_put_params(struct pk_json_out *json, bool streams)
{
	pk_json_out_open_object(json, "params");
	pk_json_out_text(json, "ecs", PK_ECS_VERSION);
	pk_json_out_text(json, "dataset", PK_SYSMON_DATASET);
	pk_json_out_text(json, "provider", "Microsoft-Windows-Sysmon");
	if (streams)
		pk_json_out_text(json, "stream", "logs-" PK_SYSMON_DATASET "-");
	put_map(json, "old", old_places, COUNT(old_places));
	put_events(json);
	put_fields(json);
	put_hives(json);
	put_rights(json);
	put_map(json, "dns_types", dns_types, COUNT(dns_types));
	put_statuses(json);
	pk_script_put_shape(json, PK_FIELDS_SYSMON);
	pk_json_out_close_object(json);
}
