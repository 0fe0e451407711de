#!/usr/bin/env python3
"""Makes attack-19.2.tsv and tactics-19.2.tsv from a catalogue of MITRE ATT&CK Enterprise.

usage: make_tables.py CATALOGUE.json [FOLDER]

Not part of the build: run it by hand for a new release of ATT&CK; docs/third-party.md tells what
to change then. FOLDER is where the tables go, by default the folder of this script.

The catalogue is one JSON object with
  version     release of ATT&CK, such as "19.2"; part of the names of the tables
  tactics     list of {id, shortname, name} in the order of the matrix
  techniques  list of {id, name, tactics, platforms, revoked, deprecated, revoked_by}, with the
              retired ids; revoked_by is the id that MITRE names in its place, or null

The tables are UTF-8 with LF, one header line, tabs between the columns and commas inside a cell.
Techniques are sorted by id, because the program searches them by halves; tactics keep the order
of the matrix.
"""

import json
import pathlib
import sys


def cell(text):
    if any(c in text for c in "\t\r\n\0"):
        sys.exit(f"make_tables.py: control character in {text!r}")
    return text


def cells(texts):
    for text in texts:
        if "," in text:
            sys.exit(f"make_tables.py: comma in {text!r}")
    return ",".join(texts)


def status(technique):
    if technique["revoked"]:
        return "revoked"
    return "deprecated" if technique["deprecated"] else "active"


def write_table(path, header, rows):
    lines = ["\t".join(cell(text) for text in row) + "\n" for row in [header, *rows]]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def main(catalogue, folder):
    data = json.loads(pathlib.Path(catalogue).read_text(encoding="utf-8"))
    version = data["version"]

    techniques = sorted(data["techniques"], key=lambda technique: technique["id"])
    write_table(
        folder / f"attack-{version}.tsv",
        ("id", "name", "status", "replacement", "tactics", "platforms"),
        [
            (t["id"], t["name"], status(t), t["revoked_by"] or "", cells(t["tactics"]),
             cells(t["platforms"]))
            for t in techniques
        ],
    )
    write_table(
        folder / f"tactics-{version}.tsv",
        ("id", "shortname", "name"),
        [(t["id"], t["shortname"], t["name"]) for t in data["tactics"]],
    )


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: make_tables.py CATALOGUE.json [FOLDER]")
    here = pathlib.Path(__file__).resolve().parent
    main(sys.argv[1], pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else here)
