#!/usr/bin/env python3
"""Makes the tables of ATT&CK in this folder.

usage: make_tables.py --into FOLDER --history HISTORY.json --sources SOURCES.tsv CATALOGUE.json...

Not part of the build: run it by hand for a new release of ATT&CK; docs/third-party.md tells what
to change then.

A catalogue, one for every release that the program holds whole, is one JSON object with
  version          release of ATT&CK, such as "19.2"; part of the names of its tables
  tactics          list of {id, shortname, name} in the order of the matrix
  techniques       list of {id, name, tactics, platforms, revoked, deprecated, revoked_by,
                   detection_strategies, data_components, windows_data_components,
                   sysmon_event_ids, linux_sysmon_event_ids}, with the retired ids; revoked_by is
                   the id that MITRE names in its place, or null
  data_components  list of {id, name, data_source, deprecated}
What a technique says about its detection is that of its strategies, which must be the same in all
catalogues, and so must be the components.

The history is one JSON object with
  versions         the releases it knows, oldest first
  techniques       list of {id, events}; an event is [release, kind, value]

The sources are tab-separated: os, event id, element, component id, component, source, basis,
note; lines before the header begin with '#'. Rows without a component id are left out.

The tables are UTF-8 with LF, one header line, tabs between the columns and commas inside a cell.
Rows are sorted by id, because the program searches them by halves; tactics keep the order of the
matrix, releases that of time, sources that of the input.
"""

import argparse
import json
import pathlib
import sys


def fail(text):
    sys.exit(f"make_tables.py: {text}")


def cell(text):
    if any(c in text for c in "\t\r\n\0"):
        fail(f"control character in {text!r}")
    return text


def cells(values):
    texts = [str(value) for value in values]
    for text in texts:
        if "," in text:
            fail(f"comma in {text!r}")
    return ",".join(texts)


def status(technique):
    if technique["revoked"]:
        return "revoked"
    return "deprecated" if technique["deprecated"] else "active"


def write_table(path, header, rows):
    lines = ["\t".join(cell(text) for text in row) + "\n" for row in [header, *rows]]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def write_catalogue(folder, data):
    version = data["version"]
    techniques = sorted(data["techniques"], key=lambda technique: technique["id"])
    write_table(
        folder / f"attack-{version}.tsv",
        ("id", "name", "status", "replacement", "tactics", "platforms", "strategies"),
        [
            (t["id"], t["name"], status(t), t["revoked_by"] or "", cells(t["tactics"]),
             cells(t["platforms"]), cells(t["detection_strategies"]))
            for t in techniques
        ],
    )
    write_table(
        folder / f"tactics-{version}.tsv",
        ("id", "shortname", "name"),
        [(t["id"], t["shortname"], t["name"]) for t in data["tactics"]],
    )


def write_components(folder, catalogues):
    components = {}
    for data in catalogues:
        for c in data["data_components"]:
            row = (c["id"], c["name"], c["data_source"], "yes" if c["deprecated"] else "no")
            if components.setdefault(c["id"], row) != row:
                fail(f"component {c['id']} differs between catalogues")
    write_table(folder / "components.tsv", ("id", "name", "source", "deprecated"),
                sorted(components.values()))
    return {name: id for id, name, _, _ in components.values()}


def write_strategies(folder, catalogues, ids):
    strategies = {}
    for data in catalogues:
        for t in data["techniques"]:
            if len(t["detection_strategies"]) > 1:
                fail(f"{t['id']} has several strategies: which one sees what?")
            for strategy in t["detection_strategies"]:
                row = (strategy, cells(ids[name] for name in t["data_components"]),
                       cells(ids[name] for name in t["windows_data_components"]),
                       cells(t["sysmon_event_ids"]), cells(t["linux_sysmon_event_ids"]))
                if strategies.setdefault(strategy, row) != row:
                    fail(f"strategy {strategy} differs between techniques")
    write_table(folder / "strategies.tsv",
                ("id", "components", "windows components", "sysmon events",
                 "linux sysmon events"),
                sorted(strategies.values()))


def event(release, kind, value):
    text = cells(value) if isinstance(value, list) else value or ""
    return f"{release} {kind} {text}".rstrip()


def write_history(folder, history):
    write_table(folder / "releases.tsv", ("release",),
                [(version,) for version in history["versions"]])
    write_table(
        folder / "history.tsv",
        ("id", "events: release, kind, value"),
        [
            (t["id"], *(event(*e) for e in t["events"]))
            for t in sorted(history["techniques"], key=lambda technique: technique["id"])
        ],
    )


def write_sources(folder, path):
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    write_table(folder / "sources.tsv", ("os", "event", "component", "basis", "note"),
                [(row[0], row[1], row[3], row[6], row[7]) for row in rows if row[3]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=pathlib.Path, required=True)
    parser.add_argument("--history", type=pathlib.Path, required=True)
    parser.add_argument("--sources", type=pathlib.Path, required=True)
    parser.add_argument("catalogues", type=pathlib.Path, nargs="+")
    options = parser.parse_args()

    def read(path):
        return json.loads(path.read_text(encoding="utf-8"))

    catalogues = [read(path) for path in options.catalogues]
    for data in catalogues:
        write_catalogue(options.into, data)
    write_strategies(options.into, catalogues, write_components(options.into, catalogues))
    write_history(options.into, read(options.history))
    write_sources(options.into, options.sources)


if __name__ == "__main__":
    main()
