/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of a bridge's ports in texts of rules: "in_port=eth0", "output:eth0".
 *
 * Thread: control.
 */
#ifndef CTL_NUMBERS_OF_H
#define CTL_NUMBERS_OF_H

struct sw_bridge;

/* From here on texts know the ports of the bridge; NULL: of none. */
void numbers_of(struct sw_bridge *bridge);

#endif
