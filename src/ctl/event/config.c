/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The event "config": each stored transaction with its generation, who asked and what for. The rows it
 * changed are in the journal, and in the updates of those who subscribed to tables. Control thread.
 */
#include <stdio.h>
#include <stdlib.h>

#include <sw/event.h>
#include <sw/text.h>

#include "../change.h"
#include "../cmd.h"

#define WORDS_MAX 512 /* bytes of commands, about; the journal has all of them */

SW_USE(event, config);

static void hear(const struct change *change)
{
	struct sw_str text = { 0 };
	size_t i;
	json_t *command;

	sw_str_add(&text, "%s", "");
	json_array_foreach ((json_t *)change->commands, i, command) {
		if (text.len > WORDS_MAX) {
			sw_str_add(&text, " ... (%zu in all)", json_array_size(change->commands));
			break;
		}
		sw_str_add(&text, "%s", i ? " -- " : "");
		cmd_words_add(&text, command);
	}
	if (text.len > 2 * WORDS_MAX)
		text.s[2 * WORDS_MAX] = '\0'; /* a single command of many words */
	sw_event_tell(&sw_event_config,
		(struct sw_event_field[]){ { "generation", NULL, change->generation },
			{ "user", change->user, 0 }, { "commands", text.s, 0 }, { 0 } },
		"generation %llu by %s: %s", (unsigned long long)change->generation, change->user,
		text.s);
	free(text.s);
}

SW_REGISTER(event, config) = {
	.name = "config",
	.help = "the configuration was changed: generation, user, commands",
	.every = true,
};
SW_REGISTER(change_listener, config_event) = {
	.name = "config-event",
	.help = "tells each change as an event",
	.hear = hear,
};
