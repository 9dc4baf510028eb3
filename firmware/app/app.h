/* SPDX-License-Identifier: Apache-2.0 */
/* The program that every board runs: it answers the requests of protocol.h. */
#ifndef EDGECNN_APP_H
#define EDGECNN_APP_H

#ifdef __cplusplus
extern "C" {
#endif

/* Takes one received byte, if there is one, and answers the request that it completes. The first call runs the
 * self-test. To be called for ever. */
void app_poll(void);

#ifdef __cplusplus
}
#endif

#endif
