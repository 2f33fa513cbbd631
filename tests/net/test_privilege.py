# SPDX-License-Identifier: BSD-3-Clause
"""The daemon as its own user, with the capabilities its ports need and no others, in every thread."""
import os
import pathlib

import swnet

USER, GROUP, SOCKET_GROUP = 6100, 6101, 6102
NET_ADMIN, NET_RAW, IPC_LOCK = 1 << 12, 1 << 13, 1 << 14
VHOST_ONLY = "port-types = dpdkvhostuser, dpdkvhostuserclient, patch\n"


def switch(net, more="", name="sw", **options):
    sw = swnet.Switch(net, name, **options)
    sw.config.write_text(sw.boot_facts() + f"[access]\nsocket-group={SOCKET_GROUP}\n"
                         f"[security]\nuser={USER}\ngroup={GROUP}\n" + more)
    sw.dir.chmod(0o777)
    net.switches.append(sw)
    return sw


def threads(sw):
    """The status file of each thread as a dictionary."""
    for task in pathlib.Path(f"/proc/{sw.process.pid}/task").iterdir():
        lines = (task / "status").read_text().splitlines()
        yield dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def check_threads(sw, caps):
    """No thread has another user, or a capability more, in any of its sets."""
    n = 0
    for status in threads(sw):
        where = f"of thread {status['Name']}"
        swnet.same(status["Uid"].split(), [str(USER)] * 4, f"user {where}")
        swnet.same(status["Gid"].split(), [str(GROUP)] * 4, f"group {where}")
        swnet.same(status["Groups"].split(), [str(GROUP), str(SOCKET_GROUP)], f"groups {where}")
        swnet.same(status["NoNewPrivs"], "1", f"no_new_privs {where}")
        for kind, want in (("Eff", caps), ("Prm", caps), ("Bnd", caps), ("Amb", 0), ("Inh", 0)):
            swnet.same(hex(int(status["Cap" + kind], 16)), hex(want), f"Cap{kind} {where}")
        n += 1
    return n


def test_ports_as_a_user(net):
    """Tap, system, internal and vhost-user ports of a switch that is not root; then they carry packets."""
    sw = switch(net).start()
    one, two = net.host("one", "10.0.0.1/24"), net.namespace("two")
    sw.ctl(f"add-br br0 -- add-port br0 {one.port} -- add-port br0 tap0 -- set interface tap0 type=tap "
           "-- add-port br0 vm1 -- set interface vm1 type=dpdkvhostuser "
           "-- add-port br0 null0 -- set interface null0 type=dpdk options:dpdk-devargs=net_null0,no-rx=1")
    two.take("tap0", "10.0.0.2/24")
    one.ping(two.ip)
    net.run("ip", "addr", "add", "10.0.0.3/24", "dev", "br0")
    one.ping("10.0.0.3")
    sw.ctl(f"set interface {one.port} mtu_request=1400")
    swnet.same(os.stat(sw.dir / "run" / "vm1").st_uid, USER, "owner of a guest's socket")
    st = os.stat(sw.socket)
    swnet.same((st.st_uid, st.st_gid), (USER, SOCKET_GROUP), "owner of the control socket")
    n = check_threads(sw, NET_ADMIN | NET_RAW | IPC_LOCK)
    swnet.within(sw.ctl("daemon show"), ["NET_ADMIN NET_RAW IPC_LOCK", str(USER)], "daemon show")
    sw.stop()
    sw.start()  # its folders are its own by now
    swnet.same(sw.ctl("list-br"), "br0", "bridges after a restart")
    check_threads(sw, NET_ADMIN | NET_RAW | IPC_LOCK)
    return f"{n} threads"


def test_vhost_only(net):
    """With vhost-user and patch ports only: no capability at all, and another type is refused."""
    sw = switch(net, VHOST_ONLY).start()
    sw.ctl("add-br br0 -- add-port br0 vm1 -- set interface vm1 type=dpdkvhostuser")
    n = check_threads(sw, 0)
    swnet.same((sw.dir / "run" / "vm1").is_socket(), True, "socket for a guest")
    for line in ("add-port br0 eth9", "add-port br0 tap9 -- set interface tap9 type=tap",
                 "add-port br0 d9 -- set interface d9 type=dpdk options:dpdk-devargs=net_null9"):
        sw.refused(line, "not allowed", "port-types=", status=6)
    swnet.within(sw.ctl("daemon show"), ["none", "dpdkvhostuser, dpdkvhostuserclient, patch"], "daemon show")
    return f"{n} threads"


def test_as_the_service(net):
    """Started as swd.service starts it: an ordinary user with ambient capabilities. Those not needed go."""
    given = "net_admin,+net_raw,+ipc_lock"
    for more, caps in (("", NET_ADMIN | NET_RAW | IPC_LOCK), (VHOST_ONLY, 0)):
        sw = swnet.Switch(net, f"service{caps}", more="[security]\n" + more)
        os.chown(sw.dir, USER, USER)
        words = sw.command()
        sw.command = lambda words=words: [
            "setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", f"--inh-caps=-all,+{given}",
            f"--ambient-caps=-all,+{given}", f"--bounding-set=-all,+{given}", "--no-new-privs",
            "sh", "-c", 'umask 0007; exec "$@"', "sh", *words]
        net.switches.append(sw)
        sw.start()
        for status in threads(sw):
            for kind, want in (("Eff", caps), ("Prm", caps), ("Amb", 0), ("Inh", 0)):
                swnet.same(int(status["Cap" + kind], 16), want, f"Cap{kind} of thread {status['Name']}")
        sw.ctl("add-br br0 -- add-port br0 vm1 -- set interface vm1 type=dpdkvhostuser")
        mode = os.stat(sw.dir / "run" / "vm1").st_mode & 0o077
        swnet.same(mode, 0o060, "mode of a guest's socket for its group and others")
        if caps:
            sw.ctl("add-port br0 tap1 -- set interface tap1 type=tap")
        sw.stop()


def test_refused(net):
    """What cannot be: another user by an ordinary one, a folder full of another's files, unknown names."""
    sw = switch(net, name="other", wait=False)
    for path in (sw.dir, sw.config):
        os.chown(path, USER + 1, USER + 1)
    sw.user = USER + 1
    result = net.run(*sw.command(), check=False)
    swnet.same(result.returncode, 1, "exit status of user= as another user")
    swnet.within(result.stderr, [str(USER), str(USER + 1), "[security]"], "error")

    sw = switch(net, name="full", wait=False)
    sw.state.mkdir()
    (sw.state / "journal").write_text("")
    result = net.run(*sw.command(), check=False)
    swnet.same(result.returncode, 1, "exit status with a state folder of root's")
    swnet.within(result.stderr, [str(sw.state), "not empty", f"chown -R {USER}"], "error")

    sw = swnet.Switch(net, "group", user=USER, wait=False, more=f"[access]\nsocket-group={SOCKET_GROUP}\n")
    result = net.run(*sw.command(), check=False)
    swnet.same(result.returncode, 1, "exit status with a socket-group that is not ours")
    swnet.within(result.stderr, ["socket-group", "SupplementaryGroups="], "error")

    sw = switch(net, "port-types = system,vhost\n", name="types", wait=False)
    result = net.run(*sw.command(), check=False)
    swnet.same(result.returncode, 1, "exit status with an unknown port type")
    swnet.within(result.stderr, ["port-types", '"vhost"', "dpdkvhostuser"], "error")
