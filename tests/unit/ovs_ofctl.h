/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The real ovs-ofctl asked what it makes of a text, for tests that compare. It needs no switch for that.
 */
#ifndef OVS_OFCTL_H
#define OVS_OFCTL_H

#include <stdbool.h>

/* Run it with arguments, ended by NULL; what it prints (the caller's), its exit status in *status. NULL: it is not
 * installed. */
char *ovs_run(int *status, ...);

/* A file of lines that is gone at the end of the program. */
const char *ovs_file(const char *text);

/* A flow-mod as parse-flows prints it to a rule as add-flow takes it; in place. */
char *ovs_rule(char *printed);

/* NXM and OXM names to ours, as we print them; the caller's. */
char *ovs_names(const char *text);

#endif
