//===- roof.c - What this processor can do --------------------------------===//
//
//   roof THREADS BYTES
//
// Lines read have a kind: `f32`, `bf16` or `read`. For each it measures for some
// milliseconds, all threads busy, and prints one number: floating-point operations
// a second of f32 multiply-adds or of bf16 dot products, or bytes a second read
// from memory. Where the compiler's target has no bf16 dot product, bf16 is
// computed in f32.
//
//===----------------------------------------------------------------------===//

#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
typedef float Vector __attribute__((vector_size(BYTES)));
enum { LANES = BYTES / 4, CHAINS = BYTES == 64 ? 24 : 12 };

/// As many independent sums as registers allow: the latency is hidden.
__attribute__((noinline)) static float sumF32(long steps) {
  Vector sums[CHAINS], x, y;
  for (int i = 0; i < LANES; ++i)
    x[i] = 1.0f, y[i] = 1e-9f;
  for (int i = 0; i < CHAINS; ++i)
    sums[i] = x * (float)i;
  for (long step = 0; step < steps; ++step) {
#pragma GCC unroll 24
    for (int i = 0; i < CHAINS; ++i)
      sums[i] += x * y;
    // Not known to be the same in the next step.
#if BYTES == 64 || defined(__AVX__) || defined(__SSE__)
    __asm__ volatile("" : "+x"(x), "+x"(y));
#else
    __asm__ volatile("" : "+w"(x), "+w"(y));
#endif
  }
  for (int i = 1; i < CHAINS; ++i)
    sums[0] += sums[i];
  return sums[0][0];
}
static const double kFlopsF32 = 2.0 * LANES * CHAINS;

#ifdef __AVX512BF16__
__attribute__((noinline)) static float sumBF16(long steps) {
  __m512 sums[CHAINS], x = _mm512_set1_ps(1.0f), y = _mm512_set1_ps(1e-9f);
  for (int i = 0; i < CHAINS; ++i)
    sums[i] = _mm512_set1_ps((float)i);
  for (long step = 0; step < steps; ++step) {
#pragma GCC unroll 24
    for (int i = 0; i < CHAINS; ++i)
      sums[i] = _mm512_dpbf16_ps(sums[i], (__m512bh)x, (__m512bh)y);
    __asm__ volatile("" : "+x"(x), "+x"(y));
  }
  for (int i = 1; i < CHAINS; ++i)
    sums[0] = _mm512_add_ps(sums[0], sums[i]);
  return sums[0][0];
}
static const double kFlopsBF16 = 4.0 * LANES * CHAINS;
#else
static float sumBF16(long steps) { return sumF32(steps); }
static const double kFlopsBF16 = 2.0 * LANES * CHAINS;
#endif

static const char *memory;
static size_t size;

/// Bytes from `begin`, a multiple of eight vectors.
__attribute__((noinline)) static float readBytes(size_t begin, size_t bytes) {
  const Vector *data = (const Vector *)(memory + begin);
  Vector sums[8];
  memset(sums, 0, sizeof(sums));
  for (size_t i = 0; i + 8 <= bytes / sizeof(Vector); i += 8)
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j)
      sums[j] += data[i + j];
  for (int j = 1; j < 8; ++j)
    sums[0] += sums[j];
  return sums[0][0];
}

enum Kind { F32, BF16, Read };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static int threads;
static enum Kind kind;
static long steps;
static pthread_barrier_t barrier;
static volatile float sink;
static double started, ended[256];

static void *work(void *argument) {
  long index = (long)argument;
  pthread_barrier_wait(&barrier);
  if (!index)
    started = now();
  pthread_barrier_wait(&barrier);
  size_t part = size / threads / 4096 * 4096;
  sink = kind == F32    ? sumF32(steps)
         : kind == BF16 ? sumBF16(steps)
                        : readBytes(index * part, part);
  ended[index] = now();
  return NULL;
}

/// From the start to the end of the last thread.
static double measure(enum Kind which, long count) {
  pthread_t handles[256];
  kind = which;
  steps = count;
  for (long i = 1; i < threads; ++i)
    if (pthread_create(&handles[i], NULL, work, (void *)i))
      exit(1);
  work(NULL);
  double end = ended[0];
  for (int i = 1; i < threads; ++i) {
    pthread_join(handles[i], NULL);
    end = ended[i] > end ? ended[i] : end;
  }
  return end - started;
}

int main(int argc, char **argv) {
  threads = argc == 3 ? atoi(argv[1]) : 0;
  size = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
  if (threads < 1 || threads > 256 || size < 4096ull * threads) {
    fprintf(stderr, "roof: expects a number of threads and of bytes\n");
    return 1;
  }
  const size_t huge = 2 << 20;
  void *buffer = aligned_alloc(huge, (size + huge - 1) / huge * huge);
  if (!buffer) {
    fprintf(stderr, "roof: expects %zu bytes of memory\n", size);
    return 1;
  }
#ifdef MADV_HUGEPAGE
  madvise(buffer, size, MADV_HUGEPAGE); // a wish: either answer is fine
#endif
  memset(buffer, 0, size);
  memory = buffer;
  pthread_barrier_init(&barrier, NULL, threads);
  char line[64];
  while (fgets(line, sizeof(line), stdin)) {
    long count = 3000000;
    double part = (double)(size / threads / 4096 * 4096), rate;
    if (!strcmp(line, "f32\n")) {
      rate = threads * kFlopsF32 * count / measure(F32, count);
    } else if (!strcmp(line, "bf16\n")) {
      rate = threads * kFlopsBF16 * count / measure(BF16, count);
    } else if (!strcmp(line, "read\n")) {
      rate = threads * part / measure(Read, 0);
    } else {
      fprintf(stderr, "roof: expects f32, bf16 or read, found %s", line);
      return 1;
    }
    printf("%.6g\n", rate);
    fflush(stdout);
  }
  return 0;
}
