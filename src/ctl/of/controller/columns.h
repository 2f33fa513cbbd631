/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables and columns about controllers, for code that reads them by name; see ctl/columns.h.
 */
#ifndef CTL_OF_COLUMNS_H
#define CTL_OF_COLUMNS_H

#include <sw/table.h>

SW_USE(table, controller);
SW_USE(table, ssl);

SW_USE(column, open_ssl);
SW_USE(column, bridge_controller);
SW_USE(column, bridge_protocols);
SW_USE(column, controller_target);
SW_USE(column, controller_type);
SW_USE(column, controller_max_backoff);
SW_USE(column, controller_inactivity_probe);
SW_USE(column, controller_enable_async_messages);
SW_USE(column, controller_rate_limit);
SW_USE(column, controller_burst_limit);
SW_USE(column, controller_other_config);
SW_USE(column, ssl_private_key);
SW_USE(column, ssl_certificate);
SW_USE(column, ssl_ca_cert);
SW_USE(column, ssl_bootstrap_ca_cert);

#endif
