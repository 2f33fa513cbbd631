# SPDX-License-Identifier: BSD-3-Clause
"""swctl as a program: commands from files, formats, pictures that repeat."""
import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import time

import swnet
from swterm import Terminal


def switch(net):
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 d0 tag=5 -- set interface d0 type=dummy")
    return sw


def run(sw, *words, text=None, env=None):
    """swctl with standard input."""
    result = subprocess.run([str(sw.net.build / "swctl"), "--socket", str(sw.socket), *words], input=text,
                            capture_output=True, text=True, timeout=60, env=env)
    print("$ swctl", *words, "->", result.returncode, flush=True)
    print((result.stdout + result.stderr)[:3000], flush=True)
    return result


def test_files(net):
    """One line, one transaction; the first that fails stops, and its place is told."""
    sw = switch(net)
    file = sw.dir / "commands"
    file.write_text("# a comment\n\nadd-br br1 -- set bridge br1 external_ids:a='x  \"y' # more\n"
                    "add-br \\\n  br2\nlist-br\n")
    result = run(sw, "-f", str(file))
    swnet.same((result.returncode, result.stdout), (0, "br0\nbr1\nbr2\n"), "status and output of a file")
    swnet.same(sw.ctl("br-get-external-id br1 a"), 'x  "y', "a quoted value")

    file.write_text("add-br br3\nadd-br br4 -- \\\n set port d0 tag=1 \\\n"
                    "  -- set port d0 tag='5000' vlan_mode=x\nadd-br br5\n")
    result = run(sw, "-f", str(file))
    swnet.same(result.returncode, 1, "status of a file with a fault")
    swnet.within(result.stderr, [f"swctl: {file}:4: Port.tag: 5000 is above 4095",
                                 "  set port d0 tag='5000' vlan_mode=x\n                   ^^^^\n",
                                 f"stopped at {file}:2"], "the fault")
    swnet.same(sw.ctl("list-br"), "br0\nbr1\nbr2\nbr3", "bridges: the line before, nothing of those behind")
    swnet.same(sw.get("port d0 tag"), "5", "tag")

    file.write_text("add-br br3\nadd-br br4\nset port d0 tag=5000\nadd-br br5\n")
    result = run(sw, "--keep-going", "-f", str(file))
    swnet.same(result.returncode, 4, "status with --keep-going is the first's")
    swnet.within(result.stderr, [f"{file}:1: ", f"{file}:3: ", "2 of 4 lines failed"], "both faults")
    swnet.within(sw.ctl("list-br"), ["br4", "br5"], "bridges")

    before = sw.ctl("show")
    result = run(sw, "--atomic", "-f", "-", text="add-br br6\nadd-br br7 -- add-br br7x\nadd-br br6\n")
    swnet.same(result.returncode, 4, "status with --atomic")
    swnet.within(result.stderr, ["standard input:3: ", "  add-br br6\n         ^^^\n",
                                 "none of them was applied"], "the fault")
    swnet.same(sw.ctl("show"), before, "configuration after an atomic file that failed")
    result = run(sw, "--atomic", "-f", "-", text="add-br br6\n--json list-br\n")
    swnet.same(result.returncode, 2, "status of an option in a line with --atomic")
    swnet.within(result.stderr, "standard input:2; nothing was applied", "what it says")
    result = run(sw, "--atomic", "-f-", text="add-br br6\nadd-br br7\nlist-br\n")
    swnet.same((result.returncode, "br7" in result.stdout), (0, True), "status and output with --atomic")

    result = run(sw, "-f", "-", text="list-br\nbr-exists br8\nadd-br br8\n")
    swnet.same((result.returncode, "br8" in sw.ctl("list-br")), (2, False), "br-exists stops a file")
    result = run(sw, "--dry-run", "-f", "-", text="add-br br8\nadd-br br9\n")
    swnet.same(result.returncode, 10, "status of a dry run of a file")
    for text, says in (("add-br 'x\n", "quote"), ("--socket=/x show\n", "when it starts"),
                       ("-f y\n", "when it starts"), ("--watch show\n", "--watch"), ("show\0\n", "NUL"),
                       ("--jsn show\n", "--json"), ("help\n-- help -- show\n", "one transaction")):
        result = run(sw, "-f", "-", text=text)
        swnet.same(result.returncode, 2, f"status of {text!r}")
        swnet.within(result.stderr, ["standard input:", says], f"fault of {text!r}")
    swnet.same(run(sw, "-f", "-", text="").returncode, 0, "status of an empty file")
    for name, status in (("no-such-file", 3), ("/", 8)):
        result = run(sw, "-f", name)
        swnet.same(result.returncode, status, f"status of the file {name}")
        swnet.within(result.stderr, name, "what it says")


def test_ten_thousand_lines(net):
    """Many lines over one connection; what was measured is printed."""
    sw = switch(net)
    read, change = "get port d0 tag\n", "br-set-external-id br0 k v\n"
    for n, name, line, options in ((10000, "reads", read, ()), (6000, "reads, atomic", read, ("--atomic",)),
                                   (6000, "changes, atomic", change, ("--atomic",))):
        began = time.monotonic()
        result = run(sw, *options, "-f", "-", text=line * n)
        print(f"{n} {name}: {time.monotonic() - began:.2f} s", flush=True)
        swnet.same(result.returncode, 0, f"status of {n} {name}")
        swnet.same(result.stdout.count("\n"), n if "get" in line else 0, f"lines of {name}")
    began = time.monotonic()
    result = run(sw, "-f", "-", text="".join(f"br-set-external-id br0 k v{i}\n" for i in range(1000)))
    print(f"1000 changes, each synced: {time.monotonic() - began:.2f} s", flush=True)
    swnet.same((result.returncode, sw.ctl("br-get-external-id br0 k")), (0, "v999"), "status, last value")


def test_too_large(net):
    """A transaction that no message holds is refused before it is sent, with its size and the limit; the
    largest that fits is taken."""
    sw = switch(net)

    def refused(text, *says):
        before = sw.ctl("show", quiet=True)
        result = run(sw, "--atomic", "-f", "-", text=text)
        swnet.same(result.returncode, 1, "status")
        says = [*says, "nothing was sent", "hint: cut the file into parts", "swctl apply"]
        swnet.within(result.stderr, says, "what it says")
        swnet.same(sw.ctl("show", quiet=True), before, "configuration")
        return result.stderr

    refused("version\n" * 10001, "10001 commands", "10000")
    refused(f"set port d0 {'tag=5 ' * 10}\n" * 5000, "words and lists", "65536")
    words = [["set", "bridge", "br0", f"external_ids:key{n:04}={'x' * 1000}"] for n in range(1200)]
    text = "".join(" ".join(line) + "\n" for line in words)
    over = int(re.search(r"(\d+) bytes", refused(text, "1048576")).group(1)) - 1048576
    while over >= 1000:
        over -= len(json.dumps(words.pop(), separators=(",", ":"))) + 1
    words[-1][3] = words[-1][3][:-over] if over > 0 else words[-1][3] + "x" * -over
    text = "".join(" ".join(line) + "\n" for line in words)
    refused(text[:-1] + "x\n", "1048577 bytes", "1048576")
    swnet.same(run(sw, "--atomic", "-f", "-", text=text).returncode, 0, "status of the largest that fits")
    swnet.same(len(json.loads(sw.ctl("--json get bridge br0 external_ids", quiet=True))), len(words), "keys")

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(net.dir / "seen.sock"))
        listener.listen(1)
        listener.settimeout(swnet.PATIENT)
        file = net.dir / "large"
        file.write_text(text + text)
        swctl = subprocess.Popen([str(net.build / "swctl"), "--socket", str(net.dir / "seen.sock"),
                                  "--atomic", "-f", str(file)], stderr=subprocess.PIPE, text=True)
        peer, _ = listener.accept()
        peer.settimeout(swnet.PATIENT)
        peer.sendall(b'{"swd":{"version":"0","api":1,"role":"admin"}}\n')
        swnet.same(peer.recv(1), b"", "what the switch was sent")
        swnet.within(swctl.communicate(timeout=swnet.PATIENT)[1], "nothing was sent", "what it says")


def test_formats(net):
    """The formats of ovs-vsctl hold what list holds."""
    sw = switch(net)
    sw.ctl_raw("set", "port", "d0", "external_ids:a=x,\"y\"", "external_ids:b=2")
    listing = ("--columns=name,tag,trunks,external_ids", "list", "port", "d0")
    rows = list(csv.reader(io.StringIO(sw.ctl("--format=csv", *listing))))
    swnet.same(rows, [["name", "tag", "trunks", "external_ids"],
                      ["d0", "5", "[]", '{a="x,\\"y\\"", b=2}']], "CSV")
    swnet.same(json.loads(sw.ctl("--format=json", *listing)),
               {"headings": ["name", "tag", "trunks", "external_ids"],
                "data": [["d0", 5, ["set", []], ["map", [["a", 'x,"y"'], ["b", "2"]]]]]}, "JSON")
    swnet.same(sw.ctl("--bare", *listing), 'd0\n5\n\na=x,"y" b=2', "bare")
    swnet.same(sw.ctl("-d", "json", *listing).splitlines()[0], 'name                : "d0"', "list of JSON")
    swnet.within(sw.ctl("--format=html", *listing), ["<th>tag</th>", "&quot;"], "HTML")
    swnet.same(sw.ctl("--format=table", "--no-headings", "--columns=name,tag", "list", "port", "d0"),
               "d0  5", "table")
    swnet.same(sw.ctl("--oneline", "list-ports", "br0", "--", "list-br"), "d0\nbr0", "one line each")
    swnet.same(sw.ctl("--oneline", "list", "port", "d0").count("\n"), 0, "newlines in one line")
    uuid = json.loads(sw.ctl("--format=json", "--columns=_uuid", "list", "port", "d0"))["data"][0][0]
    swnet.same((uuid[0], uuid[1]), ("uuid", sw.get("port d0 _uuid")), "a UUID in JSON")
    swnet.same(json.loads(sw.ctl("--pretty", "--json", "list-br")), ["br0"], "pretty JSON")
    swnet.within(sw.ctl("--format=csv", "port", "stats"), "Port,rx_packets", "a table as CSV")


def test_watch(net):
    """--watch repeats what shows something, outlives the switch, and leaves the terminal as it was."""
    sw = switch(net)
    for line in ("add-br x", "monitor", "top", "shell", "apply x", "bugreport"):
        sw.refused("--watch " + line, line.split()[0], "--watch", status=2)
    for line in ("--watch=0 show", "--watch --dry-run show"):
        sw.refused(line, "--watch", status=2)
    sw.refused("--watch show -- doctor", "doctor runs in swctl itself", status=2)
    sw.refused("--watch doctor nope", "there is no check", status=3)
    sw.refused("--watch list nope", "nope", status=3)

    watch = subprocess.Popen([str(net.build / "swctl"), "--socket", str(sw.socket), "--watch=0.2",
                              "list-br"], stdout=subprocess.PIPE, text=True)
    said = [watch.stdout.readline() for _ in range(4)]
    watch.send_signal(signal.SIGINT)
    swnet.same(watch.wait(timeout=swnet.PATIENT), 0, "status after Ctrl-C")
    swnet.same((said[1], said[3]), ("br0\n", "br0\n"), "output")
    swnet.same(bool(re.match(r"--- \d\d:\d\d:\d\d\n", said[2])), True, "a line between pictures")

    term = Terminal(sw, "--watch=0.2", "list-br")
    term.read_until("\033[?1049h", "br0", "br0")
    sw.ctl("add-br br-new")
    term.read_until("\033[7mbr-new")  # a line that is new is shown in reverse
    sw.stop()
    term.read_until("no switch answers")
    sw.start()
    term.read_until("br0", "br-new")
    term.type("\x03")
    swnet.same(term.end(), 0, "status after Ctrl-C on a terminal")
    swnet.within(term.text, "\033[?25h\033[?1049l", "the terminal is restored")
    term = Terminal(sw, "--watch=60", "list-br")
    term.read_until("\033[?1049h", "br0")
    os.kill(term.pid, signal.SIGTERM)
    swnet.same(term.end(), -signal.SIGTERM, "status after SIGTERM")
    swnet.within(term.text, "\033[?25h\033[?1049l", "the terminal is restored after SIGTERM")


def test_watch_own(net):
    """--watch repeats what swctl itself shows: doctor (with the switch down, too), schema, help."""
    sw = switch(net)
    term = Terminal(sw, "--watch=0.1", "doctor", "mtu")
    term.read_until("\033[?1049h", "PASS", "each of 1 bridges", "1 passed")
    sw.ctl("add-br br-new")
    term.read_until("each of 2 bridges", "1 passed")  # each picture is made anew
    term.type("\x03")
    swnet.same(term.end(), 0, "status after Ctrl-C")
    swnet.within(term.text, "\033[?25h\033[?1049l", "the terminal is restored")
    for words, says in ((["--json", "doctor", "mtu"], '"PASS"'), (["schema", "errors"], "not-found"),
                        (["help", "fdb", "show"], "usage: swctl")):
        watch = subprocess.Popen([str(net.build / "swctl"), "--socket", str(sw.socket), "--watch=0.1",
                                  *words], stdout=subprocess.PIPE, text=True)
        pictures = 0
        while pictures < 2:
            line = watch.stdout.readline()
            swnet.same(bool(line), True, f"{words} goes on")
            pictures += says in line
        watch.send_signal(signal.SIGINT)
        swnet.same(watch.wait(timeout=swnet.PATIENT), 0, f"status of {words}")
    sw.stop()
    term = Terminal(sw, "--watch=0.1", "doctor", "daemon")
    term.read_until("\033[?1049h", "FAIL", "1 failed")
    sw.start()
    term.read_until("1 passed")
    term.type("\x03")
    swnet.same(term.end(), 0, "status after Ctrl-C")


def test_shell(net):
    """The shell on a terminal: lines, faults, history, completion, Ctrl-C, a switch that was restarted."""
    sw = switch(net)
    home = {"HOME": str(sw.dir), "XDG_STATE_HOME": ""}
    term = Terminal(sw, env=home)
    term.read_until("help", "swd> ")
    term.type("list-br\n")
    term.read_until("br0\r\n", "swd> ")
    term.type("set port d0 \\\n")
    term.read_until("...> ")
    term.type("tag='5000'\n")
    term.read_until("Port.tag: 5000 is above 4095", "  tag='5000'\r\n       ^^^^\r\n", "swd> ")
    term.type("set port d0 'tag=7\n")
    term.read_until("the quote ' is not closed", "            ^\r\n", "swd> ")
    term.type("nonsense\n")
    term.read_until("unknown command", "swd> ")
    term.type("--json list-br\n")
    term.read_until('"br0"', "swd> ")
    term.type("shell\n")
    term.read_until("this is the shell", "swd> ")
    term.type("help version\n")
    term.read_until("usage: swctl version", "swd> ")

    term.type("port-to\t")  # one candidate: put in, with a blank
    term.read_until("-br ")
    term.type("d0\n")
    term.read_until("br0\r\n", "swd> ")
    term.type("list-\t")  # two: listed
    term.read_until("list-br", "list-ports", "swd> list-")
    term.type("\x03")  # the line is forgotten
    term.read_until("swd> ")
    term.type("list-br\n")
    term.read_until("br0\r\n", "swd> ")
    term.type("--watch=0.2 list-br\n")
    term.read_until("\033[?1049h", "br0", "br0")
    term.type("\x03")
    term.read_until("\033[?1049l", "swd> ")

    sw.process.send_signal(signal.SIGSTOP)
    term.type("list-br\n")
    term.read_until("list-br\r\n")
    term.type("\x03")  # the wait for an answer is ended
    term.read_until("interrupted", "swd> ")
    sw.process.send_signal(signal.SIGCONT)
    term.type("list-br\n")
    term.read_until("br0\r\n", "swd> ")
    sw.stop()
    term.type("list-br\n")
    term.read_until("no switch answers", "swd> ")
    sw.start()
    term.type("list-br\n")
    term.read_until("br0\r\n", "swd> ")
    term.type("\x04")
    swnet.same(term.end(), 0, "status after Ctrl-D")

    history = sw.dir / ".local/state/swctl/history"
    swnet.same(history.stat().st_mode & 0o777, 0o600, "mode of the history file")
    term = Terminal(sw, "shell", env=home)
    term.read_until("swd> ")
    term.type("\x10\n")  # Ctrl-P: the line before
    term.read_until("list-br", "br0\r\n", "swd> ")
    term.type("exit\n")
    swnet.same(term.end(), 0, "status after exit")
    result = run(sw, "shell", text="list-br\n")
    swnet.same(result.returncode, 2, "status of a shell without a terminal")
    swnet.within(result.stderr, ["needs a terminal", "-f -"], "what it says")
