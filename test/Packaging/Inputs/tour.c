// The layer of docs/Tour.md on two tokens.

#include "layer.h"

#include <stdio.h>

int main(void) {
  const float router[] = {1, 0, 0, 1};
  const float w[] = {2, 3, 0, 0, /* the second expert */ 0, 0, 0, 5};
  const float x[] = {1, 0, 0, 1};
  float y[4];
  layer_prepared *prepared = NULL;
  if (layer_prepare(router, w, 1, &prepared) || layer(prepared, 2, x, y, 1)) {
    puts(layer_error());
    return 1;
  }
  layer_release(prepared);
  printf("%.4f %.4f\n%.4f %.4f\n", y[0], y[1], y[2], y[3]);
  return 0;
}
