# SPDX-License-Identifier: BSD-3-Clause
"""Many subscribers under a stream of transactions: nobody's copy is wrong, and who reads nothing goes."""
import swnet


@swnet.waits
def test_subscribers(net):
    """A fifth of the benchmark's load; its figures are in the log."""
    sw = net.switch()
    sw.ctl("add-br br0 -- set interface br0 type=dummy")
    sw.ctl("control stats-clear")
    program = net.build / "tests" / "perf" / "perf_subscribers"
    result = net.run(program, sw.socket, "2000", timeout=150)
    print(result.stdout, flush=True)
    swnet.within(result.stdout, ["all 63 copies equal", "it does not read its updates"], "figures")
    print(sw.ctl("control show"), flush=True)
    swnet.within(sw.log(), "it does not read its updates", "log")
    sw.stop()
