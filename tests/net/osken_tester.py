# SPDX-License-Identifier: BSD-3-Clause
"""An application for osken-manager: os-ken's own switch tester (Ryu Certification). It waits for what is
to come and for no time to pass: a machine may be slow. And it asks in 1.5, which the tester does not know."""
import os
import time

import osken_mend  # noqa: F401
from os_ken.controller import ofp_event
from os_ken.controller.handler import MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import hub
from os_ken.ofproto import ofproto_v1_5
from os_ken.tests.switch import tester

tester.WAIT_TIMER = int(os.environ.get("SWTEST_OSKEN_WAIT", "60"))  # seconds, for each answer and packet
tester.INTERVAL = 0  # it would look once after that many seconds


def packet_of(arg):
    """The one that the case has, or another of its kind."""
    if not arg["randomize"]:
        return arg["packet_binary"]
    made = eval("/".join(arg["packet_text"]), vars(tester))
    made.serialize()
    return made.data


class Patient(tester.OfTester):
    ready = False

    def _test_initialize_flow(self, datapath):
        """The tester switch keeps its rule: an Open vSwitch whose rules go and come may lose what follows."""
        if datapath is self.target_sw or not self.ready:
            super()._test_initialize_flow(datapath)
        self.ready = self.ready or datapath is self.tester_sw

    def _test_msg_install(self, datapath, message):
        self.ready = self.ready and datapath is self.target_sw
        super()._test_msg_install(datapath, message)

    def _test_flow_unmatching_check(self, before_stats, pkt):
        end = time.monotonic() + tester.WAIT_TIMER
        while True:
            try:
                return super()._test_flow_unmatching_check(before_stats, pkt)
            except tester.TestError:  # the table has not seen the packet yet
                if time.monotonic() >= end:
                    raise
            hub.sleep(0.01)

    def _send_packet_thread(self, arg):
        """As many packets a second as the case says. Its own sleeps 10 ms after each burst, as if the burst
        and the way to the next took no time, and so sends 10 to 25 % fewer."""
        start, sent = time.monotonic(), 0
        rate = arg["packet_counter_inc"] / tester.CONTINUOUS_THREAD_INTVL
        while self.ingress_event is not None:  # until this thread is killed
            due = int((time.monotonic() - start) * rate)
            for _ in range(due - sent):
                self.tester_sw.send_packet_out(packet_of(arg))
            sent = max(sent, due)
            hub.sleep(tester.CONTINUOUS_THREAD_INTVL)

    @classmethod
    def _compare_group(cls, stats1, stats2):
        """Its own stops after the type."""
        for name in ("type", "group_id", "buckets"):
            got, want = str(getattr(stats1, name)), str(getattr(stats2, name))
            if got != want:
                return False, f"group_stats({got} != {want})"
        return True, None

    def _test_exist_check(self, method, message):
        if method.__self__.dp.ofproto.OFP_VERSION < ofproto_v1_5.OFP_VERSION:
            return super()._test_exist_check(method, message)
        dp = method.__self__.dp
        ofp, parser = dp.ofproto, dp.ofproto_parser
        request, compare = {
            "send_flow_stats": (lambda: parser.OFPFlowDescStatsRequest(dp, table_id=ofp.OFPTT_ALL),
                                self._compare_flow),
            "send_group_desc_stats": (lambda: parser.OFPGroupDescStatsRequest(dp), self._compare_group),
            "send_meter_config_stats": (lambda: parser.OFPMeterDescStatsRequest(dp), self._compare_meter),
        }[method.__name__]
        self.send_msg_xids.append(method.__self__.send_msg(request()))
        self._wait()
        wrong = []
        for reply in self.rcv_msgs:
            for stats in reply.body:
                same, difference = compare(stats, message)
                if same:
                    return None
                wrong.append(difference)
        raise tester.TestFailure(self.state, flows=wrong, groups=wrong, meters=wrong)

    @set_ev_cls([ofp_event.EventOFPFlowDescStatsReply, ofp_event.EventOFPMeterDescStatsReply],
                MAIN_DISPATCHER)
    def desc_reply_handler(self, event):
        if self.waiter and event.msg.xid in self.send_msg_xids:
            self.rcv_msgs.append(event.msg)
            if not event.msg.flags:
                self.waiter.set()
                hub.sleep(0)
