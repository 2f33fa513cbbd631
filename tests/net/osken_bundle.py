# SPDX-License-Identifier: BSD-3-Clause
"""An application for osken-manager: two bundles of OpenFlow 1.4, each a meter and a rule that uses one.
The second one's rule names a meter that is not there, so nothing of it is."""
from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.ofproto import ofproto_v1_4


class Bundles(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_4.OFP_VERSION]

    @staticmethod
    def meter(datapath, number, rate):
        parser, ofproto = datapath.ofproto_parser, datapath.ofproto
        return parser.OFPMeterMod(datapath, ofproto.OFPMC_ADD, ofproto.OFPMF_PKTPS, number,
                                  [parser.OFPMeterBandDrop(rate=rate)])

    @staticmethod
    def rule(datapath, priority, meter):
        parser, ofproto = datapath.ofproto_parser, datapath.ofproto
        does = [parser.OFPInstructionMeter(meter),
                parser.OFPInstructionActions(ofproto.OFPIT_APPLY_ACTIONS, [parser.OFPActionOutput(1)])]
        return parser.OFPFlowMod(datapath=datapath, priority=priority, match=parser.OFPMatch(eth_type=0x800),
                                 instructions=does)

    @staticmethod
    def bundle(datapath, number, messages):
        parser, ofproto = datapath.ofproto_parser, datapath.ofproto
        flags = ofproto.OFPBF_ATOMIC | ofproto.OFPBF_ORDERED

        def control(kind):
            datapath.send_msg(parser.OFPBundleCtrlMsg(datapath, number, kind, flags, []))

        control(ofproto.OFPBCT_OPEN_REQUEST)
        for message in messages:
            message.set_xid(0x1234)  # the same inside and out
            outer = parser.OFPBundleAddMsg(datapath, number, flags, message, [])
            outer.set_xid(0x1234)
            datapath.send_msg(outer)
        control(ofproto.OFPBCT_COMMIT_REQUEST)

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def begin(self, event):
        datapath = event.msg.datapath
        self.bundle(datapath, 1, [self.meter(datapath, 5, 9), self.rule(datapath, 3, 5)])
        self.bundle(datapath, 2, [self.meter(datapath, 6, 9), self.rule(datapath, 4, 7)])

    @set_ev_cls(ofp_event.EventOFPErrorMsg, [CONFIG_DISPATCHER, MAIN_DISPATCHER])
    def refused(self, event):
        self.logger.info("error %d.%d", event.msg.type, event.msg.code)
