# SPDX-License-Identifier: BSD-3-Clause
"""os-ken's own switch tester (Ryu Certification) against swd, with cases that osken_*.py make: fields are
matched, whole and masked, and set, headers put on and taken off, TTLs, groups, meters, tables; in OpenFlow
1.0, 1.3, 1.4 and 1.5. The tester switch, which sends packets and tells what comes back, is an Open vSwitch.

A part of the cases runs unless SWTEST_OSKEN=all is set; those that measure rates, for some ten minutes,
run then only. SWTEST_OSKEN_ONLY=WORD,... picks files whose titles contain one of the words, and
SWTEST_OSKEN_TARGET=ovs has them run against Open vSwitch.
"""
import json
import os
import pathlib
import re

import osken_action
import osken_match
import osken_newer
import osken_of10
import osken_pipeline
import osken_rates
import swnet
from swovs import Ovs

MANAGER = "/usr/bin/osken-manager"
ADDRESS, PORT = "127.0.0.1", 6653
TESTER = "0000000000000002"
LIMIT = 300  # seconds, for all cases of a version
# Every so many-th case. They come by threes (to a port, to the controller, none): no multiples of 3.
STEP = {"10": 5, "13": 4, "14": 11, "15": 11}


def files(version):
    """Lists of cases by title."""
    if version == "10":
        return osken_of10.files()
    made = {**osken_match.files(), **osken_action.files(), **osken_pipeline.files()}
    if version != "13":
        made |= osken_newer.files_14()
    if version == "15":
        made = {title: [osken_newer.of_15(case) for case in cases] for title, cases in made.items()}
        made |= osken_newer.files_15()
    return made


def write_cases(folder, version, made):
    """Of lists of cases by title; returns how many."""
    words = [word for word in os.environ.get("SWTEST_OSKEN_ONLY", "").split(",") if word]
    step = 1 if words or os.environ.get("SWTEST_OSKEN") == "all" else STEP[version]
    folder.mkdir()
    count = 0
    for number, (title, cases) in enumerate(made.items()):
        if words and not any(word in title for word in words):
            continue
        cases = cases[::step]
        count += len(cases)
        (folder / f"{number:03}.json").write_text(json.dumps([title, *cases]))
    return count


def controlled(ctl, bridge, version):
    ctl(f"set bridge {bridge} fail_mode=secure protocols=OpenFlow{version}")
    ctl(f"set-controller {bridge} tcp:{ADDRESS}:{PORT}")
    ctl(f"set controller {bridge} connection_mode=out-of-band max_backoff=1000 inactivity_probe=0")


def target(net, ovs, version):
    """The switch that is tested, with ports t1 to t3; its datapath id."""
    ports = ("t1", "t2", "t3")
    if os.environ.get("SWTEST_OSKEN_TARGET") == "ovs":
        ovs.bridge("target", *ports)
        controlled(ovs.ctl, "target", version)
        return ovs.ctl("get bridge target datapath_id").strip('"')
    sw = net.switch()
    sw.ctl("add-br br0 -- set bridge br0 fail_mode=secure")
    for number, port in enumerate(ports, 1):
        sw.ctl(f"add-port br0 {port} -- set interface {port} type=system ofport_request={number}")
    controlled(sw.ctl, "br0", version)
    return sw.get("bridge br0 datapath_id")


def certify(net, version, made=None):
    if not os.path.exists(MANAGER):
        raise swnet.Skip(f"no {MANAGER}: package python3-os-ken")
    ovs = Ovs(net)
    for number in (1, 2, 3):
        net.run("ip", "link", "add", f"t{number}", "type", "veth", "peer", "name", f"s{number}")
        for end in (f"t{number}", f"s{number}"):
            net.run("ip", "link", "set", end, "up")
    ovs.bridge("tester", "s1", "s2", "s3")
    ovs.ctl(f"set bridge tester other_config:datapath-id={TESTER}")
    controlled(ovs.ctl, "tester", "13")
    cases = net.dir / "cases"
    count = write_cases(cases, version, made or files(version))
    application = pathlib.Path(__file__).with_name("osken_tester.py")
    manager = net.spawn("/usr/bin/python3", MANAGER,
                        "--ofp-listen-host", ADDRESS, "--ofp-tcp-listen-port", PORT,
                        "--test-switch-target", target(net, ovs, version), "--test-switch-tester", TESTER,
                        "--test-switch-target-version", f"openflow{version}", "--test-switch-dir", cases,
                        application, log="osken")
    manager.wait(timeout=LIMIT * 3)
    said = (net.logs / "osken.log").read_text(encoding="utf-8", errors="replace")
    report = re.search(r"\nOK\((\d+)\) / ERROR\((\d+)\)", said)
    if not report:
        raise AssertionError(f"the tester ended with {manager.returncode}: {said[-600:]}")
    wrong = re.findall(r"^    (\S.*\S) +ERROR\n +(.*)", said, re.MULTILINE)
    swnet.same([" ".join(one) for one in wrong], [], "cases that fail")
    swnet.same(report.groups(), (str(count), "0"), f"OK and ERROR of {count} cases")
    return f"{count} cases of OpenFlow {version[0]}.{version[1]}"


@swnet.limit(LIMIT)
def test_openflow_13(net):
    return certify(net, "13")


@swnet.limit(LIMIT)
def test_openflow_10(net):
    return certify(net, "10")


@swnet.limit(LIMIT)
def test_openflow_14(net):
    return certify(net, "14")


@swnet.limit(LIMIT)
def test_openflow_15(net):
    return certify(net, "15")


@swnet.limit(LIMIT * 4)
def test_rates(net):
    if os.environ.get("SWTEST_OSKEN") != "all":
        raise swnet.Skip("SWTEST_OSKEN=all is not set")
    return certify(net, "13", osken_rates.files())
