/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the service manager is told: sd_notify(3) and sd_watchdog_enabled(3), spoken by ourselves (one
 * datagram), so that no library is needed. All of it is silent when we were not started by systemd.
 * Control thread.
 */
#ifndef CTL_NOTIFY_H
#define CTL_NOTIFY_H

#include <stdint.h>

/* Send one state, "READY=1"; to nobody when NOTIFY_SOCKET is not set. */
void notify_send(const char *state);

/* How often the watchdog wants to hear of us, half of WATCHDOG_USEC, in microseconds; 0 for never. */
uint64_t notify_watchdog_us(void);

#endif
