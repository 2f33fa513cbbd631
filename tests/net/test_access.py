# SPDX-License-Identifier: BSD-3-Clause
"""Who may do what on the control socket: made-up users and groups, by their numbers."""
import os
import stat

import swnet

READER, OPERATOR, ADMIN, STRANGER = 6001, 6002, 6003, 6009
READERS, OPERATORS, SOCKET_GROUP = 7001, 7002, 7005
ACCESS = f"""
[access]
socket-owner = {ADMIN}
socket-group = {SOCKET_GROUP}
socket-mode = {{mode}}
"""
LISTS = f"admin = {ADMIN}\noperate = {OPERATOR}, @{OPERATORS}\nread = {READER},@{READERS}\n"


def switch(net, mode="0666", lists=LISTS, **more):
    sw = swnet.Switch(net, "sw", **more)
    sw.config.write_text(sw.boot_facts() + ACCESS.format(mode=mode) + lists)
    net.switches.append(sw)
    return sw.start()


def as_user(sw, line, uid, groups=()):
    """swctl as another user; gid is uid, supplementary groups as given."""
    words = ["setpriv", "--reuid", uid, "--regid", uid]
    words += ["--groups", ",".join(map(str, groups))] if groups else ["--clear-groups"]
    return sw.net.run(*words, sw.net.build / "swctl", "--socket", sw.socket, *line.split(), check=False)


def test_roles(net):
    """Each role does what it may and is told what it lacks; groups count, the first and all others."""
    sw = switch(net)
    sw.ctl("add-br br0")
    who = ((READER, ()), (STRANGER, (1, READERS)), (OPERATOR, ()), (STRANGER, (OPERATORS,)), (ADMIN, ()),
           (READERS, ()), (READER, (OPERATORS,)))
    rights = ("read", "read", "operate", "operate", "admin", "read", "operate")
    for (uid, groups), role in zip(who, rights):
        for line, needed in (("show", "read"), ("list-br", "read"), ("port drops", "read"),
                             ("control stats-clear", "operate"), ("fdb flush br0", "operate"),
                             ("--may-exist add-br br0", "admin"),
                             ("list-br -- add-br br1 -- list-br", "admin")):
            allowed = ("read", "operate", "admin").index(role) >= ("read", "operate", "admin").index(needed)
            result = as_user(sw, line, uid, groups)
            swnet.same(result.returncode, 0 if allowed else 6, f"status of {line} as {uid} {groups}")
            if not allowed:
                swnet.within(result.stderr, [f"needs the role {needed}", f"with the role {role}", str(uid),
                                             f"to {needed}=", "[access]"], "refusal")
            if allowed and "br1" in line:
                sw.ctl("del-br br1")
    swnet.same(sw.ctl("list-br"), "br0", "bridges after refused changes")
    # A dry run opens nothing: a reader may see what a change would do.
    result = as_user(sw, "--dry-run add-br br2", READER)
    swnet.same(result.returncode, 10, "status of a reader's dry run")
    swnet.same(sw.ctl("list-br"), "br0", "bridges after a dry run")
    swnet.within(sw.ctl("help add-br"), "role admin", "help")
    # Methods have a role too, and the greeting tells one's own.
    rpc = sw.rpc()
    swnet.same(rpc.greeting["swd"]["role"], "admin", "root's role")
    swnet.same({m["role"] for m in rpc.call("methods")["result"]} <= {"read", "operate", "admin"}, True,
               "roles of methods")


def test_strangers(net):
    """Who is in no list is turned away with a sentence; the file says who can open the socket at all."""
    sw = switch(net)
    st = os.stat(sw.socket)
    swnet.same((st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode)), (ADMIN, SOCKET_GROUP, 0o666), "socket")
    # a bridge's socket is made when the sandbox has long been closed
    sw.ctl("add-br br0")
    st = os.stat(sw.dir / "run" / "br0.mgmt")
    swnet.same((st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode)), (ADMIN, SOCKET_GROUP, 0o666), "br0.mgmt")
    for groups in ((), (SOCKET_GROUP,)):
        result = as_user(sw, "show", STRANGER, groups)
        swnet.same(result.returncode, 6, "status of a stranger")
        swnet.within(result.stderr, [str(STRANGER), "no role", "[access]"], "refusal of a stranger")
    swnet.within(sw.log(), f"client uid {STRANGER} refused", "log")
    sw.stop()


def test_defaults(net):
    """No lists: members of socket-group are admin. Nothing at all: only root and the daemon's user."""
    sw = switch(net, "0660", "")
    swnet.same(as_user(sw, "add-br br0", STRANGER, (SOCKET_GROUP,)).returncode, 0, "member of socket-group")
    swnet.same(as_user(sw, "show", STRANGER).returncode, 6, "one who cannot open the socket")
    sw.stop()
    sw.config.write_text(sw.boot_facts() + "[access]\nsocket-mode=0666\n")
    sw.start()
    result = as_user(sw, "show", STRANGER, (SOCKET_GROUP,))
    swnet.same(result.returncode, 6, "one who can open the socket and has no role")
    swnet.within(result.stderr, "no role", "refusal")
    sw.stop()
    sw.config.write_text(sw.boot_facts() + "[access]\nsocket-mode=0666\nread=*\n")
    sw.start()
    swnet.same(as_user(sw, "show", STRANGER).returncode, 0, "everybody reads")
    swnet.same(as_user(sw, "del-br br0", STRANGER).returncode, 6, "and changes nothing")


def test_one_user_takes_not_all(net):
    """Sixteen clients of one user; an admin finds room whatever others hold."""
    sw = switch(net, lists=LISTS)
    crowds = []

    def crowd_as(uid, want):
        """Clients of a user in a process of its own, which lives until the test's end; how many got in."""
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.setgroups([READERS])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            held = [sw.rpc() for _ in range(want)]
            os.write(theirs, b"%d" % sum("swd" in rpc.greeting for rpc in held))
            os.close(theirs)
            os.read(os.pipe()[0], 1)
        os.close(theirs)
        crowds.append(pid)
        return int(os.read(ours, 10))
    for uid in range(8000, 8003):
        swnet.same(crowd_as(uid, 20), 16, "clients of one user")
    swnet.same(crowd_as(8003, 10), 10, "clients of a fourth")
    swnet.same(crowd_as(8004, 20), 6, "of a fifth: all that are no admins have 64 together")
    swnet.within(as_user(sw, "show", READER).stderr, "no admin", "refusal of one more")
    swnet.same(crowd_as(ADMIN, 20), 16, "clients of an admin")
    sw.ctl("add-br br0")
    for pid in crowds:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    swnet.wait_for(lambda: as_user(sw, "list-br", READER).returncode == 0, 10, "room again")


def test_wrong_keys(net):
    """Users that do not exist and modes that shut the owner out are errors with the file's line."""
    for text, says in (("admin = root,no-such-user", ["no user", "no-such-user", "getent passwd"]),
                       ("read = @no-such-group", ["no group", "no-such-group"]),
                       ("socket-mode = 0066", ["0066", "0660"]), ("socket-mode = rw", ["rw", "0660"]),
                       ("socket-owner =", ["no value"]), ("opertae = root", ["opertae", "operate"])):
        sw = swnet.Switch(net, f"bad{abs(hash(text))}", wait=False)
        sw.config.write_text(f"[access]\n{text}\n")
        result = net.run(*sw.command(), check=False)
        swnet.same(result.returncode, 2, f"exit status with {text}")
        swnet.within(result.stderr, [f"{sw.config}:2", *says], "error")
