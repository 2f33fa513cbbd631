/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands: what a person types at swctl and a program sends as an array of words is one descriptor, in
 * the file of its feature. The framework finds it by its longest name ("fdb show" before "fdb"), splits
 * options from arguments, checks their number, and calls run. From the same descriptors come swctl's
 * help, and later completion and man pages.
 *
 * room: ctl. Thread: control. jansson values are the result's form and belong to the framework once
 * they are in call->result.
 */
#ifndef SW_CMD_H
#define SW_CMD_H

#include <stdbool.h>

#include <jansson.h>

#include <sw/access.h>
#include <sw/reg.h>
#include <sw/words.h>

struct sw_err;
struct draft; /* the transaction's copy of the configuration; ctl's own */

enum sw_cmd_kind {
	SW_CMD_CONFIG, /* reads or changes the draft; part of a transaction */
	SW_CMD_READ,   /* looks at what runs; no effect */
	SW_CMD_ACTION, /* changes what runs, not the configuration; not undone, so never with CONFIG */
};

/* How swctl shows the result. */
enum sw_output {
	SW_OUT_NONE,  /* null: nothing is printed */
	SW_OUT_VALUE, /* a string, number or boolean on a line */
	SW_OUT_LINES, /* array of strings, a line each */
	SW_OUT_TABLE, /* {"columns":[name...],"rows":[[cell...]...]}: aligned, with headings */
	SW_OUT_RECORD, /* array of {"column": value...}: "name : value" blocks as ovs-vsctl list does */
	SW_OUT_JSON, /* any JSON: a document, indented for people */
	SW_OUT_TREE, /* {"text":"...", "data":...}: prepared text for people, data for --json */
};

struct sw_call {
	unsigned n_args;
	const char *const *args;
	const char *const *option; /* by index of options: NULL absent, "" flag, else the value */
	struct draft *draft;	   /* CONFIG only */
	unsigned at;		   /* where a run goes on that returned SW_CMD_MORE; 0 at first */
	const char *input;	   /* text that came with the transaction, or NULL */
	unsigned patience_s;	   /* the client waits so long for the answer; 0: it did not say */
	void *state;		   /* the command's own, from run to run; NULL at first */
	void (*job)(void *state);  /* with SW_CMD_JOB */
	void (*drop)(
		void *state); /* frees state when the command has ended; NULL: nothing to free */
	json_t *result;	      /* out; NULL is null */
	json_t *next; /* out, of lines: for --from, the string that asks for more; NULL: that is all */
};

struct sw_cmd {
	const char *name; /* words separated by one space */
	const char *help; /* one line */
	/* Another name of that command, by which people know it from elsewhere: all but name and help is that one's. */
	const struct sw_cmd *is;
	const char *usage; /* arguments as in "BRIDGE PORT [COLUMN=VALUE]..." */
	enum sw_cmd_kind kind;
	enum sw_role role;
	enum sw_output output;
	bool waits; /* may return SW_CMD_WAIT; not behind commands that change or act */
	unsigned min_args, max_args;	     /* UINT_MAX: any number */
	const struct sw_cmd_option *options; /* ended by name NULL; NULL for none */
	int (*run)(struct sw_call *call, struct sw_err *err);
};
SW_REG_KIND_DECLARE(cmd);

static inline const struct sw_cmd *sw_cmd_of(const struct sw_cmd *cmd)
{
	return cmd && cmd->is ? cmd->is : cmd;
}

/* More than fits a step of the control loop (10 ms): run is called again with `at` and `result` as it left
 * them, on the same draft, with other work in between. */
#define SW_CMD_MORE 999

/* Must wait for the disk: job(state) runs on the job thread while control leaves state and draft alone, then
 * run is called again. */
#define SW_CMD_JOB 998

/* CONFIG: what it waits for is not so yet. The transaction begins again, from its first command, when
 * something changed. */
#define SW_CMD_WAIT 997

/* READ, alone in its transaction: what it waits for is not there yet. run is called again, with at, state and result as it left
 * them, when something may have come, and every 100 ms. drop(state) comes also when the client goes away. */
#define SW_CMD_SLEEP 996

/* CONFIG: an exit status for swctl other than 0 without an error (br-exists: 2); call->result is kept. */
#define SW_CMD_EXIT(status) (1000 + (status))

#endif
