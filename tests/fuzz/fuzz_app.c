/*
 * The app against a hostile line: noise, damaged frames and sound ones, in any order. Besides what the sanitizers see:
 * a damaged frame is never answered, a sound one exactly once, and rightly, whatever came before it.
 *
 * The input of the fuzzer is a program of steps, each a byte for what to do and a few for how. Built with libFuzzer by
 * run.sh; with -DSTANDALONE it makes its own inputs: fuzz_app COUNT SEED.
 */
#include "fuzz.h"

/* The fuzzer's bytes, zeros after their end. */
typedef struct {
  const uint8_t *at, *end;
} source;

static uint32_t take(source *from, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; i++) value = value << 8 | (from->at < from->end ? *from->at++ : 0u);
  return value;
}

static void noise(source *from) {
  payload ignored;
  const size_t wanted = take(from, 1), left = (size_t)(from->end - from->at), size = wanted < left ? wanted : left;
  say(from->at, size);
  from->at += size;
  answers(&ignored);
}

/* A request, sound unless `damage`: then one byte of it is changed, or what follows it is cut off. */
static void request(source *from, int damage) {
  static const uint16_t sizes[] = {
      0, MODEL_INPUT_TOTAL, MODEL_INPUT_TOTAL, MODEL_INPUT_TOTAL - 1, MODEL_INPUT_TOTAL + 1, LONGEST_BODY};
  static payload asked, answer;
  static uint8_t wire[WIRE];
  const uint32_t choice = take(from, 1);
  uint32_t pattern = take(from, 2);
  asked.size = 0;
  put(&asked, choice & 128 ? take(from, 1) : PROTOCOL_VERSION, 1);
  put(&asked, choice & 64 ? take(from, 1) : 1 + take(from, 1) % 10, 1);
  put(&asked, choice & 32 ? take(from, 2) : take(from, 1) % 3, 2);
  put(&asked, choice & 8 ? last_sequence() + take(from, 1) % 4 - 1 : take(from, 4), 4);
  for (size_t i = sizes[choice % 6]; i > 0; i--) {
    pattern = pattern * UINT32_C(1664525) + UINT32_C(1013904223);
    put(&asked, choice & 16 ? pattern >> 24 : pattern >> 31, 1); /* few zeros, or many */
  }
  put(&asked, crc_of(asked.bytes, asked.size), 4);
  size_t size = stuff(&asked, wire);
  if (damage) {
    const size_t place = 1 + take(from, 2) % (size - 3); /* not the last code: an empty block may be missing */
    if (damage == 1) wire[place] ^= (uint8_t)(1 + take(from, 1) % 255);
    if (damage == 2) {
      wire[place] = 0;
      size = place + 1;
    }
  }
  say(wire, size);
  const int count = answers(&answer);
  CHECK(count == !damage);
  if (!damage) check_answer(&asked, &answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  source from = {data, data + size};
  while (from.at < from.end) {
    const uint32_t what = take(&from, 1) % 8;
    if (what < 2)
      noise(&from);
    else
      request(&from, what < 4 ? (int)what - 1 : 0);
  }
  return 0;
}

#ifdef STANDALONE
int main(int count, char **arguments) {
  if (count != 3) return 2;
  uint32_t x = (uint32_t)strtoul(arguments[2], NULL, 10) * 2 + 1;
  for (long run = strtol(arguments[1], NULL, 10); run > 0; run--) {
    uint8_t data[96];
    for (size_t i = 0; i < sizeof data; i++) {
      x ^= x << 13, x ^= x >> 17, x ^= x << 5;
      data[i] = (uint8_t)(x >> 24);
    }
    LLVMFuzzerTestOneInput(data, sizeof data);
  }
  return 0;
}
#endif
