/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queue of transactions, as the store sees it. Besides those of clients (txn.h) two kinds of its own
 * go through it, so that no two change what runs at once: the one of start-up, and the one that tries
 * ports again.
 *
 * Thread: control.
 */
#ifndef CTL_QUEUE_H
#define CTL_QUEUE_H

#include <stdbool.h>

/* Apply the stored configuration to a switch where nothing runs; the first in the queue. */
void queue_boot(void);

/* Try the ports again that could not be opened, when nothing else is under way. */
void queue_retry_ports(void);

/* Take nothing more, drop what waits (its done is called with an error); what runs goes on. */
void queue_stop(void);
bool queue_idle(void);

#endif
