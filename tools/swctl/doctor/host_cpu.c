/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of the cores: which of them poll, who else runs there, how the kernel treats them. What disturbs
 * a poller by microseconds matters to dedicated cores only, so in laptop mode those checks are skipped.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#include <sw/text.h>

#define CPU_DIR "/sys/devices/system/cpu"

static bool skip_laptop(struct exam *e)
{
	if (!exam_is_laptop(e))
		return false;
	check_skip(e, "laptop mode: workers sleep and share");
	return true;
}

static void check_online(struct exam *e)
{
	uint8_t online[SW_CORE_MAX / 8], missing[SW_CORE_MAX / 8];
	char text[CORE_TEXT], have[CORE_TEXT];

	if (!fact_cores(&e->facts, online, CPU_DIR "/online")) {
		check_skip(e, "/sys does not tell");
	} else if (core_minus(missing, e->workers, online)) {
		check_fail(e, "worker cores %s are not there or offline; online are %s",
			core_text(text, missing), core_text(have, online));
		check_fix(
			e, "other cores in [worker] cores=, or: echo 1 > " CPU_DIR "/cpuN/online");
	} else if (!core_count(e->workers)) {
		check_skip(e, "worker cores are not known");
	} else {
		check_pass(e, "workers on %s", core_text(text, e->workers));
	}
}

SW_REGISTER(check, cores_online) = {
	.name = "cores-online",
	.help = "every worker core exists and is online",
	.group = CHECK_CPU,
	.run = check_online,
};

/* Our mask is what swd would have if it were started here; cores set aside for it are in no mask. */
static void check_mask(struct exam *e)
{
	char list[512], text[CORE_TEXT], have[CORE_TEXT], *status;
	uint8_t mask[SW_CORE_MAX / 8] = { 0 }, outside[SW_CORE_MAX / 8];
	bool known;

	if (e->pid) {
		check_pass(
			e, "swd runs, with its workers pinned to %s", core_text(text, e->workers));
		return;
	}
	status = fact_read(&e->facts, "/proc/self/status");
	known = fact_line(status, "Cpus_allowed_list", list, sizeof(list)) &&
		!sw_parse_ranges(list, mask, SW_CORE_MAX);
	free(status);
	for (unsigned i = 0; i < sizeof(mask); i++)
		mask[i] |= e->isolated[i];
	if (!known) {
		check_skip(e, "/proc does not tell");
	} else if (core_minus(outside, e->workers, mask)) {
		check_fail(e,
			"worker cores %s are outside the affinity mask %s: swd will not start",
			core_text(text, outside), core_text(have, mask));
		check_fix(e,
			"other cores in [worker] cores=, or a wider mask (taskset, AllowedCPUs=)");
	} else {
		check_pass(e, "the mask %s has all worker cores", core_text(have, mask));
	}
}

SW_REGISTER(check, cores_mask) = {
	.name = "cores-mask",
	.help = "the affinity mask allows every worker core",
	.group = CHECK_CPU,
	.run = check_mask,
};

static void check_isolated(struct exam *e)
{
	uint8_t open[SW_CORE_MAX / 8];
	char text[CORE_TEXT], all[CORE_TEXT];

	if (skip_laptop(e))
		return;
	if (!core_minus(open, e->workers, e->isolated)) {
		check_pass(e, "worker cores %s are isolated", core_text(text, e->workers));
		return;
	}
	check_warn(
		e, "the kernel puts other threads on worker cores %s too", core_text(text, open));
	check_fix(e, "isolcpus=%s on the kernel's command line, or a cpuset of their own",
		core_text(all, e->workers));
}

SW_REGISTER(check, cores_isolated) = {
	.name = "cores-isolated",
	.help = "the scheduler keeps other threads off worker cores",
	.group = CHECK_CPU,
	.run = check_isolated,
};

/* The tick of 250 to 1000 Hz costs each worker some microseconds a time. */
static void check_tick(struct exam *e)
{
	uint8_t quiet[SW_CORE_MAX / 8], noisy[SW_CORE_MAX / 8];
	char text[CORE_TEXT], all[CORE_TEXT];

	if (skip_laptop(e))
		return;
	fact_cores(&e->facts, quiet, CPU_DIR "/nohz_full");
	if (!core_minus(noisy, e->workers, quiet)) {
		check_pass(e, "no timer tick on %s", core_text(text, e->workers));
		return;
	}
	core_text(all, e->workers);
	check_warn(e, "the timer tick interrupts worker cores %s", core_text(text, noisy));
	check_fix(e, "nohz_full=%s rcu_nocbs=%s on the kernel's command line", all, all);
}

SW_REGISTER(check, cores_tick) = {
	.name = "cores-tick",
	.help = "no timer tick on worker cores",
	.group = CHECK_CPU,
	.run = check_tick,
};

static void check_control_core(struct exam *e)
{
	uint8_t both[SW_CORE_MAX / 8];
	char text[CORE_TEXT];

	if (!core_count(e->workers) || !core_count(e->control)) {
		check_skip(e, "the cores are not known");
	} else if (core_both(both, e->workers, e->control)) {
		check_warn(e,
			"the control thread may run on worker core %s: each waits for the other",
			core_text(text, both));
		check_fix(e, "control-core= in [worker], or one core less in cores=");
	} else {
		check_pass(e, "control runs on %s", core_text(text, e->control));
	}
}

SW_REGISTER(check, control_core) = {
	.name = "control-core",
	.help = "the control thread has a core that no worker has",
	.group = CHECK_CPU,
	.run = check_control_core,
};

static void check_siblings_of(struct exam *e, unsigned core)
{
	uint8_t pair[SW_CORE_MAX / 8], self[SW_CORE_MAX / 8] = { 0 }, busy[SW_CORE_MAX / 8];
	char text[CORE_TEXT];

	core_add(self, core);
	if (!fact_cores(&e->facts, pair, CPU_DIR "/cpu%u/topology/thread_siblings_list", core) ||
		!core_minus(pair, pair, self))
		return;
	if (core_both(busy, pair, e->workers)) {
		check_warn(e, "worker core %u and worker core %s are one physical core", core,
			core_text(text, busy));
		check_fix(e, "one thread of each physical core in [worker] cores= (lscpu -e)");
	} else if (core_minus(busy, pair, e->isolated)) {
		check_warn(e,
			"core %s, the other thread of worker core %u, is free for anybody's work",
			core_text(text, busy), core);
		check_fix(e, "isolcpus=%s too, or: echo 0 > " CPU_DIR "/cpu%s/online", text, text);
	}
}

static void check_smt(struct exam *e)
{
	if (skip_laptop(e))
		return;
	for (unsigned i = 0; i < SW_CORE_MAX; i++)
		if (core_in(e->workers, i))
			check_siblings_of(e, i);
	if (!check_found(e))
		check_pass(e, "no worker shares a physical core");
}

SW_REGISTER(check, cores_smt) = {
	.name = "cores-smt",
	.help = "the other hardware thread of a worker's core is idle",
	.group = CHECK_CPU,
	.run = check_smt,
};

/* Interrupts with a handler that are delivered to a worker core. */
static void check_irqs(struct exam *e)
{
	uint8_t cores[SW_CORE_MAX / 8], both[SW_CORE_MAX / 8];
	json_t *irqs, *name;
	unsigned n = 0;
	char example[16] = "", all[CORE_TEXT];
	size_t i;

	if (skip_laptop(e))
		return;
	irqs = fact_list(&e->facts, "/proc/irq");
	json_array_foreach (irqs, i, name) {
		const char *irq = json_string_value(name);

		if (strspn(irq, "0123456789") != strlen(irq))
			continue;
		if (!fact_cores(&e->facts, cores, "/proc/irq/%s/effective_affinity_list", irq))
			continue;
		if (!core_both(both, cores, e->workers))
			continue;
		snprintf(example, sizeof(example), "%.15s", irq);
		n++;
	}
	json_decref(irqs);
	if (!n) {
		check_pass(e, "none goes to a worker core");
		return;
	}
	check_warn(e, "%u interrupts go to worker cores, such as %s", n, example);
	check_fix(e,
		"echo %s > /proc/irq/%s/smp_affinity_list (for each; irqbalance: "
		"IRQBALANCE_BANNED_CPULIST)",
		core_text(all, e->control), example);
}

SW_REGISTER(check, irqs) = {
	.name = "interrupts",
	.help = "no interrupt is delivered to a worker core",
	.group = CHECK_CPU,
	.run = check_irqs,
};

/* A worker of ours was put aside for another thread. One switch a second is the kernel's own work. */
static void check_thread(struct exam *e, const char *tid, unsigned *n)
{
	char *comm = fact_read(&e->facts, "/proc/%d/task/%s/comm", e->pid, tid);
	char *status = fact_read(&e->facts, "/proc/%d/task/%s/status", e->pid, tid);
	char count[32];
	uint64_t rate;

	if (comm && !strncmp(comm, "swd-w", 5) &&
		fact_line(status, "nonvoluntary_ctxt_switches", count, sizeof(count))) {
		rate = strtoull(count, NULL, 10) / (e->uptime_s ? e->uptime_s : 1);
		++*n;
		if (rate > 100) {
			check_warn(e, "%s is put aside for other threads %llu times a second", comm,
				(unsigned long long)rate);
			check_fix(e,
				"ps -eLo psr,pid,comm,pcpu --sort=-pcpu | head (who runs there), "
				"and move it by taskset");
		}
	}
	free(comm);
	free(status);
}

static void check_preempted(struct exam *e)
{
	json_t *tasks = fact_list(&e->facts, "/proc/%d/task", e->pid), *tid;
	unsigned n = 0;
	size_t i;

	if (e->state == DAEMON_UP)
		json_array_foreach (tasks, i, tid)
			check_thread(e, json_string_value(tid), &n);
	json_decref(tasks);
	if (!n)
		check_skip(e, "no running worker to look at");
	else if (!check_found(e))
		check_pass(e, "none of %u workers is disturbed more than 100 times a second", n);
}

SW_REGISTER(check, preempted) = {
	.name = "cores-busy",
	.help = "other threads do not run on a worker's core",
	.group = CHECK_CPU,
	.run = check_preempted,
};

static void check_governor(struct exam *e)
{
	unsigned n = 0;

	if (skip_laptop(e))
		return;
	for (unsigned i = 0; i < SW_CORE_MAX; i++) {
		char *text =
			core_in(e->workers, i)
				? fact_read(&e->facts, CPU_DIR "/cpu%u/cpufreq/scaling_governor", i)
				: NULL;

		n += text != NULL;
		if (text && strcmp(text, "performance")) {
			check_warn(e, "worker core %u has the governor %s: it slows down", i, text);
			check_fix(e, "cpupower -c %u frequency-set -g performance", i);
		}
		free(text);
	}
	if (!n)
		check_skip(e, "the kernel does not govern the clock rate");
	else if (!check_found(e))
		check_pass(e, "performance on every worker core");
}

SW_REGISTER(check, governor) = {
	.name = "cpu-governor",
	.help = "worker cores run at full clock rate",
	.group = CHECK_CPU,
	.run = check_governor,
};

/* Workers that sleep wake by a timer; a state of more than 100 us to leave shows in every idle packet. */
static void check_idle_states(struct exam *e)
{
	uint64_t latency, worst = 0, off;
	json_t *states, *name;
	unsigned core = 0;
	size_t i;

	while (core < SW_CORE_MAX - 1 && !core_in(e->workers, core))
		core++;
	if (!e->boot.idle_sleep_us) {
		check_skip(e, "workers never sleep");
		return;
	}
	states = fact_list(&e->facts, CPU_DIR "/cpu%u/cpuidle", core);
	json_array_foreach (states, i, name) {
		const char *state = json_string_value(name);

		if (!fact_number(
			    &e->facts, &latency, CPU_DIR "/cpu%u/cpuidle/%s/latency", core, state))
			continue;
		if (fact_number(
			    &e->facts, &off, CPU_DIR "/cpu%u/cpuidle/%s/disable", core, state) &&
			off)
			continue;
		worst = latency > worst ? latency : worst;
	}
	json_decref(states);
	if (worst > 100) {
		check_warn(e, "an idle worker core takes up to %llu us to wake",
			(unsigned long long)worst);
		check_fix(e, "cpupower idle-set -D 100, or idle-sleep-us=0 in [worker]");
	} else {
		check_pass(e, "a core wakes within %llu us", (unsigned long long)worst);
	}
}

SW_REGISTER(check, idle_states) = {
	.name = "idle-states",
	.help = "cores of sleeping workers wake soon",
	.group = CHECK_CPU,
	.run = check_idle_states,
};
