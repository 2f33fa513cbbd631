/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory of an intake, for as long as its port is open. Job thread.
 */
#include "intake.h"

#include <stdlib.h>

#include <sw/mem.h>

void intake_init(struct intake *in)
{
	in->cutting = false;
	in->big = sw_xcalloc(1, INTAKE_ROOM + GSO_LEN_MAX);
}

void intake_fini(struct intake *in)
{
	free(in->big);
	in->big = NULL;
}
