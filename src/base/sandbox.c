/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * System calls the daemon can make, by seccomp(2): a list of what it, the C library, DPDK's drivers,
 * vhost-user, libevent and the journal call. Another call fails with EPERM, and the kernel's audit log
 * names it: a driver with a need nobody foresaw costs its port, not the switch with all its guests. What
 * none of them ever calls and an intruder wants first (execve, ptrace, modules) ends the process.
 * No child process can be made and no socket of another family; bpf(2) is there only for net_af_xdp, and
 * files can be given to nobody but whom the boot file names for sockets: each new bridge makes one.
 *
 * Control thread.
 */
#include "sandbox.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <seccomp.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/sandbox.h>

SW_LOG(sandbox, "files and system calls the daemon is held to");

static const char *const allowed[] = {
	/* files */
	"read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2",
	"pwritev2", "open", "openat", "openat2", "close", "close_range", "stat", "fstat", "lstat",
	"newfstatat", "statx", "statfs", "fstatfs", "access", "faccessat", "faccessat2", "readlink",
	"readlinkat", "getdents", "getdents64", "lseek", "rename", "renameat", "renameat2", "link",
	"linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "chmod", "fchmod", "fchmodat",
	"ftruncate", "truncate", "fallocate", "fsync", "fdatasync", "flock", "fcntl", "dup", "dup2",
	"dup3", "pipe", "pipe2", "umask", "getcwd", "fadvise64",
	/* memory */
	"mmap", "munmap", "mremap", "mprotect", "madvise", "mlock", "mlock2", "munlock", "mlockall",
	"munlockall", "msync", "mincore", "brk", "mbind", "get_mempolicy", "set_mempolicy",
	"move_pages", "memfd_create", "membarrier",
	/* sockets */
	"socketpair", "bind", "listen", "accept", "accept4", "connect", "getsockname",
	"getpeername", "getsockopt", "setsockopt", "sendto", "recvfrom", "sendmsg", "recvmsg",
	"sendmmsg", "recvmmsg", "shutdown", "ioctl",
	/* waiting */
	"poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl",
	"epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "timerfd_create",
	"timerfd_settime", "timerfd_gettime", "signalfd4", "inotify_init1", "inotify_add_watch",
	"inotify_rm_watch", "nanosleep", "clock_nanosleep", "restart_syscall",
	/* threads, signals, time, who and where we are */
	"futex", "futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address",
	"exit", "exit_group", "gettid", "getpid", "getppid", "getuid", "geteuid", "getgid",
	"getegid", "getgroups", "getresuid", "getresgid", "tgkill", "tkill", "rt_sigaction",
	"rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "rt_sigpending", "rt_sigsuspend",
	"rt_tgsigqueueinfo", "sigaltstack", "sched_yield", "sched_getaffinity", "sched_setaffinity",
	"sched_getparam", "sched_setparam", "sched_getscheduler", "sched_setscheduler",
	"sched_get_priority_max", "sched_get_priority_min", "clock_gettime", "clock_getres",
	"gettimeofday", "time", "times", "getrusage", "getcpu", "getrandom", "sysinfo", "uname",
	"prlimit64", "getrlimit", "setrlimit", "arch_prctl", "capget"
};

static const char *const fatal[] = { "execve", "execveat", "ptrace", "process_vm_readv",
	"process_vm_writev", "init_module", "finit_module", "delete_module", "kexec_load",
	"kexec_file_load" };

static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_XDP };

static const int prctls[] = { PR_SET_NAME, PR_GET_NAME, PR_SET_TIMERSLACK, PR_GET_DUMPABLE,
	PR_CAPBSET_READ };

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct {
	bool files, calls, af_xdp;
	enum sw_sandbox mode;
} state = { .mode = SW_SANDBOX_OFF };

/* A call this machine's kernel has not is no hole. */
static int add_names(scmp_filter_ctx f, uint32_t action, const char *const *names, unsigned n)
{
	int rc = 0;

	for (unsigned i = 0; i < n && !rc; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);

		if (number >= 0)
			rc = seccomp_rule_add(f, action, number, 0);
	}
	return rc;
}

static int add_arguments(scmp_filter_ctx f, int call, const int *values, unsigned n)
{
	int rc = 0;

	for (unsigned i = 0; i < n && !rc; i++)
		rc = seccomp_rule_add(
			f, SCMP_ACT_ALLOW, call, 1, SCMP_A0_32(SCMP_CMP_EQ, values[i]));
	return rc;
}

/* chown(2) to socket-owner and socket-group and to nobody else: its two arguments from `at` on. */
static int add_giving(scmp_filter_ctx f, int call, unsigned at, const struct sw_access *access)
{
	uint32_t owner = access->has_owner ? access->owner : UINT32_MAX;
	uint32_t group = access->has_group ? access->group : UINT32_MAX;

	/* negative: not a call of this machine */
	if (call < 0 || (!access->has_owner && !access->has_group))
		return 0;
	return seccomp_rule_add(f, SCMP_ACT_ALLOW, call, 2, SCMP_CMP32(at, SCMP_CMP_EQ, owner),
		SCMP_CMP32(at + 1, SCMP_CMP_EQ, group));
}

static int add_rules(scmp_filter_ctx f, const struct sw_boot *boot)
{
	int rc = add_names(f, SCMP_ACT_ALLOW, allowed, N(allowed));

	if (!rc && boot->sandbox != SW_SANDBOX_LOG)
		rc = add_names(f, SCMP_ACT_KILL_PROCESS, fatal, N(fatal));
	if (!rc)
		rc = add_arguments(f, SCMP_SYS(socket), families, N(families));
	if (!rc)
		rc = add_arguments(f, SCMP_SYS(prctl), prctls, N(prctls));
	/* Threads only. The C library falls back to clone, whose flags a filter can see. */
	if (!rc)
		rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (!rc)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (!rc && boot->af_xdp)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(bpf), 0);
	if (!rc)
		rc = add_giving(f, SCMP_SYS(chown), 1, &boot->access);
	if (!rc)
		rc = add_giving(f, SCMP_SYS(fchownat), 2, &boot->access);
	return rc;
}

static int load(const struct sw_boot *boot)
{
	uint32_t other = boot->sandbox == SW_SANDBOX_LOG ? SCMP_ACT_LOG : SCMP_ACT_ERRNO(EPERM);
	scmp_filter_ctx f = seccomp_init(other);
	int rc = f ? 0 : -ENOMEM;

	if (!rc)
		rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
	/* The kernel's log names the call; an old one cannot. */
	if (!rc)
		seccomp_attr_set(f, SCMP_FLTATR_CTL_LOG, 1);
	if (!rc)
		seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!rc)
		rc = add_rules(f, boot);
	if (!rc)
		rc = seccomp_load(f);
	if (f)
		seccomp_release(f);
	return rc;
}

static int cannot(struct sw_err *err, const char *what, const char *why)
{
	sw_err_set(err, SW_CODE_UNSUPPORTED, "sandbox=on, but %s: %s", what, why);
	sw_err_hint(err, "sandbox=auto in section [security] starts without it");
	return sw_err_errno(SW_CODE_UNSUPPORTED);
}

int sw_sandbox_files(const struct sw_boot *boot, struct sw_err *err)
{
	int rc;

	state.mode = boot->sandbox;
	state.af_xdp = boot->af_xdp;
	if (boot->sandbox == SW_SANDBOX_OFF || boot->sandbox == SW_SANDBOX_LOG)
		return 0;
	rc = landlock_apply(boot, err);
	state.files = !rc;
	if (rc != -ENOSYS)
		return rc;
	if (boot->sandbox == SW_SANDBOX_ON)
		return cannot(err, "files cannot be held", "this kernel has no Landlock");
	sw_info("this kernel has no Landlock: the files in reach are those of user %u",
		(unsigned)geteuid());
	return 0;
}

int sw_sandbox_calls(const struct sw_boot *boot, struct sw_err *err)
{
	char text[96];
	int rc = boot->sandbox == SW_SANDBOX_OFF ? 0 : load(boot);

	if (rc && boot->sandbox == SW_SANDBOX_ON)
		return cannot(err, "system calls cannot be held", strerror(-rc));
	if (rc)
		sw_warn("system calls are not held: %s", strerror(-rc));
	state.calls = !rc && boot->sandbox != SW_SANDBOX_OFF;
	sw_info("sandbox: %s", sw_sandbox_text(text, sizeof(text)));
	return 0;
}

char *sw_sandbox_text(char *buf, size_t size)
{
	if (state.mode == SW_SANDBOX_OFF)
		snprintf(buf, size, "off");
	else if (state.mode == SW_SANDBOX_LOG)
		snprintf(buf, size, "log: calls that are not listed are only logged");
	else
		snprintf(buf, size, "files: %s, system calls: %s",
			state.files ? "Landlock" : "not held",
			state.calls ? "seccomp" : "not held");
	return buf;
}

bool sw_sandbox_shuts_out(const char *path)
{
	char dir[256];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (!state.files || !slash || !strncmp(path, "/dev/", 5))
		return false;
	/* Landlock lets nobody ask but by trying: a folder that cannot be opened, or only by its rules. */
	slash[slash == dir] = '\0';
	return landlock_refuses(dir);
}

bool sw_sandbox_af_xdp(void)
{
	return state.af_xdp || state.mode == SW_SANDBOX_OFF || state.mode == SW_SANDBOX_LOG;
}
