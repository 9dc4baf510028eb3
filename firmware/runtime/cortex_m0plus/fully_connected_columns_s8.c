#include "fully_connected_columns_s8.h"

enum { CHANNELS = 8 };

#if __ARM_ARCH_ISA_THUMB == 2
#define MAC(channel, sum)                  \
  "ldrb %[weight], [%[weights], #" channel \
  "]\n"                                    \
  "mla " sum ", %[weight], %[x], " sum "\n"
#else
#define MAC(channel, sum)                  \
  "ldrb %[weight], [%[weights], #" channel \
  "]\n"                                    \
  "muls %[weight], %[x], %[weight]\n"      \
  "add " sum ", %[weight]\n"
#endif

/* The sums of eight channels, modulo 2^32; returns where the weights of the next ones are. */
static const uint8_t *dots(const uint8_t *weights, const int8_t *end, int32_t depth, uint32_t sums[CHANNELS]) {
  uint32_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, x, weight;
  int32_t i = -depth;
  __asm__("1:\n"
          "ldrsb %[x], [%[end], %[i]]\n" MAC("0", "%[a]") MAC("1", "%[b]") MAC("2", "%[c]") MAC("3", "%[d]")
              MAC("4", "%[e]") MAC("5", "%[f]") MAC("6", "%[g]") MAC("7", "%[h]") "adds %[weights], %[weights], #8\n"
                                                                                  "adds %[i], %[i], #1\n"
                                                                                  "bne 1b\n"
          : [a] "+h"(a), [b] "+h"(b), [c] "+h"(c), [d] "+h"(d), [e] "+h"(e), [f] "+h"(f), [g] "+l"(g), [h] "+l"(h),
            [x] "=&l"(x), [weight] "=&l"(weight), [weights] "+l"(weights), [i] "+l"(i)
          : [end] "l"(end)
          : "cc", "memory");
  sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d, sums[4] = e, sums[5] = f, sums[6] = g, sums[7] = h;
  return weights;
}

void edgecnn_fully_connected_columns_s8(const edgecnn_fully_connected_columns_s8_params *p, const int8_t *input,
                                        int8_t *output) {
  for (int32_t row = 0; row < p->rows; row++) {
    const edgecnn_scale *scale = (const edgecnn_scale *)(const void *)p->scales;
    const uint8_t *weights = p->weights;
    uint32_t codes = 0; /* their sum, 128 times of which is too much in every sum of the channels */
    for (int32_t i = 0; i < p->input_depth; i++) codes += (uint32_t)(int32_t)*input++;
    for (int32_t left = p->output_channels; left > 0; left -= CHANNELS) {
      uint32_t sums[CHANNELS];
      weights = dots(weights, input, p->input_depth, sums);
      for (int32_t k = 0; k < CHANNELS && k < left; k++) {
        *output++ = edgecnn_scale_code(&p->scale, scale++, (int32_t)(sums[k] - 128 * codes));
      }
    }
  }
}
