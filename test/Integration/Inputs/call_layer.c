// Runs a compiled Mixtral layer (37 wide, 4 experts of 19, 2 a token) on .npy
// files and writes its results: call_layer DIRECTORY T THREADS.

#include "layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef ELEMENT
#define ELEMENT float // of tensors, as C has them
#define DESCR "<f4"
#endif

static const char *directory;

static FILE *open_array(const char *name, const char *mode) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s.npy", directory, name);
  FILE *file = fopen(path, mode);
  if (!file) {
    perror(path);
    exit(1);
  }
  return file;
}

// The elements of an array, from behind the header: 10 bytes and a text.
static ELEMENT *read_array(const char *name, size_t count) {
  FILE *file = open_array(name, "rb");
  unsigned char head[10];
  ELEMENT *data = malloc(count * sizeof(ELEMENT) + 1);
  if (fread(head, 1, 10, file) != 10 ||
      fseek(file, head[8] + 256 * head[9], SEEK_CUR) ||
      fread(data, sizeof(ELEMENT), count, file) != count) {
    printf("expects %zu elements of '%s'\n", count, name);
    exit(1);
  }
  fclose(file);
  return data;
}

static void write_array(const char *name, const char *descr, int rows,
                        int columns, const void *data, size_t size) {
  FILE *file = open_array(name, "wb");
  char head[128];
  memset(head, ' ', sizeof(head));
  memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
  int length = snprintf(head + 10, sizeof(head) - 10,
                        "{'descr': '%s', 'fortran_order': False, 'shape': "
                        "(%d, %d), }",
                        descr, rows, columns);
  head[10 + length] = ' ';
  head[127] = '\n';
  fwrite(head, 1, sizeof(head), file);
  fwrite(data, size, (size_t)rows * columns, file);
  fclose(file);
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  directory = argv[1];
  int tokens = atoi(argv[2]);
  unsigned threads = atoi(argv[3]);
  ELEMENT *x = read_array("x", tokens * 37),
          *router = read_array("router", 4 * 37),
          *gate = read_array("gate", 4 * 19 * 37),
          *up = read_array("up", 4 * 19 * 37),
          *down = read_array("down", 4 * 37 * 19),
          *y = calloc(tokens * 37 + 1, sizeof(ELEMENT));
  float *weights = calloc(tokens * 2 + 1, sizeof(float));
  int32_t *experts = calloc(tokens * 2 + 1, sizeof(int32_t));
  layer_prepared *prepared;
  int status = layer_prepare(router, gate, up, down, threads, &prepared);
  if (!status)
    status = layer(prepared, tokens, x, y, weights, experts, threads);
  layer_release(prepared);
  if (status) {
    printf("status %d: %s\n", status, layer_error());
    return 1;
  }
  write_array("c-y", DESCR, tokens, 37, y, sizeof(ELEMENT));
  write_array("c-weights", "<f4", tokens, 2, weights, sizeof(float));
  write_array("c-experts", "<i4", tokens, 2, experts, sizeof(int32_t));
  free(x), free(router), free(gate), free(up), free(down), free(y);
  free(weights), free(experts);
  return 0;
}
