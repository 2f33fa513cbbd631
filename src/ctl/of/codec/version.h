/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The versions of OpenFlow that are spoken, by the number on the wire: 1.0.1 and 1.0.2 are one, as are 1.3.x, 1.4.x,
 * 1.5.x. Sets of them are bit masks, as in the version bitmap of HELLO (1.3.5, 7.5.1).
 */
#ifndef CTL_OF_VERSION_H
#define CTL_OF_VERSION_H

#include <stdbool.h>
#include <stdint.h>

enum { OF10 = 1, OF13 = 4, OF14 = 5, OF15 = 6 };

#define OF_BIT(version) (1u << (version))
#define OF_V10		OF_BIT(OF10)
#define OF_V13		OF_BIT(OF13)
#define OF_V14		OF_BIT(OF14)
#define OF_V15		OF_BIT(OF15)
#define OF_V13_V14	(OF_V13 | OF_V14)
#define OF_V10_V13	(OF_V10 | OF_V13)
#define OF_V14_UP	(OF_V14 | OF_V15)
#define OF_V13_UP	(OF_V13 | OF_V14_UP)
#define OF_ALL		(OF_V10 | OF_V13_UP)

/* Experimenters whose extensions we know. */
#define OF_NICIRA 0x00002320u
#define OF_ONF	  0x4f4e4600u

#endif
