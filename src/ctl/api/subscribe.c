/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Methods subscribe and unsubscribe. The answer names the place the client begins at; what it missed, or all
 * there is, comes in updates behind the answer. Control thread.
 */
#include "method.h"

#include <string.h>

#include <sw/err.h>

#include "../feed/feed.h"
#include "client.h"
#include "subscriber.h"

static int bad_resume(struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "\"resume\" does not say where to go on from");

	sw_err_path(err, "params.resume");
	sw_err_allowed(err, "{\"epoch\": \"...\", \"seq\": 1}, as the answer and the updates said");
	return rc;
}

static int check_resume(const json_t *resume, struct sw_err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)resume, name, value)
		if (strcmp(name, "epoch") && strcmp(name, "seq"))
			return bad_resume(err);
	if (resume && (!json_is_string(json_object_get(resume, "epoch")) ||
			      !json_is_integer(json_object_get(resume, "seq"))))
		return bad_resume(err);
	return 0;
}

/* Can this view go on from there? */
static bool can_resume(const struct view *v, const json_t *resume)
{
	json_int_t seq = json_integer_value(json_object_get(resume, "seq"));
	const char *epoch = json_string_value(json_object_get(resume, "epoch"));

	return resume && !strcmp(epoch, v->epoch) && seq > 0 && (uint64_t)seq <= v->seq &&
	       (view_has(v, seq) || (uint64_t)seq >= v->gone_up_to);
}

static int read_topics(const struct api_call *call, struct topics *topics, struct sw_err *err)
{
	const json_t *tables = api_param(call, "tables"), *events = api_param(call, "events");
	int rc = topics_read(topics, tables, events, err);

	if (!rc)
		rc = topics_set_interval(topics, api_param(call, "interval"), err);
	if (!rc && !json_object_size(tables) && !json_array_size(events)) {
		rc = sw_err_set(err, SW_CODE_USAGE, "subscribe names neither tables nor events");
		sw_err_hint(err, "{\"tables\": {\"*\": []}, \"events\": [\"*\"]} is all there is");
	}
	return rc;
}

static int run_subscribe(struct api_call *call, struct sw_err *err)
{
	const json_t *resume = api_param(call, "resume");
	struct subscription *s;
	struct topics topics = { 0 };
	struct view *view;
	bool resumed;
	int rc = check_resume(resume, err);

	if (!rc && subscriber_count(call->client) >= SUBSCRIPTIONS_MAX) {
		rc = sw_err_set(err, SW_CODE_LIMIT, "this client has %d subscriptions already",
			SUBSCRIPTIONS_MAX);
		sw_err_hint(err, "end one with unsubscribe, or name more in one subscription");
	}
	if (!rc)
		rc = read_topics(call, &topics, err);
	view = rc ? NULL : feed_join(&topics, err);
	topics_fini(&topics);
	if (!view)
		return rc ? rc : sw_err_errno(SW_CODE_LIMIT);
	resumed = can_resume(view, resume);
	s = subscriber_add(
		call->client, view, resumed, json_integer_value(json_object_get(resume, "seq")));
	call->result = json_pack("{s:I, s:s, s:I, s:b}", "subscription", (json_int_t)s->id, "epoch",
		view->epoch, "seq", (json_int_t)s->at, "resumed", resumed);
	return 0;
}

static int run_unsubscribe(struct api_call *call, struct sw_err *err)
{
	json_int_t id = json_integer_value(api_param(call, "subscription"));
	struct subscription *s = subscriber_find(call->client, id);

	if (!s) {
		sw_err_set(err, SW_CODE_NOT_FOUND, "this client has no subscription %lld",
			(long long)id);
		sw_err_given(err, "%lld", (long long)id);
		return sw_err_errno(SW_CODE_NOT_FOUND);
	}
	subscriber_end(call->client, s);
	call->result = json_object();
	return 0;
}

static const struct api_param subscribe_params[] = {
	{ "tables", API_OBJECT, false,
		"columns by table: {\"Interface\": [\"link_state\"]}; [] is all but statistics, "
		"\"*\" all tables" },
	{ "events", API_ARRAY, false,
		"kinds of events, as \"event list\" names them; \"*\" is all" },
	{ "interval", API_INT, false,
		"milliseconds between two looks at computed columns, 100 to 60000; 1000" },
	{ "resume", API_OBJECT, false,
		"{\"epoch\", \"seq\"} of an earlier subscription to the same" },
	{ 0 },
};

SW_REGISTER(method, subscribe) = {
	.name = "subscribe",
	.help = "all rows as they are, then each change and event as it comes, as updates",
	.role = SW_ROLE_READ,
	.params = subscribe_params,
	.run = run_subscribe,
};

static const struct api_param unsubscribe_params[] = {
	{ "subscription", API_INT, true, "its number, from the answer of subscribe" },
	{ 0 },
};

SW_REGISTER(method, unsubscribe) = {
	.name = "unsubscribe",
	.help = "end a subscription",
	.role = SW_ROLE_READ,
	.params = unsubscribe_params,
	.run = run_unsubscribe,
};
