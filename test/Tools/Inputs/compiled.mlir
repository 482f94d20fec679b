// Functions with every kind of argument and result that C may see.

// Parameters of sizes that calls know too.
func.func @project(%x: tensor<?x?xf32> {moe.name = "x", moe.dims = ["T", "K"]},
                   %w: tensor<?x?xf32> {moe.name = "w", moe.dims = ["K", "N"], moe.param},
                   %bias: tensor<?xf32> {moe.name = "bias", moe.dims = ["N"], moe.param})
    -> (tensor<?x?xf32> {moe.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %w, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%t, %n) : tensor<?x?xf32>
  %start = linalg.broadcast ins(%bias : tensor<?xf32>) outs(%empty : tensor<?x?xf32>)
      dimensions = [0]
  %y = linalg.matmul ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>)
      outs(%start : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// Numbers by value, of all kinds, and one number as the result.
func.func @sum(%b: i1 {moe.name = "b"}, %c: i8 {moe.name = "c"}, %i: i32 {moe.name = "i"},
               %l: i64 {moe.name = "l"}, %f: f32 {moe.name = "f"}, %d: f64 {moe.name = "d"},
               %h: f16 {moe.name = "h"}, %bf: bf16 {moe.name = "bf"})
    -> (f64 {moe.name = "sum"}) {
  %b0 = arith.uitofp %b : i1 to f64
  %c0 = arith.sitofp %c : i8 to f64
  %i0 = arith.sitofp %i : i32 to f64
  %l0 = arith.sitofp %l : i64 to f64
  %f0 = arith.extf %f : f32 to f64
  %h0 = arith.extf %h : f16 to f64
  %g0 = arith.extf %bf : bf16 to f64
  %1 = arith.addf %b0, %c0 : f64
  %2 = arith.addf %1, %i0 : f64
  %3 = arith.addf %2, %l0 : f64
  %4 = arith.addf %3, %f0 : f64
  %5 = arith.addf %4, %d : f64
  %6 = arith.addf %5, %h0 : f64
  %7 = arith.addf %6, %g0 : f64
  return %7 : f64
}

// A result of a size that no argument has, twice, a number, and flags.
func.func @pairs(%x: tensor<?xf32> {moe.name = "x", moe.dims = ["n"]},
                 %m: i64 {moe.name = "m"})
    -> (tensor<?x2xf32> {moe.name = "same"}, tensor<?x2xf32> {moe.name = "again"},
        i64 {moe.name = "count"}, tensor<?xi1> {moe.name = "positive"}) {
  %zero = arith.constant 0.0 : f32
  %size = arith.index_cast %m : i64 to index
  %empty = tensor.empty(%size) : tensor<?x2xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x2xf32>) -> tensor<?x2xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %flags = tensor.empty(%n) : tensor<?xi1>
  %positive = linalg.map ins(%x : tensor<?xf32>) outs(%flags : tensor<?xi1>) (%v: f32, %o: i1) {
    %p = arith.cmpf ogt, %v, %zero : f32
    linalg.yield %p : i1
  }
  %count = arith.index_cast %n : index to i64
  return %fill, %fill, %count, %positive : tensor<?x2xf32>, tensor<?x2xf32>, i64, tensor<?xi1>
}

// Elements of one byte.
func.func @bytes(%x: tensor<?xi8> {moe.name = "x", moe.dims = ["n"]})
    -> (tensor<?xi8> {moe.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xi8>
  %empty = tensor.empty(%n) : tensor<?xi8>
  %y = linalg.add ins(%x, %x : tensor<?xi8>, tensor<?xi8>)
      outs(%empty : tensor<?xi8>) -> tensor<?xi8>
  return %y : tensor<?xi8>
}

// A check of the program.
func.func @checked(%x: tensor<?xf32> {moe.name = "x", moe.dims = ["n"]})
    -> (tensor<?xf32> {moe.name = "y"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %few = arith.constant 9 : index
  %ok = arith.cmpi ult, %n, %few : index
  cf.assert %ok, "expects few numbers"
  %empty = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.map { arith.negf } ins(%x : tensor<?xf32>) outs(%empty : tensor<?xf32>)
  return %y : tensor<?xf32>
}

// Which rows, the caller says.
func.func @picked(%x: tensor<3x2xf32> {moe.name = "x"}, %slots: tensor<2xi32> {moe.name = "slots"})
    -> (tensor<2x2xf32> {moe.name = "rows"}) {
  %empty = tensor.empty() : tensor<2x2xf32>
  %rows = moe.gather_rows ins(%x, %slots : tensor<3x2xf32>, tensor<2xi32>) slots_per_token(1)
      outs(%empty : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %rows : tensor<2x2xf32>
}

// Names that C does not allow.
func.func @"2*/odd"(%a: tensor<?xf32> {moe.name = "a.b-c", moe.dims = ["for"]})
    -> (tensor<?xf32> {moe.name = "class"}) {
  return %a : tensor<?xf32>
}
// Names that are words or macros of C or C++, or those of the header.
func.func @words(%w: tensor<2xf32> {moe.name = "words_prepared", moe.param},
                %a: tensor<?xf32> {moe.name = "a", moe.dims = ["_Atomic"]},
                %v0: f32 {moe.name = "_Bool"},
                %v1: f32 {moe.name = "_Complex"},
                %v2: f32 {moe.name = "_Generic"},
                %v3: f32 {moe.name = "__LINE__"},
                %v4: f32 {moe.name = "NULL"},
                %v5: f32 {moe.name = "EOF"},
                %v6: f32 {moe.name = "INT_MAX"},
                %v7: f32 {moe.name = "INT64_MIN"},
                %v8: f32 {moe.name = "M_PI"},
                %v9: f32 {moe.name = "I"},
                %v10: f32 {moe.name = "errno"},
                %v11: f32 {moe.name = "stdin"},
                %v12: f32 {moe.name = "complex"},
                %v13: f32 {moe.name = "linux"},
                %v14: f32 {moe.name = "uint16_t"},
                %v15: f32 {moe.name = "prepare_"},
                %v16: f32 {moe.name = "alignas"},
                %v17: f32 {moe.name = "typeof"},
                %v18: f32 {moe.name = "xor_eq"},
                %v19: f32 {moe.name = "co_await"},
                %v20: f32 {moe.name = "nullptr"})
    -> (tensor<?xf32> {moe.name = "BUFSIZ"}) {
  return %a : tensor<?xf32>
}
func.func @collide(%a: tensor<2xf32> {moe.name = "x.1"}, %b: tensor<2xf32> {moe.name = "x_1"})
    -> tensor<2xf32> {
  return %a : tensor<2xf32>
}
func.func @fixed(%a: i32 {moe.name = "threads"}) -> i32 {
  return %a : i32
}
func.func @expf(%a: f32 {moe.name = "a"}) -> f32 {
  return %a : f32
}
