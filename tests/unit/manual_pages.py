#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The manual pages are clean roff, and name all that the programs tell of themselves.

    manual_pages.py SCHEMA SWCTL SWGEN SWCONTROLLER PAGE...
"""
import json
import os
import re
import shutil
import subprocess
import sys


def shown(page):
    """What a reader sees, on one line."""
    text = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=1000", page], capture_output=True, text=True,
                          check=True).stdout
    return re.sub(r"\s+", " ", re.sub(r".\x08", "", text))


def names(schema, swctl, swgen, swcontroller):
    """Page and the words that it must hold."""
    for option in schema["boot"]["options"]:
        yield "swd.8", "--" + option["name"]
    for status in schema["boot"]["exit_statuses"]:
        yield "swd.8", status["help"]
    for log in schema["logs"]:
        yield "swd.8", log["name"]
    for key in schema["boot"]["keys"]:
        yield "swd.conf.5", key["name"] + "="
        yield "swd.conf.5", f"[{key['section']}]"
    for option in swgen["options"]:
        yield "swgen.1", f"--{option['name']}={option['value']}" if option["value"] else "--" + option["name"]
    for status in swgen["exit_statuses"]:
        yield "swgen.1", f"{status['status']} {status['help']}"
    for option in swcontroller["options"]:
        value = option["value"] or ""
        value = f"[={value[1:]}" if value.startswith("[") else f"={value}" if value else ""
        head = f"--{option['name']}{value}"
        yield "swcontroller.1", f"-{option['letter']}, {head}" if option["letter"] else head
    for status in swcontroller["exit_statuses"]:
        yield "swcontroller.1", f"{status['status']} {status['help']}"
    for option in swctl["options"]:
        yield "swctl.8", "--" + option["name"]
    for command in swctl["commands"] + schema["commands"]:
        yield "swctl.8", f"{command['name']} {command['usage'] or ''}".strip()
        for option in command["options"]:
            yield "swctl.8", "--" + option["name"]
    for table in schema["tables"]:
        yield "swctl.8", "Table " + table["name"]
        for column in table["columns"]:
            for key in column.get("keys", []):
                if key["honoured"]:
                    yield "swctl.8", f"{column['name']}:{key['name']}"
            if column["honoured"]:
                yield "swctl.8", column["name"]
    for kind in schema["interface_types"]:
        yield "swctl.8", kind["name"]
        for option in kind["options"]:
            yield "swctl.8", "options:" + option["name"]
    for feature in schema["not_supported"]:
        yield "swctl.8", feature["name"]
    for status in schema["exit_statuses"]:
        yield "swctl.8", f"{status['status']} {status['help'][0].upper()}"
    for part in ("methods", "errors", "drop_reasons", "events"):
        for entry in schema[part]:
            yield "swd-api.7", entry["name"]


def main():
    if not shutil.which("mandoc"):
        print("mandoc is not installed")
        sys.exit(77)
    told = []
    for path in sys.argv[1:5]:
        with open(path, encoding="utf-8") as file:
            told.append(json.load(file))
    pages = {os.path.basename(page): page for page in sys.argv[5:]}
    wrong = 0
    for page in pages.values():
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True)
        print(lint.stdout, end="")
        wrong += lint.returncode != 0
    texts = {name: shown(page).lower() for name, page in pages.items()}
    asked = 0
    for page, words in names(*told):
        asked += 1
        if re.sub(r"\s+", " ", words).lower() not in texts[page]:
            print(f"{page} does not say \"{words}\"")
            wrong += 1
    print(f"{asked} names looked for, {wrong} wrong")
    sys.exit(1 if wrong or asked < 200 else 0)


if __name__ == "__main__":
    main()
