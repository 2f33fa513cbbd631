# SPDX-License-Identifier: BSD-3-Clause
"""swgen, the traffic generator, through the real switch: what it says was lost was, and nothing else.

All runs are of a fixed number of packets with a window on those under way, so that a slow machine makes
them slow and nothing lost.
"""
import json
import signal
import struct

import swnet

# So many under way, and a patience that no switch which is not run for a while outlasts.
WINDOW = ("--window", "64", "--drain", "10")


class Swgen:
    """swgen on the first core, in ordinary memory."""

    def __init__(self, net):
        self.net, self.core = net, str(swnet.free_cores()[0])

    def words(self, ports, args):
        return [str(self.net.build / "swgen"), "--core", self.core, "--no-huge",
                *[word for port in ports for word in ("--port", port)], *args]

    def run(self, ports, *args, status=0):
        """A run that ends with `status`; its JSON."""
        result = self.net.run(*self.words(ports, [*args, "--json"]), check=False, timeout=60)
        swnet.same(result.returncode, status, f"status of swgen ({result.stderr.strip()[-400:]})")
        return json.loads(result.stdout)

    def refused(self, *args, says, status=2):
        args = [str(word) for word in args]
        result = self.net.run(self.net.build / "swgen", *args, check=False, timeout=30)
        swnet.same(result.returncode, status, f"status of swgen {' '.join(args)}")
        swnet.within(result.stderr, says, "the error")

    def start(self, ports, *args, log):
        return self.net.spawn(*self.words(ports, args), log=log)


def af_packet(n, interface):
    return f"net_af_packet{n},iface={interface}"


def server(n, path):
    return f"virtio_user{n},path={path},server=1"


def clean(result, sent):
    """All of `sent` in each direction arrived once, in order, and nothing else did."""
    for way in result["directions"]:
        for name, want in (("sent", sent), ("received", sent), ("lost", 0), ("reordered", 0),
                           ("duplicates", 0), ("wrong_way", 0), ("other_run", 0)):
            swnet.same(way[name], want, f"{name} of {way['from']}")


def pair(net, name):
    """A veth pair, one end for the switch; the generator's end."""
    net.run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}-gen")
    for end in (name, f"{name}-gen"):
        net.run("ip", "link", "set", end, "up")
    return f"{name}-gen"


def capture(path, frames):
    """A file as tcpdump writes it, a millisecond between frames."""
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for n, frame in enumerate(frames):
            f.write(struct.pack("<IIII", 1000, 1000 * n, len(frame), len(frame)) + frame)


def two_vhost_ports(net, sw):
    """Ports va and vb of a bridge whose sockets the generator makes; its ports."""
    paths = [net.dir / "a.sock", net.dir / "b.sock"]
    sw.ctl("add-br br-in")
    for name, path in zip(("va", "vb"), paths):
        sw.ctl(f"add-port br-in {name} tag=10 -- set interface {name} type=dpdkvhostuserclient"
               f" options:vhost-server-path={path}")
    return [f"virtio_user{n},path={path},server=1" for n, path in enumerate(paths)]


@swnet.limit(120)
def test_vhost(net):
    """1000 stations on two vhost-user ports of an access VLAN, both ways; then the path is cut."""
    sw, gen = net.switch(), Swgen(net)
    ports = two_vhost_ports(net, sw)
    result = gen.run(ports, "--macs", "1000", "--both", "--learn", "--packets", "20000", *WINDOW)
    clean(result, 20000)
    for way in result["directions"]:
        swnet.same((way["flows"]["used"], way["foreign"], way["untagged"]), (1000, 0, 20000),
                   "flows used, foreign packets and untagged ones")
        times = way["latency_ns"]
        swnet.same(times["n"], 20000, "packets whose latency is known")
        order = [times[name] for name in ("min", "p50", "p90", "p99", "p99_9", "p99_99", "max")]
        swnet.same((order, order[0] > 0), (sorted(order), True), "percentiles in order")
    swnet.same(len(sw.ctl("fdb show br-in").splitlines()) > 2000, True, "2000 stations are known")
    # One of two flows meets a station that is said to be elsewhere: its packets alone are lost.
    sw.ctl("fdb add br-in va 10 02:5d:01:00:00:01")
    result = gen.run(ports, "--macs", "2", "--dist", "sequential", "--packets", "1000", *WINDOW,
                     "--drain", "0.5", status=1)
    way = result["directions"][0]
    swnet.same((way["lost"], way["received"]), (500, 500), "lost and received")
    swnet.same(way["flows"]["worst"], [{"flow": 1, "sent": 500, "lost": 500}], "flows with losses")
    sw.ctl("set port vb tag=20")
    result = gen.run(ports, "--packets", "640", "--window", "64", "--drain", "0.1", status=1)
    swnet.same((result["lost"], result["received"]), (640, 0), "lost and received with the path cut")
    swnet.same(result["seconds"] >= 0.9, True, f"nine windows were given up in {result['seconds']} s")
    gen.refused("--no-huge", "--core", gen.core, "--port", ports[0], "--port", ports[1], "--learn",
                "--drain", "0.1", "--wait", "1", status=8,
                says=["announce the stations none arrived within 1 s", "one VLAN", "--rx-queues"])


@swnet.limit(60)
def test_learn_waits(net):
    """A link is up before the switch forwards: stations go on to speak until something comes through."""
    sw, gen = net.switch(), Swgen(net)
    ports = two_vhost_ports(net, sw)
    sw.ctl("set port vb tag=20")
    process = gen.start(ports, "--learn", "--both", "--packets", "1000", "--wait", "50", *WINDOW,
                        "--drain", "0.5", "--json", log="learns")
    swnet.wait_for(lambda: process.poll() is not None or sw.count("va", "rx_packets") >= 3, 30,
                   "three attempts are lost")
    swnet.same(process.poll(), None, "status of swgen while nothing comes through")
    sw.ctl("set port vb tag=10")
    swnet.same(process.wait(timeout=swnet.PATIENT), 0, "status once the path is there")
    text = (net.logs / "learns.log").read_text()
    clean(json.loads(text[text.index("{\n"):]), 1000)


@swnet.limit(120)
def test_kernel_ports(net):
    """AF_PACKET on two veths, through system ports: tags are put on, taken off and carried."""
    ends = [pair(net, name) for name in ("va", "vb")]
    sw, gen = net.switch(), Swgen(net)
    sw.ctl("add-br br-in -- add-port br-in va tag=10 -- add-port br-in vb")
    ports = [f"net_af_packet{n},iface={end}" for n, end in enumerate(ends)]
    result = gen.run(ports, "--flows", "100", "--size", "imix", "--packets", "3000", *WINDOW)
    clean(result, 3000)
    swnet.same(result["directions"][0]["tagged"], 3000, "packets that came out of the trunk with a tag")
    # The kernel spreads flows over two sockets of a port: who polls one of them misses the rest.
    spread = [f"{port},qpairs=2" for port in ports]
    clean(gen.run(spread, "--flows", "100", "--packets", "3000", "--rx-queues", "2", *WINDOW), 3000)
    gen.refused("--no-huge", "--core", gen.core, "--port", ports[0], "--rx-queues", "2", status=2,
                says=["--rx-queues=2", "at most 1", "queues=2"])
    sw.ctl("clear port va tag")
    result = gen.run(ports, "--macs", "200", "--pattern", "any", "--flows", "1000", "--vlan", "10-19",
                     "--learn", "--both", "--size", "128", "--packets", "3000", "--proto", "tcp6", *WINDOW)
    clean(result, 3000)
    swnet.same([way["tagged"] for way in result["directions"]], [3000, 3000], "tagged packets")
    result = gen.run(ports, "--flows", "1000", "--vlan", "10", "--mutate", "src-ip,dst-ip,src-port,src-mac",
                     "--packets", "3000", *WINDOW)
    clean(result, 3000)


@swnet.limit(120)
def test_capture(net):
    """Frames of a file arrive as they are, at the file's pace and at once."""
    ends = [pair(net, name) for name in ("va", "vb")]
    sw, gen = net.switch(), Swgen(net)
    sw.ctl("add-br br-in -- add-port br-in va -- add-port br-in vb")
    ports = [f"net_af_packet{n},iface={end}" for n, end in enumerate(ends)]
    frames = [swnet.frame("02:00:00:00:00:02", "02:00:00:00:00:01", payload=b"%06d" % n * 10)
              for n in range(200)]
    capture(net.dir / "in.pcap", frames)
    wire = swnet.Wire(ends[1])
    result = gen.run(ports, "--pcap", net.dir / "in.pcap", "--speed", "2", "--drain", "10")
    swnet.same([wire.receive(5) for _ in frames], frames, "frames on the wire")
    swnet.same((result["sent"], result["lost"], result["limited_by"]), (200, 0, "capture"), "sent, lost, why")
    swnet.same(result["seconds"] >= 0.0995, True, f"199 ms at twice the speed took {result['seconds']} s")
    result = gen.run(ports, "--pcap", net.dir / "in.pcap", "--speed", "max", "--loop", "--packets", "5000",
                     *WINDOW)
    swnet.same((result["sent"], result["lost"]), (5000, 0), "sent and lost")
    (net.dir / "bad.pcap").write_bytes(b"no capture at all")
    gen.refused("--port", ports[0], "--no-huge", "--pcap", net.dir / "bad.pcap", says="bad.pcap")


@swnet.limit(120)
def test_memif_search(net):
    """Two memif ports; the search for the zero-loss rate ends, with a trial that confirms it."""
    sw, gen = net.switch(), Swgen(net)
    sw.ctl("add-br br-in")
    for n in range(2):
        sw.ctl(f"add-port br-in m{n} -- set interface m{n} type=dpdk"
               f" options:dpdk-devargs=net_memif{n},role=server,socket=swgen-test,id={n}")
    ports = [f"net_memif{n},role=client,socket=swgen-test,id={n}" for n in range(2)]
    clean(gen.run(ports, "--both", "--macs", "100", "--learn", "--packets", "10000", *WINDOW), 10000)
    result = gen.run(ports, "--rfc2544", "--rate", "100k", "--packets", "300", "--precision", "20", *WINDOW)
    trials = result["rfc2544"]["trials"]
    swnet.same([(t["asked"], t["good"], t["confirms"]) for t in trials],
               [(1e5, True, False), (1e5, True, True)], "trials, of which none can lose")
    swnet.same((result["rfc2544"]["found"], result["rfc2544"]["at_limit"]), (True, True), "found, at limit")
    sw.ctl("set port m1 tag=20")
    result = gen.run(ports, "--rfc2544", "--rate", "10k", "--packets", "50", "--drain", "0.05",
                     "--precision", "30", status=1)
    swnet.same([t["good"] for t in result["rfc2544"]["trials"]], [False] * 3, "trials with the path cut")


@swnet.limit(60)
def test_ends(net):
    """Ctrl-C ends a run with its report; who waits for a switch in vain says so and leaves nothing."""
    gen, path = Swgen(net), net.dir / "nobody.sock"
    process = gen.start(["net_ring0"], "--time", "100", "--interval", "0.05", "--json", log="endless")
    log = net.logs / "endless.log"
    swnet.wait_for(lambda: "received" in log.read_text(), 30, "a line of the interval")
    process.send_signal(signal.SIGINT)
    process.wait(timeout=swnet.PATIENT)
    text = log.read_text()
    result = json.loads(text[text.index("{\n"):])
    swnet.same((process.returncode, result["lost"], result["sent"] > 0), (0, 0, True), "status, lost, sent")
    device = f"virtio_user0,path={path},server=1"
    gen.refused("--port", device, "--no-huge", "--wait", "0.2", says=[str(path), "--wait"], status=8)
    swnet.same(path.exists(), False, "a socket is left")
    process = gen.start([device], log="waits")
    swnet.wait_for(path.exists, 20, "it listens")
    process.send_signal(signal.SIGTERM)
    status = process.wait(timeout=swnet.PATIENT)
    swnet.same((status, path.exists()), (130, False), "status and whether the socket is left")
    swnet.same(list((net.dir / "/run/dpdk").glob("swgen*")), [], "folders of DPDK that are left")
    gen.refused("--port", "net_nothing0", "--no-huge", says=["net_nothing0", "DRIVERn"], status=8)
    gen.refused("--port", "net_ring0", "--size", "60", says=["\"60\"", "64 to 9018"])
