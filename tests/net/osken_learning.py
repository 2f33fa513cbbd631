# SPDX-License-Identifier: BSD-3-Clause
"""An application for osken-manager: a learning switch of OpenFlow 1.3. Broadcasts are flooded and shown
to it; it learns from each packet where its sender is, and sends there what is for that one."""
from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib.packet import ethernet, packet
from os_ken.ofproto import ofproto_v1_3


class Learning(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]

    @staticmethod
    def add(datapath, priority, actions, **match):
        parser, ofproto = datapath.ofproto_parser, datapath.ofproto
        does = [parser.OFPInstructionActions(ofproto.OFPIT_APPLY_ACTIONS, actions)]
        datapath.send_msg(parser.OFPFlowMod(datapath=datapath, priority=priority, instructions=does,
                                            match=parser.OFPMatch(**match)))

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def begin(self, event):
        datapath = event.msg.datapath
        parser, ofproto = datapath.ofproto_parser, datapath.ofproto
        show = parser.OFPActionOutput(ofproto.OFPP_CONTROLLER, ofproto.OFPCML_NO_BUFFER)
        self.add(datapath, 0, [show])
        self.add(datapath, 10, [parser.OFPActionOutput(ofproto.OFPP_FLOOD), show],
                 eth_dst="ff:ff:ff:ff:ff:ff")

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def learn(self, event):
        message = event.msg
        datapath = message.datapath
        sender = packet.Packet(message.data).get_protocol(ethernet.ethernet).src
        port = message.match["in_port"]
        self.logger.info("%s is behind port %d", sender, port)
        self.add(datapath, 5, [datapath.ofproto_parser.OFPActionOutput(port)], eth_dst=sender)
