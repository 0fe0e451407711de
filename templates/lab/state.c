/* lab.json: what was started, so that `status` and `down` find it again. */
#include <string.h>

#include "base/json.h"
#include "base/json_out.h"
#include "base/text.h"
#include "templates/lab/lab.h"

static const char *const kind_names[] = {
	[PK_LAB_URL] = "url",
	[PK_LAB_DOCKER] = "docker",
	[PK_LAB_ARCHIVES] = "archives",
};

static const char *const program_names[] = {
	[PK_LAB_ENGINE] = "engine",
	[PK_LAB_KIBANA] = "kibana",
	[PK_LAB_LOGSTASH] = "logstash",
};

static const char *const known_keys[] = {"picket", "kind", "version", "url", "kibana", "address",
	"ports", "memory_mb", "security", "programs"};
static const char *const port_keys[] = {"engine", "kibana", "monster", "beats"};

const char *pk_lab_program_name(enum pk_lab_program program)
{
	return program_names[program];
}

const char *pk_lab_kind_name(enum pk_lab_kind kind)
{
	return kind_names[kind];
}

static void put_if(struct pk_json_out *json, const char *name, const char *text)
{
	if (text != NULL)
		pk_json_out_text(json, name, text);
}

static void put_programs(struct pk_json_out *json, const struct pk_lab *lab)
{
	pk_json_out_open_object(json, "programs");
	for (unsigned i = 0; i < PK_LAB_PROGRAMS; i++) {
		const struct pk_daemon *daemon = &lab->programs[i];
		if (daemon->pid <= 0)
			continue;
		pk_json_out_open_object(json, program_names[i]);
		pk_json_out_number(json, "pid", (uint64_t)daemon->pid);
		pk_json_out_number(json, "started", daemon->started);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_object(json);
}

void pk_lab_put_state(struct pk_buf *buf, const struct pk_lab *lab)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "picket", 1);
	pk_json_out_text(&json, "kind", kind_names[lab->kind]);
	put_if(&json, "version", lab->version);
	put_if(&json, "url", lab->url);
	put_if(&json, "kibana", lab->kibana);
	put_if(&json, "address", lab->address);
	pk_json_out_open_object(&json, "ports");
	pk_json_out_number(&json, "engine", lab->ports.engine);
	pk_json_out_number(&json, "kibana", lab->ports.kibana);
	pk_json_out_number(&json, "monster", lab->ports.monster);
	pk_json_out_number(&json, "beats", lab->ports.beats);
	pk_json_out_close_object(&json);
	pk_json_out_number(&json, "memory_mb", lab->memory_mb);
	pk_json_out_bool(&json, "security", lab->security);
	put_programs(&json, lab);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

static bool read_kind(enum pk_lab_kind *out, const struct pk_node *root, struct pk_diags *diags)
{
	const char *name = NULL;
	if (!pk_node_get_text(&name, root, "kind", diags))
		return false;
	for (unsigned i = 0; name != NULL && i < sizeof(kind_names) / sizeof(*kind_names); i++) {
		if (pk_text_equal(name, kind_names[i])) {
			*out = (enum pk_lab_kind)i;
			return true;
		}
	}
	pk_report(diags, PK_LAB_STATE, root->span, "kind of the lab is unknown");
	return false;
}

static bool read_port(
	uint16_t *out, const struct pk_node *ports, const char *key, struct pk_diags *diags)
{
	uint64_t number = 0;
	if (!pk_node_get_u64(&number, ports, key, diags))
		return false;
	if (number > UINT16_MAX) {
		pk_report(diags, PK_LAB_STATE, ports->span, "port '%s' is no port", key);
		return false;
	}
	*out = (uint16_t)number;
	return true;
}

static bool read_ports(struct pk_lab_ports *out, const struct pk_node *root, struct pk_diags *diags)
{
	const struct pk_node *ports = NULL;
	if (!pk_node_get_map(&ports, root, "ports", diags))
		return false;
	if (ports == NULL)
		return true;
	return pk_node_check_keys(ports, port_keys, sizeof(port_keys) / sizeof(*port_keys),
		       PK_LAB_STATE, diags) &&
		read_port(&out->engine, ports, "engine", diags) &&
		read_port(&out->kibana, ports, "kibana", diags) &&
		read_port(&out->monster, ports, "monster", diags) &&
		read_port(&out->beats, ports, "beats", diags);
}

static bool read_program(struct pk_daemon *out, const struct pk_node *programs, const char *name,
	struct pk_diags *diags)
{
	const struct pk_node *map = NULL;
	uint64_t pid = 0;
	if (!pk_node_get_map(&map, programs, name, diags))
		return false;
	if (map == NULL)
		return true;
	if (!pk_node_get_u64(&pid, map, "pid", diags) ||
		!pk_node_get_u64(&out->started, map, "started", diags))
		return false;
	if (pid > INT32_MAX) {
		pk_report(diags, PK_LAB_STATE, map->span, "'%s' has no process id", name);
		return false;
	}
	out->pid = (int64_t)pid;
	return true;
}

static bool read_programs(struct pk_lab *out, const struct pk_node *root, struct pk_diags *diags)
{
	const struct pk_node *programs = NULL;
	if (!pk_node_get_map(&programs, root, "programs", diags))
		return false;
	if (programs == NULL)
		return true;
	if (!pk_node_check_keys(programs, program_names, PK_LAB_PROGRAMS, PK_LAB_STATE, diags))
		return false;
	for (unsigned i = 0; i < PK_LAB_PROGRAMS; i++) {
		if (!read_program(&out->programs[i], programs, program_names[i], diags))
			return false;
	}
	return true;
}

bool pk_lab_read_state(struct pk_lab *out, struct pk_source *source, struct pk_diags *diags)
{
	struct pk_lab lab = {0};
	uint64_t memory = 0;
	const struct pk_node *root = pk_json_read(source, diags);
	if (root == NULL || !pk_node_expect(root, PK_NODE_MAP, "a lab", diags) ||
		!pk_node_check_keys(root, known_keys, sizeof(known_keys) / sizeof(*known_keys),
			PK_LAB_STATE, diags) ||
		!read_kind(&lab.kind, root, diags) || !read_ports(&lab.ports, root, diags) ||
		!pk_node_get_text(&lab.version, root, "version", diags) ||
		!pk_node_get_text(&lab.url, root, "url", diags) ||
		!pk_node_get_text(&lab.kibana, root, "kibana", diags) ||
		!pk_node_get_text(&lab.address, root, "address", diags) ||
		!pk_node_get_bool(&lab.security, root, "security", diags) ||
		!read_programs(&lab, root, diags) ||
		!pk_node_get_u64(&memory, root, "memory_mb", diags))
		return false;
	lab.memory_mb = memory > UINT32_MAX ? 0 : (unsigned)memory;
	*out = lab;
	return true;
}
