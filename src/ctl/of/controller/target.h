/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a controller is, as Controller.target says it (ovs-vswitchd.conf.db(5), Controller: target).
 *
 * Thread: any one at a time.
 */
#ifndef CTL_OF_TARGET_H
#define CTL_OF_TARGET_H

#include <stdbool.h>
#include <stdint.h>

struct sw_err;

#define OF_TARGET_PORT 6653 /* IANA: openflow */
#define OF_HOST_SIZE   256  /* a DNS name has 253 bytes (RFC 1035, 2.3.4) */
#define OF_PATH_SIZE   108  /* sun_path */

enum of_target_kind { OF_TARGET_TCP, OF_TARGET_TLS, OF_TARGET_UNIX };

struct of_target {
	enum of_target_kind kind;
	bool passive;		 /* it comes to us */
	bool is_name;		 /* host must be looked up; never of a passive one */
	uint16_t port;		 /* least..65535 */
	char host[OF_HOST_SIZE]; /* without brackets; "": every address of IPv4 */
	char path[OF_PATH_SIZE]; /* UNIX: as written */
};

/* "tcp:10.0.0.1", "ssl:[fe80::1%eth0]:6653", "unix:ctl.sock", "ptcp:6653:[::]"; 0 or -EINVAL with err, which names
 * what is allowed. `least`: the lowest port to listen at; with 0 the kernel may choose one. */
int of_target_parse(const char *text, unsigned least, struct of_target *target, struct sw_err *err);

/* The same for a column's .check. */
int of_target_check(const char *text, struct sw_err *err);

#endif
