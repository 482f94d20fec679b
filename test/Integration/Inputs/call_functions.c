// Calls compiled functions as a C program would, and as it should not.

#define _GNU_SOURCE
#include "bytes.h"
#include "checked.h"
#include "other.h"
#include "pairs.h"
#include "picked.h"
#include "project.h"
#include "sum.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define EXPECT(condition)                                                      \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("line %d: expects %s; errors: '%s' '%s' '%s'\n", __LINE__,        \
             #condition, project_error(), pairs_error(), checked_error());     \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

enum { T = 5, K = 3, N = 4 };

static void fill(float *numbers, int count, int start) {
  for (int i = 0; i < count; ++i)
    numbers[i] = (i * 7 + start) % 5 - 2;
}

// y = x * w + bias, of small integers.
static void expect_projection(const float *x, const float *w, const float *bias,
                              const float *y, int tokens) {
  for (int t = 0; t < tokens; ++t)
    for (int n = 0; n < N; ++n) {
      float sum = bias[n];
      for (int k = 0; k < K; ++k)
        sum += x[t * K + k] * w[k * N + n];
      EXPECT(y[t * N + n] == sum);
    }
}

static float x[T * K], w[K * N], bias[N], y[T * N];
static project_prepared *prepared;

// What is prepared is a copy of the parameters.
static void test_prepare(void) {
  float *copy = malloc(sizeof(w)), *copied_bias = malloc(sizeof(bias));
  memcpy(copy, w, sizeof(w));
  memcpy(copied_bias, bias, sizeof(bias));
  EXPECT(project_prepare(K, N, copy, copied_bias, 2, &prepared) == MOE_SUCCESS);
  memset(copy, 0x7f, sizeof(w));
  memset(copied_bias, 0x7f, sizeof(bias));
  free(copy);
  free(copied_bias);
  for (unsigned threads = 0; threads < 4; ++threads) {
    memset(y, 0, sizeof(y));
    EXPECT(project(prepared, T, K, x, y, threads) == MOE_SUCCESS);
    expect_projection(x, w, bias, y, T);
  }
}

static void expect_error(int status, int expected, const char *error,
                         const char *text) {
  if (status != expected || !strstr(error, text)) {
    printf("expects status %d and '%s', found %d and '%s'\n", expected, text,
           status, error);
    exit(1);
  }
}
#define EXPECT_INVALID(call, text)                                             \
  expect_error(call, MOE_INVALID_ARGUMENT, project_error(), text)

static void test_misuse(void) {
  float untouched[T * N];
  memset(untouched, 0x11, sizeof(untouched));
  memcpy(y, untouched, sizeof(y));
  int status = project(NULL, T, K, x, y, 1);
  EXPECT_INVALID(status, "expects what 'project_prepare' gives, found NULL");
  status = project(prepared, T, K + 1, x, y, 1);
  EXPECT_INVALID(status, "expects 'K' to be 3, as it was prepared, found 4");
  status = project(prepared, -1, K, x, y, 1);
  EXPECT_INVALID(status, "expects 'T' to be a size of at least 0, found -1");
  status = project(prepared, INT64_MIN, K, x, y, 1);
  EXPECT_INVALID(status,
                 "expects 'T' to be a size of at least 0, found -92233");
  status = project(prepared, T, INT64_MIN, x, y, 1);
  EXPECT_INVALID(status,
                 "expects 'K' to be a size of at least 0, found -92233");
  status = project(prepared, INT64_MAX / 2, K, x, y, 1);
  EXPECT_INVALID(status, "expects 'x' to have fewer than 2^63 bytes");
  status = project(prepared, T, K, NULL, y, 1);
  EXPECT_INVALID(status, "expects a pointer to 'x', found NULL");
  status = project(prepared, T, K, x, NULL, 1);
  EXPECT_INVALID(status, "expects a pointer to 'y', found NULL");
  other_prepared *another = NULL;
  EXPECT(other_prepare(K, N, w, bias, 1, &another) == MOE_SUCCESS);
  status = project((project_prepared *)another, T, K, x, y, 1);
  EXPECT_INVALID(status, "found that of 'other_prepare'");
  other_release(another);
  EXPECT(memcmp(y, untouched, sizeof(y)) == 0);

  project_prepared *bad = prepared;
  status = project_prepare(K, -2, w, bias, 1, &bad);
  EXPECT_INVALID(status, "expects 'N' to be a size of at least 0, found -2");
  EXPECT(bad == NULL);
  status = project_prepare(K, INT64_MIN, w, bias, 1, &bad);
  EXPECT_INVALID(status,
                 "expects 'N' to be a size of at least 0, found -92233");
  status = project_prepare(K, N, NULL, bias, 1, &bad);
  EXPECT_INVALID(status, "expects a pointer to 'w', found NULL");
  status = project_prepare(K, N, w, NULL, 1, &bad);
  EXPECT_INVALID(status, "expects a pointer to 'bias', found NULL");
  EXPECT(bad == NULL);
  status = project(bad, T, K, x, y, 1);
  EXPECT_INVALID(status, "expects what 'project_prepare' gives, found NULL");
  status = project_prepare(K, N, w, bias, 1, NULL);
  EXPECT_INVALID(status, "found NULL");
  project_release(NULL);
}

// A size of which the product with that of an element does not overflow.
static void test_bytes(void) {
  int8_t numbers[3] = {1, 2, 3}, result[3] = {9, 9, 9};
  int status = bytes(INT64_MIN, numbers, result, 1);
  expect_error(status, MOE_INVALID_ARGUMENT, bytes_error(),
               "expects 'n' to be a size of at least 0, found -92233");
  EXPECT(result[0] == 9);
  EXPECT(bytes(2, numbers, result, 1) == MOE_SUCCESS);
  EXPECT(result[0] == 2 && result[1] == 4 && result[2] == 9);
}

// Memory that is at an odd address, that cannot be written, and none.
static void test_memory(void) {
  size_t page = 4096;
  char *memory = mmap(NULL, page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT(memory != MAP_FAILED);
  // The last byte of the input is the last one of the page.
  char *odd = memory + page - sizeof(x);
  memcpy(odd, x, sizeof(x));
  memcpy(memory + 1, x, sizeof(x));
  EXPECT(mprotect(memory, page, PROT_READ) == 0);
  EXPECT(project(prepared, T, K, (const float *)odd, y, 2) == MOE_SUCCESS);
  expect_projection(x, w, bias, y, T);
  char *place = malloc(sizeof(y) + 1);
  EXPECT(project(prepared, T, K, (const float *)(memory + 1),
                 (float *)(place + 1), 1) == MOE_SUCCESS);
  memcpy(y, place + 1, sizeof(y));
  expect_projection(x, w, bias, y, T);
  free(place);
  munmap(memory, page);

  EXPECT(project(prepared, 0, K, x, y, 2) == MOE_SUCCESS);
  EXPECT(project(prepared, 0, K, NULL, NULL, 2) == MOE_SUCCESS);
}

static void *call_many_times(void *start) {
  float mine[T * K], result[T * N];
  fill(mine, T * K, *(int *)start);
  for (int i = 0; i < 100; ++i) {
    memset(result, 0, sizeof(result));
    // Every other call is a mistake, whose message is of this thread alone.
    int64_t wrong = K + 1 + *(int *)start;
    char text[64];
    snprintf(text, sizeof(text), "found %lld", (long long)wrong);
    EXPECT(project(prepared, T, wrong, mine, result, 2) ==
           MOE_INVALID_ARGUMENT);
    EXPECT(project(prepared, T, K, mine, result, 1 + i % 2) == MOE_SUCCESS);
    EXPECT(strstr(project_error(), text));
    expect_projection(mine, w, bias, result, T);
  }
  return NULL;
}

static void test_threads(void) {
  pthread_t threads[2];
  int starts[2] = {1, 2};
  for (int i = 0; i < 2; ++i)
    EXPECT(!pthread_create(&threads[i], NULL, call_many_times, &starts[i]));
  for (int i = 0; i < 2; ++i)
    pthread_join(threads[i], NULL);
}

static void test_numbers(void) {
  double total = 0;
  EXPECT(sum(true, -2, -30, 400, 0.5f, 0.25, 0x4400 /* 4 */, 0xc100 /* -8 */,
             &total, 1) == MOE_SUCCESS);
  EXPECT(total == 1 - 2 - 30 + 400 + 0.5 + 0.25 + 4 - 8);
}

static void test_owned_results(void) {
  float numbers[3] = {1, -1, 2}, *same = NULL, *again = NULL;
  int64_t shape[2] = {-1, -1}, other_shape[2] = {-1, -1}, count = -1;
  bool positive[3] = {false, true, false};
  EXPECT(pairs(3, numbers, 7, &same, shape, &again, other_shape, &count,
               positive, 1) == MOE_SUCCESS);
  EXPECT(shape[0] == 7 && shape[1] == 2 && other_shape[0] == 7 && count == 3);
  EXPECT(positive[0] && !positive[1] && positive[2] && same != again);
  for (int i = 0; i < 14; ++i)
    EXPECT(same[i] == 0 && again[i] == 0);
  free(same);
  free(again);
  // A size of a tensor below 0.
  same = NULL;
  int status = pairs(3, numbers, -7, &same, shape, &again, other_shape, &count,
                     positive, 1);
  expect_error(status, MOE_CHECK_FAILED, pairs_error(),
               "expects a size of a tensor, found -7 instead of at least 0");
  EXPECT(same == NULL && shape[0] == 7);
}

static void test_checks(void) {
  float numbers[9] = {1, 2, 3}, result[9] = {0};
  EXPECT(checked(3, numbers, result, 1) == MOE_SUCCESS);
  EXPECT(result[0] == -1 && result[1] == -2 && result[2] == -3);
  int status = checked(9, numbers, result, 1);
  expect_error(status, MOE_CHECK_FAILED, checked_error(), "compiled.mlir:");
  EXPECT(strstr(checked_error(),
                "error: expects few numbers, found 9 instead of less than 9"));
  EXPECT(result[0] == -1);
}

// Which rows are read, a caller may get wrong.
static void test_slots(void) {
  float x[6] = {0, 1, 2, 3, 4, 5}, rows[4] = {-1, -1, -1, -1};
  int32_t slots[2] = {2, 1000000000};
  int status = picked(x, slots, rows, 1);
  expect_error(status, MOE_CHECK_FAILED, picked_error(), "compiled.mlir:");
  EXPECT(strstr(picked_error(),
                "expects slots below T*K = 3, found slots[1] = 1000000000"));
  EXPECT(rows[0] == -1);
  slots[1] = 0;
  EXPECT(picked(x, slots, rows, 1) == MOE_SUCCESS);
  EXPECT(rows[0] == 4 && rows[1] == 5 && rows[2] == 0 && rows[3] == 1);
}

// What was asked for is more than there is, which is less than `most`.
static void expect_available(unsigned long long most) {
  const char *asked = strstr(pairs_error(), "expects ");
  const char *found = strstr(pairs_error(), "found ");
  unsigned long long bytes, available;
  EXPECT(asked && sscanf(asked, "expects %llu more bytes", &bytes) == 1);
  EXPECT(found && sscanf(found, "found %llu bytes available", &available) == 1);
  EXPECT(0 < available && available < bytes && available < most);
}

// Memory that the system refuses.
static void test_out_of_memory(void) {
  float number = 1, *same = NULL, *again = NULL;
  int64_t shape[2] = {-1, -1}, count = -1;
  bool positive;
  int status = pairs(1, &number, (int64_t)1 << 50, &same, shape, &again, shape,
                     &count, &positive, 1);
  expect_error(status, MOE_OUT_OF_MEMORY, pairs_error(),
               "more bytes of memory for the program");
  expect_available(-1);
  struct rlimit limit;
  EXPECT(getrlimit(RLIMIT_AS, &limit) == 0);
  struct rlimit low = {(rlim_t)1 << 30, limit.rlim_max};
  EXPECT(setrlimit(RLIMIT_AS, &low) == 0);
  status = pairs(1, &number, (int64_t)1 << 28, &same, shape, &again, shape,
                 &count, &positive, 1);
  expect_error(status, MOE_OUT_OF_MEMORY, pairs_error(),
               "more bytes of memory for the program");
  expect_available(1 << 30);
  // The program has the memory for one result, its caller none for a copy.
  status = pairs(1, &number, 100 << 20, &same, shape, &again, shape, &count,
                 &positive, 1);
  expect_error(status, MOE_OUT_OF_MEMORY, pairs_error(),
               "expects 838860800 more bytes of memory");
  expect_available(1 << 30);
  EXPECT(!same && !again && shape[0] == -1 && count == -1);
  EXPECT(setrlimit(RLIMIT_AS, &limit) == 0);
}

int main(void) {
  fill(x, T * K, 0);
  fill(w, K * N, 3);
  fill(bias, N, 1);
  EXPECT(project_error()[0] == 0);
  test_out_of_memory(); // first: threads take address space
  test_prepare();
  test_misuse();
  test_bytes();
  test_memory();
  test_threads();
  test_numbers();
  test_owned_results();
  test_checks();
  test_slots();
  project_release(prepared);
  puts("all passed");
  return 0;
}
