/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports and their statistics (1.3.5, 7.3.5.6, 7.3.5.7; 1.0.1, 5.3.5; 1.4 and 1.5 with properties). A bridge may have a
 * thousand ports whose devices are asked one by one, so the answer is made in pieces.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/action.h>
#include <sw/clock.h>
#include <sw/mem.h>

#include "../bridge.h"
#include "../codec/port.h"
#include "../conn/reply.h"
#include "../port_info.h"
#include "../ports.h"

#define OFPPSPT_ETHERNET     0
#define ETHERNET_STATS_BYTES 40

struct walk {
	struct of_work work;
	struct of_parts parts;
	struct of_port_ref *refs;
	unsigned n, at;
	void (*put)(
		struct of_conn *c, struct of_parts *parts, struct sw_port *port, uint32_t number);
};

static int step(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct walk *w = sw_container_of(work, struct walk, work);

	while (w->at < w->n) {
		struct of_port_ref *ref = &w->refs[w->at++];
		struct sw_port *port = of_port_ref_get(ref);

		if (port)
			w->put(c, &w->parts, port, ref->number);
		if (slice_over(slice) || of_conn_is_full(c))
			return SLICE_MORE;
	}
	of_parts_end(c, &w->parts);
	return 0;
}

static void walk_free(struct of_work *work)
{
	struct walk *w = sw_container_of(work, struct walk, work);

	of_parts_fini(&w->parts);
	free(w->refs);
	free(w);
}

/* The ports with that number, or all. */
static struct walk *walk_begin(struct of_conn *c, const struct of_msg *msg, uint32_t number)
{
	struct walk *w = sw_xcalloc(1, sizeof(*w));
	unsigned n = 0;

	w->work = (struct of_work){ step, walk_free };
	of_parts_begin(&w->parts, msg);
	w->refs = of_ports_list(c->bridge, &w->n);
	for (unsigned i = 0; i < w->n; i++)
		if (number == SW_OFPP_ANY || w->refs[i].number == number)
			w->refs[n++] = w->refs[i];
	w->n = n;
	c->work = &w->work;
	return w;
}

/* --- descriptions ----------------------------------------------------------------------------------------- */

static void put_desc(
	struct of_conn *c, struct of_parts *parts, struct sw_port *port, uint32_t number)
{
	struct of_port info;

	if (!of_port_of(port, &info))
		return;
	of_put_port(of_parts_entry(parts), &info, parts->version);
	of_parts_entry_end(c, parts);
}

static enum of_error port_desc(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t number = msg->version == OF15 ? of_u32(&body) : SW_OFPP_ANY;

	walk_begin(c, msg, number)->put = put_desc;
	return OF_FINE;
}

/* --- statistics ------------------------------------------------------------------------------------------- */

static void put_common(struct of_buf *out, const struct of_port_stats *s)
{
	of_put_u64(out, s->rx_packets);
	of_put_u64(out, s->tx_packets);
	of_put_u64(out, s->rx_bytes);
	of_put_u64(out, s->tx_bytes);
	of_put_u64(out, s->rx_dropped);
	of_put_u64(out, s->tx_dropped);
	of_put_u64(out, s->rx_errors);
	of_put_u64(out, s->tx_errors);
}

static void put_ethernet(struct of_buf *out, const struct of_port_stats *s)
{
	of_put_u64(out, s->rx_frame_err);
	of_put_u64(out, s->rx_over_err);
	of_put_u64(out, s->rx_crc_err);
	of_put_u64(out, s->collisions);
}

static void put_stats(
	struct of_conn *c, struct of_parts *parts, struct sw_port *port, uint32_t number)
{
	struct of_buf *out = of_parts_entry(parts);
	uint64_t age = of_ports_age_ms(c->bridge, port);
	size_t at = out->len;
	struct of_port_stats s;

	of_port_stats_of(port, &s);
	if (parts->version == OF10) {
		of_put_u16(out, of_port_to16(number));
		of_room(out, 6);
		put_common(out, &s);
		put_ethernet(out, &s);
	} else if (parts->version == OF13) {
		of_put_u32(out, number);
		of_put_u32(out, 0);
		put_common(out, &s);
		put_ethernet(out, &s);
		of_put_duration(out, age);
	} else {
		of_put_u32(out, 0); /* length, written below */
		of_put_u32(out, number);
		of_put_duration(out, age);
		put_common(out, &s);
		of_put_u16(out, OFPPSPT_ETHERNET);
		of_put_u16(out, ETHERNET_STATS_BYTES);
		of_put_u32(out, 0);
		put_ethernet(out, &s);
		of_patch_u16(out, at, out->len - at);
	}
	of_parts_entry_end(c, parts);
}

static enum of_error port_stats(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t number;
	struct walk *w;

	if (msg->version != OF10)
		number = of_u32(&body);
	else
		of_port_from16(of_u16(&body), &number);
	if (number == SW_OFPP_ALL)
		number = SW_OFPP_ANY;
	w = walk_begin(c, msg, number);
	w->put = put_stats;
	if (w->n || number == SW_OFPP_ANY)
		return OF_FINE;
	c->work = NULL;
	walk_free(&w->work);
	return OFPBRC_BAD_PORT;
}

SW_REGISTER(of_message, port_desc) = {
	.name = "port_desc",
	.help = "the ports of the bridge; 1.5: one of them",
	.ids = { { OF_V10_V13 | OF_V14, OF_MULTIPART, 0, 13, 0, 0 },
		{ OF_V15, OF_MULTIPART, 0, 13, 8, 0 } },
	.handle = port_desc,
};
SW_REGISTER(of_message, port_stats) = {
	.name = "port_stats",
	.help = "what ports have counted",
	.ids = { { OF_ALL, OF_MULTIPART, 0, 4, 8, 0 } },
	.handle = port_stats,
};
