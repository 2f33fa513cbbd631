/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients of the control socket made by hand, for tests that turn the loop of the server themselves:
 * whatever waits for an answer turns it until there is one.
 */
#ifndef API_HAND_H
#define API_HAND_H

#include "../lib/swtest.h"

#include <event2/event.h>

#include <jansson.h>

extern struct event_base *hand_base; /* the server's, and where its socket is */
extern char hand_path[64];

void turn(unsigned n);

int dial(void);
int dial_greeted(void); /* and the greeting is heard */

/* Send text; a request without parameters. */
void say(int fd, const char *text);
void ask(int fd, int id, const char *method);

/* The next line, or NULL at the end of file. */
json_t *hear(int fd);
void hear_greeting(int fd);
void hear_id(int fd, int id); /* a result of that request */
void hear_error(int fd, int number, const char *word);
void hear_end(int fd);

#endif
