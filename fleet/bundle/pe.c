#include "fleet/bundle/pe.h"

#include <string.h>

enum {
	SECTIONS = 96,	     /* most that Windows loads */
	ENTRIES = 4096,	     /* most looked at in one folder of resources */
	CHILDREN = 256,	     /* most looked at in one block of a version resource */
	RT_VERSION = 16,     /* type of a version resource */
	RESOURCES = 2,	     /* index among the data directories */
	SECTION_BYTES = 40,  /* of a section header */
	VERSION_MAX = 65536, /* bytes of a version resource; its length is a 16 bit word */
};

struct bytes {
	const uint8_t *at;
	size_t len;
};

/* 0 for what is beyond the end: no field that matters is 0 in a good file. */
static uint16_t get16(struct bytes bytes, size_t offset)
{
	if (offset > bytes.len || bytes.len - offset < 2)
		return 0;
	return (uint16_t)(bytes.at[offset] | bytes.at[offset + 1] << 8);
}

static uint32_t get32(struct bytes bytes, size_t offset)
{
	if (offset > bytes.len || bytes.len - offset < 4)
		return 0;
	return get16(bytes, offset) | (uint32_t)get16(bytes, offset + 2) << 16;
}

/* `len` bytes at `offset`; fewer, or none, if there are not so many. */
static struct bytes part(struct bytes bytes, size_t offset, size_t len)
{
	if (offset >= bytes.len)
		return (struct bytes){0};
	size_t rest = bytes.len - offset;
	return (struct bytes){bytes.at + offset, len < rest ? len : rest};
}

static const char *arch_of(uint16_t machine)
{
	switch (machine) {
	case 0x014c:
		return "x86";
	case 0x8664:
		return "x64";
	case 0xaa64:
		return "arm64";
	}
	return NULL;
}

struct image {
	struct bytes file;
	size_t sections; /* offset of their headers */
	size_t section_count;
};

/* The bytes that are loaded at `address`, at most to the end of the section. */
static struct bytes at_address(const struct image *image, uint32_t address, size_t len)
{
	for (size_t i = 0; i < image->section_count; i++) {
		size_t header = image->sections + i * SECTION_BYTES;
		uint32_t start = get32(image->file, header + 12);
		uint32_t size = get32(image->file, header + 16);
		if (address < start || address - start >= size)
			continue;
		struct bytes section = part(image->file, get32(image->file, header + 20), size);
		return part(section, address - start, len);
	}
	return (struct bytes){0};
}

/*
 * The offset that the folder of resources at `folder` has for `id`, or for its first entry if
 * that is 0; 0 if there is none. The highest bit tells that it is a folder again.
 */
static uint32_t find_resource(struct bytes resources, size_t folder, uint32_t id)
{
	size_t named = get16(resources, folder + 12);
	size_t count = named + get16(resources, folder + 14);
	for (size_t i = 0; i < count && i < ENTRIES; i++) {
		size_t entry = folder + 16 + i * 8;
		if (entry >= resources.len)
			return 0;
		if (id == 0 || (i >= named && get32(resources, entry) == id))
			return get32(resources, entry + 4);
	}
	return 0;
}

static struct bytes find_version(const struct image *image, uint32_t address, uint32_t size)
{
	const uint32_t is_folder = 0x80000000;
	struct bytes resources = at_address(image, address, size);
	uint32_t type = find_resource(resources, 0, RT_VERSION);
	if ((type & is_folder) == 0)
		return (struct bytes){0};
	uint32_t name = find_resource(resources, type & ~is_folder, 0);
	if ((name & is_folder) == 0)
		return (struct bytes){0};
	uint32_t data = find_resource(resources, name & ~is_folder, 0);
	if (data == 0 || (data & is_folder) != 0)
		return (struct bytes){0};
	uint32_t len = get32(resources, (size_t)data + 4);
	return at_address(
		image, get32(resources, data), len < VERSION_MAX ? len : (size_t)VERSION_MAX);
}

/* A block of a version resource: length, length of the value, kind, name, value, children. */
struct block {
	struct bytes all;
	size_t name_len;  /* UTF-16 units */
	size_t value;	  /* offset of it */
	size_t value_len; /* as the block has it: bytes, or characters of a text */
};

static size_t aligned(size_t offset)
{
	return (offset + 3) & ~(size_t)3;
}

/* False if there is no block at `offset`. */
static bool read_block(struct block *out, struct bytes parent, size_t offset)
{
	size_t len = get16(parent, offset);
	struct bytes all = part(parent, offset, len);
	if (len < 8 || all.len < len)
		return false;
	size_t name_len = 0;
	while (6 + name_len * 2 + 2 <= len && get16(all, 6 + name_len * 2) != 0)
		name_len++;
	*out = (struct block){
		.all = all,
		.name_len = name_len,
		.value = aligned(6 + (name_len + 1) * 2),
		.value_len = get16(all, 2),
	};
	return out->value <= len;
}

static bool is_named(const struct block *block, const char *name)
{
	if (block->name_len != strlen(name))
		return false;
	for (size_t i = 0; i < block->name_len; i++) {
		if (get16(block->all, 6 + i * 2) != (uint8_t)name[i])
			return false;
	}
	return true;
}

/* The child called `name`, or the first one if that is NULL, from the offset `from` on. */
static bool find_child(struct block *out, const struct block *parent, size_t from, const char *name)
{
	size_t offset = from;
	for (size_t i = 0; i < CHILDREN; i++) {
		struct block child;
		if (!read_block(&child, parent->all, offset))
			return false;
		if (name == NULL || is_named(&child, name)) {
			*out = child;
			return true;
		}
		offset += aligned(child.all.len);
	}
	return false;
}

static void read_text(char out[PK_PE_TEXT], const struct block *block)
{
	size_t len = 0;
	for (; len < PK_PE_TEXT - 1; len++) {
		uint16_t c = get16(block->all, block->value + len * 2);
		if (c == 0)
			break;
		if (c < 0x20 || c > 0x7e) {
			len = 0;
			break;
		}
		out[len] = (char)c;
	}
	out[len] = '\0';
}

static void read_version(struct pk_pe *out, struct bytes resource)
{
	struct block root;
	if (!read_block(&root, resource, 0) || !is_named(&root, "VS_VERSION_INFO"))
		return;
	if (get32(root.all, root.value) == 0xfeef04bd) {
		out->has_version = true;
		out->version[0] = get16(root.all, root.value + 10);
		out->version[1] = get16(root.all, root.value + 8);
		out->version[2] = get16(root.all, root.value + 14);
		out->version[3] = get16(root.all, root.value + 12);
	}
	struct block texts;
	struct block table;
	struct block text;
	if (find_child(&texts, &root, aligned(root.value + root.value_len), "StringFileInfo") &&
		find_child(&table, &texts, texts.value, NULL) &&
		find_child(&text, &table, table.value, "FileVersion"))
		read_text(out->text, &text);
}

bool pk_pe_read(struct pk_pe *out, const void *bytes, size_t len)
{
	struct bytes file = {bytes, len};
	size_t header = get32(file, 0x3c);
	if (get16(file, 0) != 0x5a4d || get32(file, header) != 0x00004550)
		return false;
	size_t optional = header + 24;
	uint16_t magic = get16(file, optional);
	if (magic != 0x10b && magic != 0x20b)
		return false;
	struct image image = {
		.file = file,
		.sections = optional + get16(file, header + 20),
		.section_count = get16(file, header + 6),
	};
	if (image.section_count > SECTIONS)
		return false;
	struct pk_pe pe = {.arch = arch_of(get16(file, header + 4))};
	size_t directories = optional + (magic == 0x10b ? 96 : 112);
	size_t row = directories + RESOURCES * 8;
	if (get32(file, directories - 4) > RESOURCES && row + 8 <= image.sections)
		read_version(&pe, find_version(&image, get32(file, row), get32(file, row + 4)));
	*out = pe;
	return true;
}
