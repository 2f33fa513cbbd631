/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of the switch before the checks run: from itself when it answers, else from the boot file
 * and the defaults, through the same plan that swd makes. Each question has a time-out of its own, and
 * after one that was missed nothing more is asked.
 */
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/text.h>

#define ASK_TIMEOUT_S \
	3 /* the control loop promises 10 ms; a doctor must not hang with the patient */

/* The daemon's log names are not here, so any levels of the boot file are taken. */
int sw_boot_log(const char *levels, bool apply, struct sw_err *err)
{
	return 0;
}

const char *exam_text(const json_t *record, const char *name)
{
	const char *text = json_string_value(json_object_get(record, name));

	return text ? text : "";
}

const json_t *exam_record(const json_t *records, const char *uuid)
{
	json_t *record;
	size_t i;

	json_array_foreach (records, i, record)
		if (!strcmp(exam_text(record, "_uuid"), uuid))
			return record;
	return NULL;
}

const json_t *exam_cell(const json_t *table, const json_t *row, const char *column)
{
	json_t *name;
	size_t i;

	json_array_foreach (json_object_get(table, "columns"), i, name)
		if (!strcmp(json_string_value(name), column))
			return json_array_get(row, i);
	return NULL;
}

json_int_t exam_cell_int(const json_t *table, const json_t *row, const char *column)
{
	return json_integer_value(exam_cell(table, row, column));
}

const char *exam_cell_text(const json_t *table, const json_t *row, const char *column)
{
	const char *text = json_string_value(exam_cell(table, row, column));

	return text ? text : "";
}

const json_t *exam_fact(const json_t *table, const char *name)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(table, "rows"), i, row) {
		const char *cell = json_string_value(json_array_get(row, 0));

		if (cell && !strcmp(cell, name))
			return json_array_get(row, 1);
	}
	return NULL;
}

static json_t *words_of(const char *command)
{
	json_t *words = json_array();

	while (*command) {
		size_t len = strcspn(command, " ");

		json_array_append_new(words, json_stringn(command, len));
		command += len + strspn(command + len, " ");
	}
	return words;
}

static void note_fault(struct exam *e, const struct fault *fault)
{
	e->state = fault->status == EXIT_TIMED_OUT	 ? DAEMON_SILENT
		   : fault->status == EXIT_NOT_PERMITTED ? DAEMON_FORBIDDEN
							 : DAEMON_DOWN;
	snprintf(e->why, sizeof(e->why), "%s", fault->text);
}

json_t *exam_call(struct exam *e, const char *method, json_t *params)
{
	struct fault fault = { 0 };
	json_t *result, *error = NULL;
	int status;

	if (e->state != DAEMON_UP) {
		json_decref(params);
		return NULL;
	}
	fault_keep(&fault);
	result = link_ask(&e->link, method, params, &error, &status);
	fault_keep(NULL);
	if (!result && !error)
		note_fault(e, &fault);
	json_decref(error);
	return result;
}

const json_t *exam_ask(struct exam *e, const char *command)
{
	json_t *known = json_object_get(e->answers, command), *result, *value;

	if (!known && e->state == DAEMON_UP) {
		result = exam_call(
			e, "transact", json_pack("{s:[o]}", "commands", words_of(command)));
		value = json_object_get(
			json_array_get(json_object_get(result, "results"), 0), "value");
		json_object_set(e->answers, command, value ? value : json_null());
		json_decref(result);
		known = json_object_get(e->answers, command);
	}
	return json_is_null(known) ? NULL : known;
}

static void set_text(const char **field, const json_t *table, const char *name)
{
	const char *text = json_string_value(exam_fact(table, name));

	if (text)
		sw_boot_text(field, text);
}

static void set_cores(uint8_t *bits, const json_t *table, const char *name)
{
	const char *text = json_string_value(exam_fact(table, name));
	uint8_t found[SW_CORE_MAX / 8] = { 0 };

	if (text && !sw_parse_ranges(text, found, SW_CORE_MAX))
		memcpy(bits, found, sizeof(found));
}

static void learn_from_daemon(struct exam *e)
{
	const json_t *facts = exam_ask(e, "daemon show");
	struct sw_boot *boot = &e->boot;

	if (!facts)
		return;
	snprintf(e->version, sizeof(e->version), "%s",
		json_string_value(exam_fact(facts, "version")));
	e->pid = json_integer_value(exam_fact(facts, "pid"));
	e->uid = json_integer_value(exam_fact(facts, "uid"));
	e->uptime_s = json_integer_value(exam_fact(facts, "uptime_s"));
	set_text(&boot->state_dir, facts, "state_dir");
	set_text(&boot->run_dir, facts, "run_dir");
	set_text(&boot->socket_path, facts, "socket");
	set_text(&boot->vhost_dir, facts, "vhost_dir");
	boot->laptop = json_is_true(exam_fact(facts, "laptop_mode"));
	boot->memory_mb = json_integer_value(exam_fact(facts, "memory_mb"));
	boot->idle_sleep_us = json_integer_value(exam_fact(facts, "idle_sleep_us"));
	set_cores(e->workers, facts, "worker_cores");
	set_cores(e->control, facts, "control_cores");
}

/* The machine as swd would see it, of files that can be moved. */
static void read_machine(struct exam *e, struct sw_machine *machine)
{
	char *status = fact_read(&e->facts, "/proc/self/status"), list[1024];
	json_t *sizes = fact_list(&e->facts, "/sys/kernel/mm/hugepages"), *name;
	size_t i;

	memset(machine, 0, sizeof(*machine));
	if (fact_line(status, "Cpus_allowed_list", list, sizeof(list)))
		sw_parse_ranges(list, machine->cpus, SW_CORE_MAX);
	free(status);
	memcpy(machine->isolated, e->isolated, sizeof(machine->isolated));
	json_array_foreach (sizes, i, name) {
		const char *text = json_string_value(name);
		uint64_t pages = 0, reserved = 0;
		unsigned long kb;

		if (sscanf(text, "hugepages-%lukB", &kb) != 1)
			continue;
		fact_number(&e->facts, &pages, "/sys/kernel/mm/hugepages/%s/free_hugepages", text);
		fact_number(
			&e->facts, &reserved, "/sys/kernel/mm/hugepages/%s/resv_hugepages", text);
		machine->huge_free_mb += pages > reserved ? (pages - reserved) * kb / 1024 : 0;
	}
	json_decref(sizes);
}

/* What swd would make of its boot file on this machine. */
static void learn_from_file(struct exam *e, const char *config)
{
	struct sw_machine machine;
	struct sw_err err = { 0 };
	int rc;

	read_machine(e, &machine);
	e->boot.huge_free_mb = machine.huge_free_mb;
	rc = config ? sw_boot_read(&e->boot, config, &err) : 0;
	if (!rc && e->global->socket)
		sw_boot_text(&e->boot.socket_path, e->global->socket);
	sw_boot_finish(&e->boot);
	e->uid = e->boot.has_user ? e->boot.user : geteuid();
	if (!rc)
		rc = sw_boot_plan(&e->boot, &machine, &err);
	if (rc)
		snprintf(e->config_fault, sizeof(e->config_fault), "%s%s%s%s%s", err.path,
			*err.path ? ": " : "", err.text, *err.allowed ? "; allowed: " : "",
			err.allowed);
	for (unsigned i = 0; i < e->boot.n_cores; i++)
		core_add(e->workers, e->boot.cores[i]);
	memcpy(e->control, e->boot.control_cpus, sizeof(e->control));
	if (rc && e->boot.control_core >= 0) /* no plan was made; what was asked for is known */
		core_add(e->control, e->boot.control_core);
}

static void thread_cores(struct exam *e, const char *tid, uint8_t *bits)
{
	char *status = fact_read(&e->facts, "/proc/%d/task/%s/status", e->pid, tid), list[1024];
	uint8_t found[SW_CORE_MAX / 8] = { 0 };

	if (fact_line(status, "Cpus_allowed_list", list, sizeof(list)) &&
		!sw_parse_ranges(list, found, SW_CORE_MAX))
		for (unsigned i = 0; i < sizeof(found); i++)
			bits[i] |= found[i];
	free(status);
}

/* A process that does not answer shows by its threads where it polls, and by its first where control is. */
static void learn_from_process(struct exam *e)
{
	uint8_t workers[SW_CORE_MAX / 8] = { 0 }, control[SW_CORE_MAX / 8] = { 0 };
	json_t *tasks = fact_list(&e->facts, "/proc/%d/task", e->pid), *name;
	size_t i;

	json_array_foreach (tasks, i, name) {
		const char *tid = json_string_value(name);
		char *comm = fact_read(&e->facts, "/proc/%d/task/%s/comm", e->pid, tid);

		if (comm && !strncmp(comm, "swd-w", 5))
			thread_cores(e, tid, workers);
		else if (atoi(tid) == e->pid)
			thread_cores(e, tid, control);
		free(comm);
	}
	json_decref(tasks);
	if (!core_count(workers))
		return;
	memcpy(e->workers, workers, sizeof(workers));
	memcpy(e->control, control, sizeof(control));
}

static void open_link(struct exam *e)
{
	static struct args args; /* the link keeps its address for as long as it is used */
	struct ucred cred = { 0 };
	socklen_t size = sizeof(cred);
	struct fault fault = { 0 };

	args = *e->global;
	if (!args.socket && e->boot.config_path)
		args.socket = e->boot.socket_path;
	if (!args.timeout_s || args.timeout_s > ASK_TIMEOUT_S)
		args.timeout_s = ASK_TIMEOUT_S;
	e->state = DAEMON_UP;
	fault_keep(&fault);
	if (link_open(&e->link, &args, false))
		note_fault(e, &fault);
	fault_keep(NULL);
	sw_boot_text(&e->boot.socket_path, e->link.path);
	if (e->link.fd >= 0 && !getsockopt(e->link.fd, SOL_SOCKET, SO_PEERCRED, &cred, &size))
		e->pid = cred.pid;
}

void exam_init(
	struct exam *e, const struct args *global, const struct facts *facts, const char *config)
{
	memset(e, 0, sizeof(*e));
	e->global = global;
	e->facts = *facts;
	e->qemu_user = "libvirt-qemu";
	e->answers = json_object();
	fact_cores(&e->facts, e->isolated, "/sys/devices/system/cpu/isolated");
	sw_boot_defaults(&e->boot);
	learn_from_file(e, config);
	open_link(e);
	if (e->state == DAEMON_UP)
		learn_from_daemon(e);
	else if (e->pid)
		learn_from_process(e);
}

void exam_fini(struct exam *e)
{
	link_close(&e->link);
	sample_fini(e);
	json_decref(e->answers);
	sw_boot_fini(&e->boot);
}

const char *exam_proc(const struct exam *e, char buf[16])
{
	char path[40];
	struct stat st;

	snprintf(buf, 16, "%d", e->pid);
	snprintf(path, sizeof(path), "/proc/%d", e->pid);
	return e->pid && !fact_stat(&e->facts, &st, path) ? buf : "self";
}

bool exam_capable(const struct exam *e, unsigned capability)
{
	char proc[16], caps[32], *status;
	bool has = false;

	status = fact_read(&e->facts, "/proc/%s/status", exam_proc(e, proc));
	if (fact_line(status, "CapEff", caps, sizeof(caps)))
		has = strtoull(caps, NULL, 16) >> capability & 1;
	free(status);
	return has;
}

bool exam_is_laptop(const struct exam *e)
{
	return e->boot.laptop;
}
