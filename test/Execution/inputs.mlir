// What inputs that nobody gives look like.

// RUN: rm -rf %t && mkdir %t
// RUN: moe-run %s --output out0=%t/x.npy --output out1=%t/w.npy --output out2=%t/f.npy --output out3=%t/z.npy \
// RUN:   --output out4=%t/u.npy --output out5=%t/i.npy --output out6=%t/c.npy --output out7=%t/b.npy \
// RUN:   --input 'u=uniform(-1,3)' --input 'i=integers(2,5)' --input c=7 --seed=11 --threads=3
// RUN: %python %S/Inputs/check_draws.py %t

// The default is normal(1), for parameters normal with 1/sqrt(last size).
// bf16 values are as spread as f32 ones.
func.func @f(
    %x: tensor<100x100xf32> {moe.name = "x"},
    %w: tensor<25x400xf32> {moe.name = "w", moe.param},
    %f: tensor<16x50x20xf64> {moe.name = "f", moe.param, moe.init = #moe.init<fan_in<0>>},
    %z: tensor<10xf32> {moe.name = "z", moe.init = #moe.init<zeros>},
    %u: tensor<10000xf32> {moe.name = "u"},
    %i: tensor<10000xi32> {moe.name = "i"},
    %c: tensor<3xi64> {moe.name = "c"},
    %b: tensor<10000xbf16> {moe.name = "b", moe.init = #moe.init<normal<3.0>>})
    -> (tensor<100x100xf32>, tensor<25x400xf32>, tensor<16x50x20xf64>, tensor<10xf32>,
        tensor<10000xf32>, tensor<10000xi32>, tensor<3xi64>, tensor<10000xbf16>) {
  return %x, %w, %f, %z, %u, %i, %c, %b : tensor<100x100xf32>, tensor<25x400xf32>,
      tensor<16x50x20xf64>, tensor<10xf32>, tensor<10000xf32>, tensor<10000xi32>, tensor<3xi64>,
      tensor<10000xbf16>
}
