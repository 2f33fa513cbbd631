# SPDX-License-Identifier: BSD-3-Clause
"""The schema of a running switch, and whether it is true of what real ports report."""
import json
import re
import subprocess

import swnet


def keys_of(schema, table, column):
    tables = {t["name"]: t for t in schema["tables"]}
    columns = {c["name"]: c for c in tables[table]["columns"]}
    return {k["name"] for k in columns[column]["keys"] if k["honoured"]}


def test_schema_of_ports(net):
    """Every key that real ports report in status and statistics is in the schema."""
    net.host("a", "10.0.0.1/24", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br0 -- add-br br1 -- add-port br0 vif0.0"
           " -- add-port br0 tap0 -- set interface tap0 type=tap"
           " -- add-port br0 null0 -- set interface null0 type=dpdk options:dpdk-devargs=net_null0"
           " -- add-port br0 p0 -- set interface p0 type=patch options:peer=p1"
           " -- add-port br1 p1 -- set interface p1 type=patch options:peer=p0"
           " -- add-port br0 vm0 -- set interface vm0 type=dpdkvhostuser")
    schema = json.loads(sw.ctl("--json schema"))
    printed = subprocess.run([net.build / "swd", "--schema"], capture_output=True, check=True).stdout
    swnet.same(json.loads(printed), schema, "what swd --schema says, and the method schema")
    rows = json.loads(sw.ctl("--json list interface"))
    swnet.same(len(rows), 8, "interfaces")
    for column in ("status", "statistics"):
        known = keys_of(schema, "Interface", column)
        reported = {re.sub(r"^vring_\d+_", "vring_N_", key) for row in rows for key in row[column]}
        swnet.same(len(reported) > 5, True, f"keys of {column} {reported}")
        own = {key for row in rows if row["name"] == "null0" for key in row["statistics"]}
        swnet.same(sorted(reported - known - own), [], f"keys of {column} that the schema does not have")


def test_schema_for_people(net):
    """swctl schema: all of it, a table, a command, a part; what is not there."""
    sw = net.switch()
    whole = sw.ctl("schema")
    for word in ("Table Port: ", "Interface type dpdk: ", "br-exists", "rx_dropped", "hugepages"):
        swnet.within(whole, word, "swctl schema")
    port = sw.ctl("schema port")
    swnet.within(port, "vlan_mode=dot1q-tunnel", "swctl schema port")
    swnet.same("Table Bridge" in port, False, "another table in swctl schema port")
    swnet.within(sw.ctl("schema add-port"), "--may-wait", "swctl schema add-port")
    swnet.within(sw.ctl("schema drop-reasons"), "no_bridge", "swctl schema drop-reasons")
    sw.refused("schema nothing", "nothing", status=3)
