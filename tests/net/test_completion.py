# SPDX-License-Identifier: BSD-3-Clause
"""Completion as a person at a prompt has it: real bash, real zsh, with a switch and without."""
import os
import pathlib
import subprocess

import swnet

FILES = pathlib.Path(__file__).resolve().parents[2] / "tools" / "completion"

BASH = r"""
source "$FILE"
COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
_swctl
printf '%s\n' "${COMPREPLY[@]}"
"""

# The function as zsh's completion calls it; what it adds is printed.
ZSH = r"""
compadd() { print -rl -- "${(@P)@[-1]}" }
fpath=($FOLDER $fpath)
autoload -Uz _swctl
words=(${(z)1})
[[ $1 == *" " ]] && words+=("")
CURRENT=$#words
_swctl
"""


def run_bash(net, sw, line, **more):
    env = {**os.environ, "FILE": str(FILES / "swctl.bash"), "PATH": f"{net.build}:{os.environ['PATH']}",
           "SWD_SOCKET": str(sw.socket), **more}
    result = subprocess.run(["bash", "--norc", "-c", BASH, "bash", line], capture_output=True, text=True,
                            timeout=swnet.PATIENT, env=env, check=True)
    swnet.same(result.stderr, "", f"errors of bash after '{line}'")
    return result.stdout.split()


def test_bash(net):
    """bash offers commands, names in use, columns and words; without a switch what needs none."""
    sw = net.switch()
    sw.ctl("add-br br-in -- add-br br-two")
    offers = lambda line: run_bash(net, sw, line)
    swnet.same(offers("swctl add-b"), ["add-br"], "a command")
    swnet.same(offers("swctl del-br br-"), ["br-in", "br-two"], "bridges")
    swnet.same(offers("swctl set port br-in vlan_mode=a"), ["access"], "a word, cut where bash cuts")
    swnet.same(offers("swctl set port br-in other_config:pri"), ["priority-tags="], "a key")
    swnet.same(offers("swctl set port br-in ta"), ["tag="], "a column")
    swnet.same(offers("swctl add-br br0 -- --may-e"), ["--may-exist"], "an option of a second command")
    swnet.same("--json" in offers("swctl --"), True, "swctl's own options")
    swnet.same(offers("swctl --json --timeout 5 list-p"), ["list-ports"], "behind swctl's own options")
    swnet.same(offers("swctl sche"), ["schema"], "a command of swctl itself")
    swnet.same(set(offers("swctl schema po")), {"port", "port-to-br"}, "a table or command behind it")
    swnet.same(offers("swctl help port d"), ["drops"], "a command behind help")
    swnet.same(offers(f"swctl --socket={sw.socket} del-br br-i"), ["br-in"], "with a socket named")
    sw.stop()
    swnet.same(offers("swctl add-b"), ["add-br"], "a command, without a switch")
    swnet.same(offers("swctl set port br-in vlan_mode=a"), ["access"], "a word, without a switch")
    swnet.same(offers("swctl del-br br-"), [], "bridges, without a switch")


def test_zsh(net):
    """zsh offers the same."""
    sw = net.switch()
    sw.ctl("add-br br-in -- add-br br-two")
    env = {**os.environ, "FOLDER": str(FILES), "PATH": f"{net.build}:{os.environ['PATH']}",
           "SWD_SOCKET": str(sw.socket)}
    for line, wanted in (("swctl add-b", ["add-br"]), ("swctl del-br br-", ["br-in", "br-two"]),
                         ("swctl del-br ", ["br-in", "br-two"]),
                         ("swctl set port br-in vlan_mode=a", ["vlan_mode=access"]),
                         ("swctl set port br-in other_config:pri", ["other_config:priority-tags="]),
                         ("swctl no-such-command ", [])):
        result = subprocess.run(["zsh", "-f", "-c", ZSH, "zsh", line], capture_output=True, text=True,
                                timeout=swnet.PATIENT, env=env)
        swnet.same((result.stdout.split(), result.stderr), (wanted, ""), f"zsh behind '{line}'")
