/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Boot facts: what must be known before the configuration can be read. From the defaults, then the file
 * of --config, then the command line; then the plan fits them to the machine. Everything else is
 * configuration (swctl) and journalled.
 *
 * room: base. Thread: filled by main before anything runs, read-only afterwards.
 */
#ifndef SW_BOOT_H
#define SW_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/access.h>
#include <sw/exit.h>
#include <sw/rcu.h>
#include <sw/words.h>

struct sw_err;

#define SW_CORE_MAX 1024 /* cores a machine may have, as in cpu_set_t */

enum sw_huge { SW_HUGE_AUTO, SW_HUGE_YES, SW_HUGE_NO };

/* auto: what the kernel has; on: all of it; log: only tell what would be refused. */
enum sw_sandbox { SW_SANDBOX_AUTO, SW_SANDBOX_ON, SW_SANDBOX_LOG, SW_SANDBOX_OFF };

struct sw_boot {
	const char *config_path; /* NULL: none */
	const char *state_dir;	 /* journal; made when missing, 0750 */
	unsigned history_mb;	 /* earlier configurations kept in state_dir, at most */
	const char *run_dir;	 /* sockets; made when missing, 0755 */
	const char *socket_path; /* control socket; run_dir/swd.sock by default */
	const char *vhost_dir;	 /* where dpdkvhostuser makes its sockets; run_dir by default */
	const char *eal_args;	 /* escape hatch: words added to EAL's arguments, or NULL */
	const char *log_levels;	 /* "info" or "warn,vhost=dbg", or NULL */
	int control_core;	 /* -1: every core that no worker has */
	unsigned n_cores;	 /* worker cores; 0: chosen from the affinity mask */
	uint16_t cores[SW_WORKER_MAX];
	enum sw_huge hugepages;	  /* auto: huge pages when enough are free, else laptop mode */
	unsigned memory_mb;	  /* 0: 512 with huge pages, 256 without */
	unsigned mbufs;		  /* packet buffers; 0: from memory_mb */
	struct sw_access access;  /* the control socket, and who may do what there */
	bool has_user, has_group; /* what root becomes */
	uint32_t user, group;
	enum sw_sandbox sandbox;
	bool af_xdp;		/* bpf(2) for devices of net_af_xdp */
	const char *extra_dirs; /* folders in reach of devices, separated by ":", or NULL */
	const char *port_types; /* "system,patch", or NULL: all */
	int idle_sleep_us;	/* longest sleep of an idle worker; 0 never; -1: as the plan says */

	/* Set by sw_boot_plan(), which also leaves no "chosen" in the fields above. */
	bool laptop;			       /* running without huge pages */
	bool shared;			       /* control runs on a worker's core: none was left */
	uint64_t huge_free_mb, huge_want_mb;   /* MiB of huge pages: free, and needed to use them */
	uint8_t control_cpus[SW_CORE_MAX / 8]; /* bit n of byte n/8: control may run on core n */
};

/* Defaults for root (/run/swd, /var/lib/swd) or for an ordinary user (XDG_RUNTIME_DIR/swd,
 * XDG_STATE_HOME/swd or below $HOME; /tmp/swd-UID where these are not set). A service manager's
 * RUNTIME_DIRECTORY and STATE_DIRECTORY come before. */
void sw_boot_defaults(struct sw_boot *boot);

/* Read a file of sections and key=value. An unknown section or key, or a bad value, is an error with
 * the file and line in err->path and what is allowed. Strings are copied and live as long as boot. */
int sw_boot_read(struct sw_boot *boot, const char *path, struct sw_err *err);

/* A key of the boot file as people are told of it. */
struct sw_boot_key {
	const char *section, *name, *help;
	const char *initial; /* what holds without it, in words */
	const char *allowed; /* in words; NULL: a number of the range */
	uint64_t min, max;
};

/* The keys in the order of the file; false when i is past the last. */
bool sw_boot_key_at(unsigned i, struct sw_boot_key *out);

/* The options of swd on the command line, ended by name NULL, and its exit statuses by number. */
extern const struct sw_cmd_option sw_boot_options[];
extern const struct sw_exit sw_boot_exits[];

/* Set one text field to a copy. */
void sw_boot_text(const char **field, const char *value);

/* Fill the paths that follow from others: socket_path and vhost_dir. After the command line. */
void sw_boot_finish(struct sw_boot *boot);

void sw_boot_fini(struct sw_boot *boot);

/* Set log levels as in log_levels; `apply` false only checks them. */
int sw_boot_log(const char *levels, bool apply, struct sw_err *err);

/* What the plan needs to know of the machine. */
struct sw_machine {
	uint8_t cpus[SW_CORE_MAX / 8];	   /* affinity mask of the process */
	uint8_t isolated[SW_CORE_MAX / 8]; /* set aside for workers by isolcpus= */
	uint64_t huge_free_mb;		   /* free huge pages of all sizes, MiB */
};
void sw_machine_read(struct sw_machine *machine);

/* Choose worker and control cores, memory and sleep; pure. Workers get every core of the mask but one,
 * in laptop mode at most two; listed ones may also be isolated cores, which no mask has by itself.
 * SW_CODE_INVALID for any other core, SW_CODE_LIMIT when huge pages are demanded and not there. */
int sw_boot_plan(struct sw_boot *boot, const struct sw_machine *machine, struct sw_err *err);

#endif
