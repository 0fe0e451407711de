#!/usr/bin/env bash
# ecs.sh: fields that templates/model/fields.def counts among those of ECS are there, with its type, by the
# tables that ECS publishes for programs (npm: @elastic/ecs). Status 77: npm or the package is missing.
set -u
cd -- "$(dirname -- "$(realpath -- "$0")")/../.." || exit 2
version=9.4.0
cache=${PICKET_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/picket-tests}/npm
table=$cache/node_modules/@elastic/ecs/build/commonjs/ecs_flat.js

for program in node npm; do
	command -v "$program" >/dev/null || { echo "package that is missing: $program"; exit 77; }
done
if ! grep -qs "\"version\": \"$version\"" "$cache/node_modules/@elastic/ecs/package.json"; then
	mkdir -p -- "$cache"
	npm install --prefix "$cache" --no-save --no-audit --no-fund --ignore-scripts \
		"@elastic/ecs@$version" >/dev/null 2>&1 ||
		{ echo "npm cannot get @elastic/ecs $version"; exit 77; }
fi

node - "$table" templates/model/fields.def <<'END'
const [, , table, rows] = process.argv;
const {EcsFlat} = require(table);
/* What a field becomes here; ECS says by `index` that one is only kept. */
const ours = {keyword: "KEYWORD", constant_keyword: "KEYWORD", wildcard: "LINE", match_only_text: "TEXT",
	long: "LONG", float: "FLOAT", boolean: "BOOLEAN", date: "DATE", ip: "IP", geo_point: "GEO_POINT",
	object: "OBJECT"};
/* ECS has no domain in the user of a process. */
const added = new Set(["process.user.domain", "process.parent.user.domain"]);
const row = /^PK_STACK_FIELD\(ECS, ([A-Z_]+), "([^"]+)"\)$/gm;
let count = 0, wrong = 0;
for (const [, type, name] of require("fs").readFileSync(rows, "utf8").matchAll(row)) {
	const field = EcsFlat[name];
	const want = field && (field.index === false ? "KEPT" : ours[field.type]);
	count++;
	if (added.delete(name) ? !field : want === type)
		continue;
	console.log(field ? `${name}: ${type} here, ${field.type} in ECS` : `${name}: ECS has no such field`);
	wrong++;
}
for (const name of added) {
	console.log(`${name}: not in the table any more`);
	wrong++;
}
console.log(`${count} fields checked, ${wrong} wrong`);
process.exit(count > 0 && wrong === 0 ? 0 : 1);
END
