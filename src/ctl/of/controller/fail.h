/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a bridge does without its primary controllers (Bridge.fail_mode): secure leaves its rules as they are;
 * standalone makes it a learning switch, by one rule of ours that is NORMAL, when none of them was connected for
 * three times the longest inactivity probe, and from the moment on at which it gets its first controller, so that no
 * packet is lost before that is there. The rule goes when one of them is connected.
 *
 * As with OVS, rules, groups and meters go with what they were made for: when the first primary controller is
 * configured, when the last one is taken away, and when the bridge begins to switch by itself.
 *
 * Thread: control.
 */
#ifndef CTL_OF_FAIL_H
#define CTL_OF_FAIL_H

#include <stdbool.h>
#include <stdint.h>

struct of_bridge;

#define OF_ALONE_COOKIE UINT64_C(0x7374616e64616c6f) /* of our rule: "standalo" */

struct of_fail {
	bool secure;
	unsigned primaries; /* that are configured */
	bool alone;	    /* the bridge switches by itself, though it has a controller */
	bool start_over;    /* rules are to go as soon as no bundle is under way */
	bool empties;	    /* they are being staged to go, in slices; the bridge is held */
	bool staged;	    /* all are, and what goes with them is left */
	bool rule_stays;    /* our rule is to go, as soon as no bundle is under way */
	uint64_t lost_ms;   /* since when none of them is connected */
};

/* OpenFlow ends for the bridge. */
void of_fail_end(struct of_bridge *of);

/* What the configuration says now. */
void of_fail_set(struct of_bridge *of, bool secure, unsigned primaries);

/* A primary controller is connected; one is no more. */
void of_fail_up(struct of_bridge *of);
void of_fail_down(struct of_bridge *of);

/* Rules were put in that an earlier run of the switch had stored, n of them: in place of ours, if there are any. */
void of_fail_restored(struct of_bridge *of, uint64_t n);

/* Is it our rule? */
struct sw_rule;
bool of_fail_is_own(const struct sw_rule *rule);

/* Each second. */
void of_fail_sweep(struct of_bridge *of, uint64_t now_ms);

#endif
