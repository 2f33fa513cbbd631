/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Boot facts: what must be known before the configuration can be read. From the defaults, then the file
 * of --config, then the command line. Everything else is configuration (swctl) and journalled.
 *
 * room: base. Thread: filled by main before anything runs, read-only afterwards.
 */
#ifndef SW_BOOT_H
#define SW_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rcu.h>

struct sw_err;

enum sw_huge { SW_HUGE_AUTO, SW_HUGE_YES, SW_HUGE_NO };

struct sw_boot {
	const char *config_path; /* NULL: none */
	const char *state_dir;	 /* journal; made when missing, 0750 */
	const char *run_dir;	 /* sockets; made when missing, 0755 */
	const char *socket_path; /* control socket; run_dir/swd.sock by default */
	const char *vhost_dir;	 /* where dpdkvhostuser makes its sockets; run_dir by default */
	const char *eal_args;	 /* escape hatch: words added to EAL's arguments, or NULL */
	const char *log_levels;	 /* "info" or "warn,vhost=dbg", or NULL */
	int control_core;	 /* -1: chosen */
	unsigned n_cores;	 /* worker cores; 0: chosen from the affinity mask */
	uint16_t cores[SW_WORKER_MAX];
	enum sw_huge hugepages; /* auto: huge pages when enough are free, else laptop mode */
	unsigned memory_mb;	/* 0: 512 with huge pages, 256 without */
	unsigned mbufs;		/* packet buffers; 0: from memory_mb */
	int idle_sleep_us; /* longest sleep of an idle worker; 0 never; -1: 0, laptop mode 500 */
	bool laptop;	   /* set by start-up: running without huge pages */
};

/* Defaults for root (/run/swd, /var/lib/swd) or for an ordinary user (XDG_RUNTIME_DIR/swd,
 * XDG_STATE_HOME/swd or below $HOME). */
void sw_boot_defaults(struct sw_boot *boot);

/* Read a file of sections and key=value. An unknown section or key, or a bad value, is an error with
 * the file and line in err->path and what is allowed. Strings are copied and live as long as boot. */
int sw_boot_read(struct sw_boot *boot, const char *path, struct sw_err *err);

#endif
