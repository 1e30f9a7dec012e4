/* What the files of the conformance guest share. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "wflow.h"

/* Each file adds its flows and tasks. */
void add_values(void);
void add_futures(void);
void add_runs(void);
void add_ends(void);
void add_said(void);
void add_granted(void);
void add_timed(void);

/* Submits a run with one argument. */
wflow_future submit_one(const char *task, wflow_input input);
/* The kind and the message of a failure, or the result, as JSON. */
wflow_result told(wflow_result result);
/* How a run ended, in one word. */
wflow_result kind_of(wflow_future run);

#endif
