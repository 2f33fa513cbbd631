/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of the way to OpenFlow controllers.
 */
#include "doctor.h"

#include <string.h>

static bool works(const json_t *controller, const json_t *status)
{
	return json_is_true(json_object_get(controller, "is_connected")) ||
	       !strcmp(exam_text(status, "state"), "LISTENING");
}

static void check_controller(struct exam *e, const json_t *bridge, const json_t *controller)
{
	const json_t *status = json_object_get(controller, "status");
	const char *name = exam_text(bridge, "name"), *target = exam_text(controller, "target");
	bool secure = !strcmp(exam_text(bridge, "fail_mode"), "secure");
	const char *lost = exam_text(status, "packet-in-lost");

	if (*lost) {
		check_warn(
			e, "bridge %s: %s packets for controller %s were lost", name, lost, target);
		check_fix(e,
			"swctl get controller %s controller_rate_limit status (a limit, or it "
			"does not keep up)",
			exam_text(controller, "_uuid"));
	}
	if (works(controller, status))
		return;
	check_warn(e, "bridge %s: controller %s is not connected: %s%s", name, target,
		*exam_text(status, "last_error") ? exam_text(status, "last_error") : "not yet",
		secure ? " (fail_mode secure: only the rules that are there hold)" : "");
	check_fix(e,
		"swctl list controller; swctl event show (since when); swctl set-controller %s "
		"TARGET (where it is now)",
		name);
}

static void check_controllers(struct exam *e)
{
	const json_t *rows = exam_ask(e, "list controller");
	json_t *bridge, *uuid;
	size_t i, k;

	json_array_foreach (exam_ask(e, "list bridge"), i, bridge) {
		json_array_foreach (json_object_get(bridge, "controller"), k, uuid) {
			const json_t *row = exam_record(rows, json_string_value(uuid));

			if (row)
				check_controller(e, bridge, row);
		}
	}
	if (!check_found(e))
		check_pass(e, "%zu configured, all in touch", json_array_size(rows));
}

SW_REGISTER(check, controllers) = {
	.name = "controllers",
	.help = "controllers are connected, and get the packets that are for them",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_controllers,
};
