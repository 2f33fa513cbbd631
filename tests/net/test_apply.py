# SPDX-License-Identifier: BSD-3-Clause
"""The configuration as a file: swctl config export, and swctl apply of what it wrote, of a part, and of
what cannot be."""
import json
import subprocess

import swnet


def apply(sw, document, *words):
    """swctl apply of a document or of a text; its result."""
    path = sw.dir / "doc.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    return sw.ctl_raw(*words, "apply", path)


def refused(sw, document, status, *says):
    before = sw.ctl("config export", quiet=True)
    result = apply(sw, document)
    swnet.same(result.returncode, status, "exit status")
    swnet.within(result.stderr, says, "error")
    swnet.same(sw.ctl("config export", quiet=True), before, "configuration after a refused apply")


def generation(sw):
    return json.loads(sw.ctl("--json journal show", quiet=True))["rows"][4][1]


def test_export_and_apply(net):
    """What was exported is no change; after changes it brings all back, over a pipe too."""
    one, two = net.host("h1", "10.0.0.1/24"), net.host("h2", "10.0.0.2/24")
    sw = net.switch()
    sw.ctl(f"add-br br0 -- add-port br0 {one.port} tag=10 -- add-port br0 {two.port} tag=10 -- "
           "set bridge br0 other_config:mac-table-size=1000")
    text = sw.ctl("config export")
    swnet.same(sw.ctl("--json config export"), json.dumps(json.loads(text), separators=(",", ":")),
               "the same document for programs")
    before = generation(sw)
    for words in ((), ("--prune",), ("--dry-run",), ("--dry-run", "--prune")):
        swnet.same(apply(sw, text, *words).returncode, 0, f"apply {words}")
    swnet.same(generation(sw), before, "generation")
    one.ping(two.ip)
    sw.ctl(f"set port {two.port} tag=20 -- del-port {one.port} -- add-br br1")
    result = apply(sw, text, "--dry-run", "--prune")
    swnet.same(result.returncode, 10, "exit status of a dry run with changes")
    swnet.within(result.stdout, ["dry run", one.port, "br1"])
    swnet.same(sw.ctl("list-br"), "br0\nbr1", "bridges after a dry run")
    pipe = f"{net.build}/swctl --socket {sw.socket} apply --prune -"
    subprocess.run(pipe.split(), input=text, text=True, check=True, timeout=swnet.PATIENT)
    swnet.same(sw.ctl("config export"), text, "configuration")
    swnet.within(sw.ctl("config log -n 1"), "config apply --prune -")
    one.ping(two.ip)
    sw.stop()


def test_part(net):
    """Only what is mentioned changes."""
    one, two = net.host("h1"), net.host("h2")
    sw = net.switch()
    sw.ctl(f"add-br br0 -- add-port br0 {one.port} tag=10 -- add-port br0 {two.port} tag=10")
    swnet.same(apply(sw, {"version": 1, "Port": {one.port: {"tag": 5}}}).returncode, 0, "exit status")
    swnet.same(sw.get(f"port {one.port} tag"), "5", "the port in the file")
    swnet.same(sw.get(f"port {two.port} tag"), "10", "the port that is not")
    sw.stop()


def test_errors(net):
    """Each says where in the file it is."""
    sw = net.switch()
    sw.ctl("add-br br0")
    refused(sw, '{"version": 1,\n "Bridge": {"br0": {]}}', 1, "doc.json: line 2, column")
    refused(sw, '{"version": 1, "Bridge": {"br0": {}, "br0": {}}}', 1, "line 1, column", "duplicate")
    refused(sw, {"Bridge": {}}, 1, '"version"')
    config = {"other_config": {"mac-table-size": "5"}}
    refused(sw, {"version": 1, "Bridge": {"br0": config}}, 1, "Bridge.br0.other_config:mac-table-size",
            "5 is below 10", "10 to 1000000")
    refused(sw, {"version": 1, "Bridges": {}}, 3, "Bridges", 'did you mean "Bridge"')
    refused(sw, {"version": 1, "Port": {"p9": {"interfaces": ["p9"]}}}, 3, "Port.p9.interfaces", "p9")
    refused(sw, {"version": 1, "Bridge": {"br0": {"external_ids": {"": "x"}}}}, 1, "Bridge.br0.external_ids",
            "a key of Bridge.external_ids is empty", "one character at least")
    swnet.same(sw.ctl_raw("apply", "/nonexistent.json").returncode, 3, "exit status of no file")
    swnet.same(sw.ctl_raw("apply").returncode, 2, "exit status without a file")
    swnet.same(sw.ctl_raw("apply", "x", "--", "list-br").returncode, 2, "exit status in a chain")
    sw.stop()


def test_largest(net):
    """A document that fits a message is one, a longer one comes in parts; what is too long is not sent."""
    sw = net.switch()
    sw.ctl("add-br br0")
    ids = {f"key{n}": "x" * 235 for n in range(4000)}
    document = json.loads(sw.ctl("config export", quiet=True))
    document["Bridge"]["br0"]["external_ids"] = ids
    swnet.same(apply(sw, document, "--prune").returncode, 0, "exit status")
    swnet.same(len(json.loads(sw.ctl("--json get bridge br0 external_ids", quiet=True))), 4000, "keys")
    sw.ctl("add-port br0 p1 -- set interface p1 type=dummy")
    sw.ctl("set bridge br0 other_config:mac-table-size=100000")
    document = json.loads(sw.ctl("config export", quiet=True))
    macs = [f"{n >> 14}/02:00:00:00:{n >> 8 & 0xff:02x}:{n & 0xff:02x}" for n in range(1 << 14, 65536)]
    document["Port"]["p1"]["static_macs"] = macs
    swnet.same(len(json.dumps(document)) > 2 << 20, True, "it is longer than a message")
    swnet.same(apply(sw, document, "--prune", "--dry-run").returncode, 10, "exit status of a dry run")
    swnet.same(apply(sw, document, "--prune", "-t", "60").returncode, 0, "exit status of a long one")
    there = json.loads(sw.ctl("config export", quiet=True))["Port"]["p1"]["static_macs"]
    swnet.same(sorted(there) == sorted(macs), True, "the static stations are those of the document")
    sw.kill9()
    sw.start()
    swnet.same(apply(sw, document, "--prune", "--dry-run").returncode, 0, "exit status after a kill")
    document["Bridge"]["br0"]["external_ids"] = {f"key{n}": "x" * 235 for n in range(36000)}
    refused(sw, document, 1, "the switch takes 8388608 at once", "apply it in several documents")
    sw.stop()
