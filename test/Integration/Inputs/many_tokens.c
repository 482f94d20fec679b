// The layer of docs/Tour.md on so many tokens that two threads share them.

#include "layer.h"

#include <stdio.h>

enum { T = 20000 };
static float x[T][2], y[T][2];

int main(void) {
  const float router[] = {1, 0, 0, 1};
  const float w[] = {2, 3, 0, 0, /* the second expert */ 0, 0, 0, 5};
  for (int t = 0; t < T; ++t)
    x[t][t % 2] = 1;
  layer_prepared *prepared = NULL;
  if (layer_prepare(router, w, 2, &prepared) ||
      layer(prepared, T, x[0], y[0], 2)) {
    puts(layer_error());
    return 1;
  }
  layer_release(prepared);
  for (int t = 2; t < T; ++t)
    if (y[t][0] != y[t % 2][0] || y[t][1] != y[t % 2][1]) {
      printf("token %d differs from token %d\n", t, t % 2);
      return 1;
    }
  printf("%.4f %.4f\n%.4f %.4f\n", y[0][0], y[0][1], y[1][0], y[1][1]);
  return 0;
}
