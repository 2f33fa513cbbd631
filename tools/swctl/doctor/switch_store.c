/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Check storing: can the switch store a change now, and how long does its disk take? Looked at in the switch
 * itself: a disk that failed it may look well from outside.
 */
#include "doctor.h"

/* A change is answered when it is on the disk. A good disk takes 1 to 10 ms, and nobody waits gladly for
 * more than half a second. */
#define SLOW_US 500000

static void check_storing(struct exam *e)
{
	const json_t *table = exam_ask(e, "journal show");
	const char *fault = json_string_value(exam_fact(table, "fault"));
	const char *folder = json_string_value(exam_fact(table, "folder"));
	json_int_t worst = json_integer_value(exam_fact(table, "worst_sync_us"));

	if (!folder) {
		check_skip(e, "this swd does not tell");
	} else if (!json_is_true(exam_fact(table, "writable")) || fault) {
		check_fail(e,
			"changes are refused, since the journal in %s could not be written%s%s; "
			"what is configured stays in force",
			folder, fault ? ": " : "", fault ? fault : "");
		check_fix(e,
			"df -h %s; mount -o remount,rw (if its file system is read-only); then any "
			"change, such as: swctl set Open_vSwitch . external_ids:test=1",
			folder);
	} else if (worst > SLOW_US) {
		check_warn(e, "storing a change took up to %lld ms", (long long)worst / 1000);
		check_fix(e,
			"state=DIR in [control] of the boot file, on a quicker disk than that of "
			"%s; iostat -x 1 shows who else writes",
			folder);
	} else {
		check_pass(e, "changes are stored; the disk took %lld ms at most",
			(long long)worst / 1000);
	}
}

SW_REGISTER(check, storing) = {
	.name = "storing",
	.help = "the switch can store a change, and its disk is quick enough",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_storing,
};
