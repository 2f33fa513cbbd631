#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Make a manual page of its prose and of what the programs tell of themselves.

    manual.py SCHEMA SWCTL SWGEN SWCONTROLLER VERSION PAGE.in PAGE

SCHEMA is what `swd --schema` prints, SWCTL what `swctl --json help` prints without a switch, SWGEN and
SWCONTROLLER what they print with `--json --help`. A line @NAME@ of PAGE.in is
replaced by the part of that name below.
"""
import json
import re
import sys


def roff(text):
    """Text as it stands, for a man page."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def flat(text):
    return roff(" ".join(text.split()))


def item(head, *paragraphs):
    """A tagged paragraph: bold head, then text, one sentence or fact a line."""
    lines = [".TP", f".B {roff(head)}"]
    return lines + [flat(p) for p in paragraphs if p]


def option_head(option, values=True):
    value = option.get("value")
    head = f"--{option['name']}"
    if value and value.startswith("["):
        head += f"[={value[1:-1]}]"
    elif value and values:
        head += f"={value}"
    return head


def options(items, short=True):
    lines = []
    for option in items:
        letter = option.get("letter") if short else None
        lines += item((f"-{letter}, " if letter else "") + option_head(option), sentence(option["help"]))
    return lines


def sentence(text):
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def usage(command):
    words = [f"[{option_head(option)}]" for option in command["options"]]
    return " ".join(words + [command["name"]] + ([command["usage"]] if command.get("usage") else []))


def commands(items):
    lines = []
    for command in items:
        role = command.get("role")
        lines += item(usage(command), sentence(command["help"]), f"Needs the role {role}." if role else "")
        if command["options"]:
            lines += [".RS"]
            for option in command["options"]:
                lines += item(option_head(option), sentence(option["help"]))
            lines += [".RE"]
    return lines


def exits(items):
    lines = []
    for status in items:
        lines += item(str(status["status"]), sentence(status["help"]))
    return lines


def about(entry, more=""):
    default = entry.get("default")
    facts = [entry.get("takes") or entry.get("type"),
             "read only" if entry.get("read_only") else None,
             "given when the row is made" if entry.get("fixed") else None,
             f"default {default}" if default not in (None, "", "[]", "{}", '""') else None,
             "required" if entry.get("required") else None, more or None]
    return "; ".join(str(fact) for fact in facts if fact) + "."


def tables(schema):
    lines = []
    for table in schema["tables"]:
        alias = f" Also called {table['alias']}." if table.get("alias") else ""
        lines += [f".SS Table {roff(table['name'])}", flat(sentence(table["help"]) + alias)]
        for column in table["columns"]:
            if not column["honoured"]:
                continue
            lines += item(column["name"], about(column), sentence(column["help"]))
            honoured = [key for key in column.get("keys", []) if key["honoured"]]
            if honoured:
                lines += [".RS"]
                for key in honoured:
                    lines += item(f"{column['name']}:{key['name']}", about(key), sentence(key["help"]))
                lines += [".RE"]
    return lines


def interface_types(schema):
    lines = []
    for kind in schema["interface_types"]:
        lines += item(kind["name"], sentence(kind["help"]), f"MTU {kind['mtu_min']} to {kind['mtu_max']}.")
        if kind["options"]:
            lines += [".RS"]
            for option in kind["options"]:
                number = f"{option['min']} to {option['max']}" if option["type"] == "integer" else ""
                lines += item(f"options:{option['name']}", about(option, number), sentence(option["help"]))
            lines += [".RE"]
    return lines


def not_supported(schema):
    lines = []
    for feature in schema["not_supported"]:
        lines += item(feature["name"], sentence(feature["help"]), sentence(feature.get("hint", "")) if
                      feature.get("hint") else "")
    return lines


def boot_keys(schema):
    lines, section = [], None
    for key in schema["boot"]["keys"]:
        if key["section"] != section:
            section = key["section"]
            lines += [f".SS [{roff(section)}]"]
        lines += item(f"{key['name']}=", sentence(key["help"]), f"Takes {key['takes']}.",
                      f"Default: {key['default']}.")
    return lines


def methods(schema):
    lines = []
    for method in schema["methods"]:
        lines += item(method["name"], sentence(method["help"]), f"Needs the role {method['role']}.")
        if method["params"]:
            lines += [".RS"]
            for param in method["params"]:
                lines += item(param["name"], about({"type": param["type"], "required": param["required"]}),
                              sentence(param["help"]))
            lines += [".RE"]
    return lines


def errors(schema):
    lines = []
    for error in schema["errors"]:
        lines += item(f"{error['name']} ({error['number']})", sentence(error["help"]),
                      f"swctl ends with {error['exit_status']}.")
    return lines


def named(items, more=None):
    lines = []
    for entry in items:
        lines += item(entry["name"], sentence(entry["help"]), more(entry) if more else "")
    return lines


def parts(schema, swctl, swgen, swcontroller):
    return {
        "SWD_OPTIONS": lambda: options(schema["boot"]["options"]),
        "SWD_EXITS": lambda: exits(schema["boot"]["exit_statuses"]),
        "BOOT_KEYS": lambda: boot_keys(schema),
        "LOGS": lambda: named(schema["logs"]),
        "SWCTL_OPTIONS": lambda: options(swctl["options"]),
        "SWCTL_COMMANDS": lambda: commands(swctl["commands"]),
        "COMMANDS": lambda: commands(schema["commands"]),
        "SWCTL_EXITS": lambda: exits(schema["exit_statuses"]),
        "SWGEN_OPTIONS": lambda: options(swgen["options"]),
        "SWGEN_EXITS": lambda: exits(swgen["exit_statuses"]),
        "SWCONTROLLER_OPTIONS": lambda: options(swcontroller["options"]),
        "SWCONTROLLER_EXITS": lambda: exits(swcontroller["exit_statuses"]),
        "TABLES": lambda: tables(schema),
        "INTERFACE_TYPES": lambda: interface_types(schema),
        "NOT_SUPPORTED": lambda: not_supported(schema),
        "METHODS": lambda: methods(schema),
        "ERRORS": lambda: errors(schema),
        "DROPS": lambda: named(schema["drop_reasons"], lambda d: f"Adds to {d['adds_to']}."),
        "EVENTS": lambda: named(schema["events"]),
    }


def main():
    if len(sys.argv) != 8:
        sys.exit(__doc__)
    told = []
    for path in sys.argv[1:5]:
        with open(path, encoding="utf-8") as file:
            told.append(json.load(file))
    known, lines = parts(*told), []
    with open(sys.argv[6], encoding="utf-8") as file:
        for line in file.read().splitlines():
            name = re.fullmatch(r"@([A-Z_]+)@", line)
            lines += known[name.group(1)]() if name else [line.replace("@version@", sys.argv[5])]
    with open(sys.argv[7], "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
