/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device of the rte_vhost library behind a vhost-user port, between the files that speak with it:
 * vhost_dev_ctl.c, vhost_guard_ctl.c, vhost_conn_ctl.c, vhost_fault_ctl.c. Library's thread unless a line
 * says otherwise.
 */
#ifndef PORT_VHOST_DEV_H
#define PORT_VHOST_DEV_H

#include "vhost.h"

/* Register the port's socket with the library, and undo it; under the link's lock. */
int vhost_dev_register(struct vhost *v);
void vhost_dev_unregister(struct vhost *v);
struct vhost *vhost_dev_port(int vid); /* or NULL; library's callbacks only */

/* Around a message that changes what workers look at: no worker has the device, and the library's indices
 * are right, from pause until resume. */
void vhost_dev_pause(struct vhost *v, int vid);
void vhost_dev_resume(struct vhost *v, int vid);

/* End the connection soon, for a reason a person will read. Not in a signal handler. */
void vhost_dev_break(struct vhost *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Have our checks run before the library handles a message of this device. */
int vhost_guard_attach(int vid);

/* The socket of the present connection: never wait on it; tell the other side at once that it ends. */
void vhost_conn_prepare(struct vhost *v);
void vhost_conn_shut(struct vhost *v);

/* Survive SIGBUS and SIGSEGV on guest memory: called at each open, in case the handler was replaced. */
void vhost_fault_init(void);

#endif
