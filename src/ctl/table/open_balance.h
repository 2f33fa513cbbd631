/* SPDX-License-Identifier: BSD-3-Clause */
/* The second's tick of the workers' load: for tests that have no timer. Control thread. */
#ifndef CTL_TABLE_OPEN_BALANCE_H
#define CTL_TABLE_OPEN_BALANCE_H

/* Take the settings of the configuration in force, sample, and balance if that is due. */
void balance_tick(void);

#endif
