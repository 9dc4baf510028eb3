#include "fully_connected_x86_s8.h"

#include "x86_any.h"
#include "x86_avx2.h"
#include "x86_vnni.h"

void edgecnn_fully_connected_x86_s8(const edgecnn_fully_connected_x86_s8_params *p, const int8_t *input, int8_t *output,
                                    int8_t *scratch) {
  static const struct {
    void (*widen)(const int8_t *codes, int32_t count, void *copy);
    void (*vector)(const edgecnn_x86_layer *, const void *copy, int8_t *output);
    int32_t size; /* bytes of a code in the copy */
  } by_instructions[] = {{edgecnn_vnni_widen, edgecnn_vnni_vector, 1},
                         {edgecnn_avx2_widen, edgecnn_avx2_vector, 2},
                         {edgecnn_any_widen, edgecnn_any_vector, 1}};
  static const int8_t zeros[2 * EDGECNN_X86_TAPS] = {0};
  const int row = edgecnn_x86_instructions();
  const int32_t missing = p->layer.quads * EDGECNN_X86_TAPS - p->depth; /* 0 .. 7 */
  by_instructions[row].widen(input, p->depth, scratch);
  by_instructions[row].widen(zeros, missing, scratch + p->depth * by_instructions[row].size);
  by_instructions[row].vector(&p->layer, scratch, output);
}
