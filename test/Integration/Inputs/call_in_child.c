// Children of fork call the layer of docs/Tour.md, in a shared library, after
// the parent has run libgomp: call_in_child LIBRARY WHEN
//   loaded: the parent has loaded the library
//   called: it has called the layer, too
//   child:  only the child loads it

#define _GNU_SOURCE
#include "layer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { T = 20000, THREADS = 4 };
static float x[T][2], y[T][2];

static void *find(void *library, const char *name) {
  void *symbol = library ? dlsym(library, name) : NULL;
  if (!symbol) {
    puts(dlerror());
    exit(1);
  }
  return symbol;
}

static void count(void *data) { __atomic_add_fetch((int *)data, 1, 5); }

static void run_openmp(void) {
  void *library = dlopen("libgomp.so.1", RTLD_NOW);
  void (*parallel)(void (*)(void *), void *, unsigned, unsigned) =
      find(library, "GOMP_parallel");
  int threads = 0;
  parallel(count, &threads, THREADS, 0);
}

static int call(const char *path) {
  void *library = dlopen(path, RTLD_NOW);
  __typeof__(layer_prepare) *prepare = find(library, "layer_prepare");
  __typeof__(layer) *run = find(library, "layer");
  __typeof__(layer_release) *release = find(library, "layer_release");
  const float router[] = {1, 0, 0, 1}, w[] = {2, 3, 0, 0, 0, 0, 0, 5};
  for (int t = 0; t < T; ++t)
    x[t][t % 2] = 1;
  layer_prepared *prepared = NULL;
  if (prepare(router, w, THREADS, &prepared))
    return 1;
  for (int i = 0; i < 3; ++i) {
    memset(y, 0, sizeof(y));
    if (run(prepared, T, x[0], y[0], THREADS))
      return 1;
    for (int t = 2; t < T; ++t)
      if (y[t][0] != y[t % 2][0] || y[t][1] != y[t % 2][1])
        return 1;
  }
  release(prepared);
  return dlclose(library) || y[0][0] < 1 || y[1][1] < 3;
}

// The child calls, and a child of its own after it.
static int call_in_children(const char *path, int depth) {
  pid_t child = fork();
  if (child == 0) {
    alarm(60); // ends a child that waits
    int failed = call(path);
    if (depth > 1)
      failed |= call_in_children(path, depth - 1);
    _exit(failed);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  if (strcmp(argv[2], "child") && !dlopen(argv[1], RTLD_NOW))
    return 2;
  if (!strcmp(argv[2], "called") && call(argv[1]))
    return 2;
  run_openmp();
  int status = call_in_children(argv[1], 2);
  printf("status %x\n", status);
  return status != 0;
}
