/* SPDX-License-Identifier: BSD-3-Clause */
/* Roles from users and groups, and who still finds room on the control socket. */
#include "swtest.h"

#include <errno.h>
#include <unistd.h>

#include <sw/access.h>
#include <sw/err.h>

#include "../../src/ctl/api/admit.h"
#include "../../src/ctl/api/server.h"

/* Groups of a peer: those of this process, whatever their number, and its first one. */
static void peer_has_groups(void **state)
{
	struct sw_access access = { .has_group = true, .group = getegid() };
	uint32_t mine = getegid();

	assert_int_equal(sw_access_role(&access, geteuid() + 1, &mine, 1), SW_ROLE_ADMIN);
	access.group = getegid() + 1;
	assert_int_equal(sw_access_role(&access, geteuid() + 1, &mine, 1), SW_ROLE_NONE);
	assert_int_equal(sw_access_role(&access, geteuid(), NULL, 0), SW_ROLE_ADMIN);
	/* The highest of all that fit; with a list, socket-group alone gives nothing. */
	access.group = getegid();
	assert_int_equal(sw_access_add(&access, SW_ROLE_OPERATE, "70000", NULL), 0);
	assert_int_equal(sw_access_role(&access, geteuid() + 1, &mine, 1), SW_ROLE_NONE);
	assert_int_equal(sw_access_add(&access, SW_ROLE_READ, "*", NULL), 0);
	assert_int_equal(sw_access_role(&access, geteuid() + 1, &mine, 1), SW_ROLE_READ);
	assert_int_equal(sw_access_role(&access, 70000, &mine, 1), SW_ROLE_OPERATE);
}

/* No user but root and ours can take every place, nor can all that are no admins. */
static void places_are_kept(void **state)
{
	struct api_peer peer = { .uid = geteuid() + 1, .role = SW_ROLE_READ, .user = "x" };
	struct api_crowd crowd = { .all = API_CLIENTS_NO_ADMIN - 1,
		.same_user = API_CLIENTS_USER - 1,
		.no_admin = API_CLIENTS_NO_ADMIN - 1 };
	struct sw_err err;

	assert_int_equal(api_admit(&peer, &crowd, &err), 0);
	crowd.same_user = API_CLIENTS_USER;
	assert_int_equal(api_admit(&peer, &crowd, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "same user"));
	crowd = (struct api_crowd){ .all = API_CLIENTS_MAX - 1, .no_admin = API_CLIENTS_NO_ADMIN };
	assert_int_equal(api_admit(&peer, &crowd, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "no admin"));
	peer.role = SW_ROLE_ADMIN;
	assert_int_equal(api_admit(&peer, &crowd, &err), 0);
	crowd.all = API_CLIENTS_MAX;
	assert_int_equal(api_admit(&peer, &crowd, &err), -ENOSPC);
	crowd.all = API_CLIENTS_MAX - 1;
	peer.role = SW_ROLE_NONE;
	assert_int_equal(api_admit(&peer, &crowd, &err), -EPERM);
	peer = (struct api_peer){ .uid = geteuid(), .role = SW_ROLE_ADMIN };
	crowd.same_user = API_CLIENTS_MAX - 1;
	assert_int_equal(api_admit(&peer, &crowd, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_has_groups),
		cmocka_unit_test(places_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
