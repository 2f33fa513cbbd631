/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A shim over the system calls of the journal: functions of libc's names in the test program, which win
 * over the library's. While it is armed it counts the calls, makes one of them fail in the way that is
 * asked for, and keeps a model of what the disk would hold after a loss of power:
 *
 *  - the bytes of a file are safe up to what the last fdatasync of it saw; of later ones all, none, the first
 *    half, or zeros may be there;
 *  - an fdatasync that fails lies from then on, as Linux does: what it should have written counts as clean, so
 *    the running system goes on seeing it, but no later fdatasync writes it. Only bytes that are written
 *    again are tried again. A disk may hold all later bytes but those;
 *  - names (create, link, rename, unlink) are safe up to the last fsync of the folder; later ones reach the
 *    disk in order, so any number of the first of them may be there.
 *
 * Test code; one thread.
 */
#ifndef FAULT_SHIM_H
#define FAULT_SHIM_H

#include <stdbool.h>

enum fault {
	FAULT_NONE,
	FAULT_EIO, /* this call fails, once */
	FAULT_ENOSPC,
	FAULT_EINTR,	  /* where a signal may end it */
	FAULT_SHORT,	  /* reads and writes only a half, once */
	FAULT_SHORT_FULL, /* the same, and the next call says that the disk is full */
	FAULT_DEAD,	  /* from here on every call fails */
	FAULT_FULL,	  /* from here on nothing new can be written */
	FAULT_KILL,	  /* on_kill instead of this call */
	FAULT_COUNT
};

#define SHIM_CALLS 8192 /* a script makes fewer */

struct shim {
	bool armed, crash; /* crash: keep the model */
	enum fault fault;
	unsigned long calls, at; /* made since it was armed; the one at fault */
	unsigned long eio_at;	 /* one more that fails, before `at`; 0: none */
	bool struck;		 /* the fault has come */
	void (*on_kill)(void);	 /* does not return */
	bool no_links;		 /* as on a file system that has none */
	bool syncs[SHIM_CALLS];	 /* of a run without a fault: call n is an fdatasync */
};
extern struct shim shim;

extern const char *const fault_names[FAULT_COUNT];

/* Begin with a folder whose files are all safe. */
void shim_arm(const char *dir, bool crash);
void shim_disarm(void);

/* What may be on the disk: how many first names of those that are not safe, times these. TAIL_LIED: all but
 * what an fdatasync failed to write; where none failed it is TAIL_ALL. */
enum tail { TAIL_ALL, TAIL_NONE, TAIL_HALF, TAIL_ZERO, TAIL_LIED, TAIL_COUNT };
unsigned shim_names(void);
bool shim_lied(void);

/* Write such a disk into an empty folder. The first is TAIL_ALL with all names: a kill without power loss. */
void shim_image(const char *to, unsigned names, enum tail tail);

/* A process ends without a loss of power: the kernel closes what it had open and goes on with all it saw. */
void shim_restart(const char *dir);

/* Remove all files of a folder. */
void shim_clear(const char *dir);

#endif
