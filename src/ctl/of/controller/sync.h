/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Controllers at work made equal to the rows: of a bridge when it is made (at start-up its row is there before it),
 * and of all whose rows a stored change touched. Nothing here can fail: what does not work is told by the rows'
 * status and tried again.
 *
 * Thread: control.
 */
#ifndef CTL_OF_SYNC_H
#define CTL_OF_SYNC_H

struct of_bridge;

void of_sync_bridge(struct of_bridge *of);
/* Its controllers go, before it does. */
void of_sync_end(struct of_bridge *of);
void of_sync_ssl(void);

#endif
