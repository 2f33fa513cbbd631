/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading a capture, by libpcap: pcap and pcapng, any byte order, micro- or nanoseconds.
 */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "layout.h"
#include "options.h"

#define FRAMES_MAX  (64U << 20)
#define FRAME_LEAST 14

static int wrong(const char *path, struct sw_err *err, const char *why)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "--pcap: %s: %s", path, why);

	sw_err_given(err, "%s", path);
	sw_err_hint(err, "a capture file with Ethernet frames, as tcpdump -w writes it");
	return rc;
}

struct growing {
	uint32_t frames;
	uint64_t used, size;
};

static void add_frame(
	struct replay *r, struct growing *g, const struct pcap_pkthdr *head, const u_char *data)
{
	uint64_t ns =
		head->ts.tv_sec * 1000000000ULL + head->ts.tv_usec; /* nanoseconds were asked for */

	if (r->n == g->frames) {
		g->frames = g->frames ? 2 * g->frames : 1024;
		r->frames = sw_xrealloc(r->frames, g->frames, sizeof(*r->frames));
	}
	while (g->used + head->caplen > g->size) {
		g->size = g->size ? 2 * g->size : 1 << 20;
		r->bytes = sw_xrealloc(r->bytes, g->size, 1);
	}
	memcpy(r->bytes + g->used, data, head->caplen);
	r->frames[r->n++] = (struct replay_frame){ ns, g->used, head->caplen };
	g->used += head->caplen;
}

/* Times as written may go back; a frame is never due before the one in front of it. */
static void make_relative(struct replay *r)
{
	uint64_t base = r->frames[0].ns, last = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		uint64_t ns = r->frames[i].ns > base ? r->frames[i].ns - base : 0;

		r->frames[i].ns = last = ns > last ? ns : last;
	}
}

static int read_frames(struct replay *r, pcap_t *pcap, const char *path, struct sw_err *err)
{
	struct growing grow = { 0 };
	struct pcap_pkthdr *head;
	const u_char *data;
	char why[128];
	int got;

	while ((got = pcap_next_ex(pcap, &head, &data)) == 1) {
		if (head->caplen < FRAME_LEAST || head->caplen > FRAME_MAX - FCS_LEN) {
			snprintf(why, sizeof(why), "frame %u has %u bytes, not %d to %d", r->n + 1,
				head->caplen, FRAME_LEAST, FRAME_MAX - FCS_LEN);
			return wrong(path, err, why);
		}
		if (r->n == FRAMES_MAX)
			return wrong(path, err, "has more frames than 67108864");
		add_frame(r, &grow, head, data);
	}
	if (got == PCAP_ERROR)
		return wrong(path, err, pcap_geterr(pcap));
	if (!r->n)
		return wrong(path, err, "has no frame");
	make_relative(r);
	return 0;
}

int replay_read(struct replay *r, const char *path, struct sw_err *err)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap =
		pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, why);
	int rc;

	memset(r, 0, sizeof(*r));
	if (!pcap)
		return wrong(path, err, why);
	rc = pcap_datalink(pcap) == DLT_EN10MB ? read_frames(r, pcap, path, err)
					       : wrong(path, err, "its frames are not of Ethernet");
	pcap_close(pcap);
	return rc;
}

void replay_fini(struct replay *r)
{
	free(r->frames);
	free(r->bytes);
}
