/* SPDX-License-Identifier: Apache-2.0 */
/* What the app keeps for a network with state, so that no inference is lost or computed twice (protocol.h). */
#ifndef EDGECNN_STATE_H
#define EDGECNN_STATE_H

#include <stdint.h>

#include "app_model.h"
#include "frame.h"
#include "protocol.h"
#include "runtime/flash.h"

/*
 * STATE_THERE_IS              1 or 0
 * state_sequence()            of the last request that touched the state
 * state_objection(request)    what stands against a request because of the state: a status
 * state_touch(request)        it is going to be carried out
 * state_reset()               forget all inferences
 * state_repeats(request)      whether this INFER was computed before
 * state_keep(ticks)           it was computed now; its outputs are in the arena
 * state_put()                 its answer once more
 */
#ifdef MODEL_HAS_STATE

#define STATE_THERE_IS 1

uint32_t state_sequence(void);
uint16_t state_objection(const frame_request *request);
void state_touch(const frame_request *request);
void state_reset(void);
int state_repeats(const frame_request *request);
void state_keep(uint32_t ticks);
void state_put(void);

#else

#define STATE_THERE_IS 0

static inline uint32_t state_sequence(void) {
  return 0;
}

static inline uint16_t state_objection(const frame_request *request) {
  (void)request;
  return PROTOCOL_OK;
}

static inline void state_touch(const frame_request *request) {
  (void)request;
}

static inline void state_reset(void) {}

static inline int state_repeats(const frame_request *request) {
  (void)request;
  return 0;
}

static inline void state_keep(uint32_t ticks) {
  (void)ticks;
}

static inline void state_put(void) {}

#endif

#endif
