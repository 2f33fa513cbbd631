/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fact: the features of an interface, by the names that the kernel and "ethtool -k" give them (SIOCETHTOOL).
 */
#include "facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>

#include <sw/mem.h>
#include <sw/text.h>

#define FEATURES_MAX 1024 /* Linux 6.18 has 64 */

static bool ask(int fd, const char *iface, void *question)
{
	struct ifreq ifr = { .ifr_data = question };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	return ioctl(fd, SIOCETHTOOL, &ifr) == 0;
}

static unsigned count_features(int fd, const char *iface)
{
	struct {
		struct ethtool_sset_info head;
		uint32_t n;
	} q = { .head = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_FEATURES } };
	bool told = ask(fd, iface, &q) && q.head.sset_mask;

	return !told ? 0 : q.n < FEATURES_MAX ? q.n : FEATURES_MAX;
}

static void add_feature(struct sw_str *out, const char *name,
	const struct ethtool_get_features_block *b, unsigned bit)
{
	uint32_t mask = 1u << bit % 32;
	bool fixed = b->never_changed & mask || !(b->available & mask);

	sw_str_add(out, "%.*s: %s\n", ETH_GSTRING_LEN, name,
		b->active & mask ? "on"
		: fixed		 ? "fixed"
				 : "off");
}

static char *read_features(int fd, const char *iface)
{
	unsigned n = count_features(fd, iface), blocks = (n + 31) / 32;
	struct ethtool_gstrings *names = sw_xcalloc(1, sizeof(*names) + (n + 1) * ETH_GSTRING_LEN);
	struct ethtool_gfeatures *bits =
		sw_xcalloc(1, sizeof(*bits) + (blocks + 1) * sizeof(bits->features[0]));
	struct sw_str out = { 0 };

	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = n;
	bits->cmd = ETHTOOL_GFEATURES;
	bits->size = blocks;
	if (n && ask(fd, iface, names) && ask(fd, iface, bits))
		for (unsigned i = 0; i < n && i < names->len && i / 32 < bits->size; i++)
			add_feature(&out, (char *)names->data + i * ETH_GSTRING_LEN,
				&bits->features[i / 32], i);
	free(names);
	free(bits);
	return out.s;
}

char *fact_features(const struct facts *f, const char *iface)
{
	char *text, *path;
	int fd;

	if (!fact_is_live(f))
		return fact_read(f, "/features/%s", iface);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	text = read_features(fd, iface);
	close(fd);
	path = sw_xasprintf("/features/%s", iface);
	if (text && f->seen)
		f->seen(f->arg, path, text);
	free(path);
	return text;
}
