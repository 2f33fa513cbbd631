/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See hello.h.
 */
#include "hello.h"

#include <stdio.h>

#include "version.h"

#define OFPHET_VERSIONBITMAP 1
#define ELEMENT_HEAD	     4

void of_put_hello(struct of_buf *out, uint32_t versions)
{
	of_put_u16(out, OFPHET_VERSIONBITMAP);
	of_put_u16(out, ELEMENT_HEAD + sizeof(versions));
	of_put_u32(out, versions);
}

uint32_t of_hello_bitmap(struct of_cursor c)
{
	while (of_left(&c) >= ELEMENT_HEAD) {
		uint16_t type = of_u16(&c), len = of_u16(&c);
		struct of_cursor body =
			of_sub(&c, len < ELEMENT_HEAD ? SIZE_MAX : len - ELEMENT_HEAD);

		if (body.over)
			break;
		if (type == OFPHET_VERSIONBITMAP && of_left(&body) >= sizeof(uint32_t))
			return of_u32(&body);
		of_skip(&c, -len & 7); /* elements begin at multiples of eight bytes */
	}
	return 0;
}

uint8_t of_hello_agree(uint32_t ours, uint8_t version, uint32_t bitmap)
{
	uint8_t lower = version < of_highest(ours) ? version : of_highest(ours);

	if (bitmap)
		return of_highest(ours & bitmap);
	return ours & OF_BIT(lower) ? lower : 0;
}

const char *of_versions_text(uint32_t versions, char text[OF_VERSIONS_TEXT])
{
	char *at = text;

	*text = '\0';
	for (unsigned v = OF10; v <= OF15 + 1; v++)
		if (versions & OF_BIT(v))
			at += sprintf(at, " 1.%u", v - 1);
	return text;
}

uint8_t of_hello_refusal(uint32_t ours, uint8_t version)
{
	return version && version < of_highest(ours) ? version : of_highest(ours);
}
