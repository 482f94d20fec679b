// Elementwise ops of math and arith, all but those that LLVM lacks (ipowi, isinf, isnormal), compile and are right on every
// route, in an epilogue and in the body of an expert.

// RUN: moe-run %s --entry=math --device=reference --check --input "x=uniform(0.1,0.9)" | FileCheck %s
// RUN: moe-run %s --entry=math --device=cpu --check --input "x=uniform(0.1,0.9)" | FileCheck %s
// RUN: moe-run %s --entry=arith --device=reference --check --input "x=uniform(1.0,900.0)" | FileCheck %s
// RUN: moe-run %s --entry=arith --device=cpu --check --input "x=uniform(1.0,900.0)" | FileCheck %s
// RUN: moe-run %s --entry=body --device=reference --check | FileCheck %s
// RUN: moe-run %s --entry=body --device=cpu --check | FileCheck %s
// CHECK: check: passed

func.func @math(%x: tensor<40x1xf32> {moe.name = "x"}) -> tensor<40x5xf32> {
  %o = arith.constant dense<[0, 40]> : tensor<2xi32>
  %w = arith.constant dense<1.0> : tensor<1x1x5xf32>
  %e = tensor.empty() : tensor<40x5xf32>
  %y = moe.grouped_matmul ins(%x : tensor<40x1xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x1x5xf32>)
      outs(%e : tensor<40x5xf32>) epilogue {
  ^bb0(%v: f32):
    %one = arith.constant 1.0 : f32
    %ten = arith.constant 10.0 : f32
    %three = arith.constant 3 : i32
    %more = arith.addf %v, %one : f32
    %many = arith.mulf %v, %ten : f32
    %i = arith.fptosi %many : f32 to i32
    %absf = math.absf %v : f32
    %acos = math.acos %v : f32
    %s1 = arith.addf %absf, %acos : f32
    %asin = math.asin %v : f32
    %s2 = arith.addf %s1, %asin : f32
    %asinh = math.asinh %v : f32
    %s3 = arith.addf %s2, %asinh : f32
    %atan = math.atan %v : f32
    %s4 = arith.addf %s3, %atan : f32
    %atanh = math.atanh %v : f32
    %s5 = arith.addf %s4, %atanh : f32
    %cbrt = math.cbrt %v : f32
    %s6 = arith.addf %s5, %cbrt : f32
    %ceil = math.ceil %v : f32
    %s7 = arith.addf %s6, %ceil : f32
    %cos = math.cos %v : f32
    %s8 = arith.addf %s7, %cos : f32
    %cosh = math.cosh %v : f32
    %s9 = arith.addf %s8, %cosh : f32
    %erf = math.erf %v : f32
    %s10 = arith.addf %s9, %erf : f32
    %erfc = math.erfc %v : f32
    %s11 = arith.addf %s10, %erfc : f32
    %exp = math.exp %v : f32
    %s12 = arith.addf %s11, %exp : f32
    %exp2 = math.exp2 %v : f32
    %s13 = arith.addf %s12, %exp2 : f32
    %expm1 = math.expm1 %v : f32
    %s14 = arith.addf %s13, %expm1 : f32
    %floor = math.floor %v : f32
    %s15 = arith.addf %s14, %floor : f32
    %log = math.log %v : f32
    %s16 = arith.addf %s15, %log : f32
    %log10 = math.log10 %v : f32
    %s17 = arith.addf %s16, %log10 : f32
    %log1p = math.log1p %v : f32
    %s18 = arith.addf %s17, %log1p : f32
    %log2 = math.log2 %v : f32
    %s19 = arith.addf %s18, %log2 : f32
    %round = math.round %v : f32
    %s20 = arith.addf %s19, %round : f32
    %roundeven = math.roundeven %v : f32
    %s21 = arith.addf %s20, %roundeven : f32
    %rsqrt = math.rsqrt %v : f32
    %s22 = arith.addf %s21, %rsqrt : f32
    %sin = math.sin %v : f32
    %s23 = arith.addf %s22, %sin : f32
    %sinh = math.sinh %v : f32
    %s24 = arith.addf %s23, %sinh : f32
    %sqrt = math.sqrt %v : f32
    %s25 = arith.addf %s24, %sqrt : f32
    %tan = math.tan %v : f32
    %s26 = arith.addf %s25, %tan : f32
    %tanh = math.tanh %v : f32
    %s27 = arith.addf %s26, %tanh : f32
    %trunc = math.trunc %v : f32
    %s28 = arith.addf %s27, %trunc : f32
    %acosh = math.acosh %more : f32
    %s29 = arith.addf %s28, %acosh : f32
    %atan2 = math.atan2 %v, %more : f32
    %s30 = arith.addf %s29, %atan2 : f32
    %negative = arith.negf %one : f32
    %copysign = math.copysign %v, %negative : f32
    %s31 = arith.addf %s30, %copysign : f32
    %clampf = math.clampf %many to [%one, %ten] : f32
    %s32 = arith.addf %s31, %clampf : f32
    %fma = math.fma %v, %ten, %one : f32
    %s33 = arith.addf %s32, %fma : f32
    %powf = math.powf %more, %many : f32
    %s34 = arith.addf %s33, %powf : f32
    %fpowi_of_three = math.fpowi %many, %three : f32, i32
    %s35 = arith.addf %s34, %fpowi_of_three : f32
    %fpowi = math.fpowi %more, %i : f32, i32
    %s36 = arith.addf %s35, %fpowi : f32
    %sine, %cosine = math.sincos %v : f32
    %s37 = arith.addf %s36, %sine : f32
    %s38 = arith.addf %s37, %cosine : f32
    %absi = math.absi %i : i32
    %absi_f = arith.sitofp %absi : i32 to f32
    %s39 = arith.addf %s38, %absi_f : f32
    %ctlz = math.ctlz %i : i32
    %ctlz_f = arith.sitofp %ctlz : i32 to f32
    %s40 = arith.addf %s39, %ctlz_f : f32
    %ctpop = math.ctpop %i : i32
    %ctpop_f = arith.sitofp %ctpop : i32 to f32
    %s41 = arith.addf %s40, %ctpop_f : f32
    %cttz = math.cttz %i : i32
    %cttz_f = arith.sitofp %cttz : i32 to f32
    %s42 = arith.addf %s41, %cttz_f : f32
    %isfinite = math.isfinite %v : f32
    %isfinite_f = arith.uitofp %isfinite : i1 to f32
    %s44 = arith.addf %s42, %isfinite_f : f32
    %isnan = math.isnan %v : f32
    %isnan_f = arith.uitofp %isnan : i1 to f32
    %s46 = arith.addf %s44, %isnan_f : f32
    moe.yield %s46 : f32
  } -> tensor<40x5xf32>
  return %y : tensor<40x5xf32>
}

func.func @arith(%x: tensor<40x1xf32> {moe.name = "x"}) -> tensor<40x5xf32> {
  %o = arith.constant dense<[0, 40]> : tensor<2xi32>
  %w = arith.constant dense<1.0> : tensor<1x1x5xf32>
  %e = tensor.empty() : tensor<40x5xf32>
  %y = moe.grouped_matmul ins(%x : tensor<40x1xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x1x5xf32>)
      outs(%e : tensor<40x5xf32>) epilogue {
  ^bb0(%v: f32):
    %seven = arith.constant 7.0 : f32
    %three = arith.constant 3 : i32
    %i = arith.fptosi %v : f32 to i32
    %u = arith.fptoui %v : f32 to i32
    %addf = arith.addf %v, %seven : f32
    %subf = arith.subf %v, %seven : f32
    %s48 = arith.addf %addf, %subf : f32
    %mulf = arith.mulf %v, %seven : f32
    %s49 = arith.addf %s48, %mulf : f32
    %divf = arith.divf %v, %seven : f32
    %s50 = arith.addf %s49, %divf : f32
    %remf = arith.remf %v, %seven : f32
    %s51 = arith.addf %s50, %remf : f32
    %maximumf = arith.maximumf %v, %seven : f32
    %s52 = arith.addf %s51, %maximumf : f32
    %minimumf = arith.minimumf %v, %seven : f32
    %s53 = arith.addf %s52, %minimumf : f32
    %maxnumf = arith.maxnumf %v, %seven : f32
    %s54 = arith.addf %s53, %maxnumf : f32
    %minnumf = arith.minnumf %v, %seven : f32
    %s55 = arith.addf %s54, %minnumf : f32
    %less = arith.cmpf olt, %v, %seven : f32
    %select = arith.select %less, %v, %seven : f32
    %s56 = arith.addf %s55, %select : f32
    %addi = arith.addi %i, %three : i32
    %addi_f = arith.sitofp %addi : i32 to f32
    %s57 = arith.addf %s56, %addi_f : f32
    %subi = arith.subi %i, %three : i32
    %subi_f = arith.sitofp %subi : i32 to f32
    %s58 = arith.addf %s57, %subi_f : f32
    %muli = arith.muli %i, %three : i32
    %muli_f = arith.sitofp %muli : i32 to f32
    %s59 = arith.addf %s58, %muli_f : f32
    %divsi = arith.divsi %i, %three : i32
    %divsi_f = arith.sitofp %divsi : i32 to f32
    %s60 = arith.addf %s59, %divsi_f : f32
    %divui = arith.divui %i, %three : i32
    %divui_f = arith.sitofp %divui : i32 to f32
    %s61 = arith.addf %s60, %divui_f : f32
    %ceildivsi = arith.ceildivsi %i, %three : i32
    %ceildivsi_f = arith.sitofp %ceildivsi : i32 to f32
    %s62 = arith.addf %s61, %ceildivsi_f : f32
    %ceildivui = arith.ceildivui %i, %three : i32
    %ceildivui_f = arith.sitofp %ceildivui : i32 to f32
    %s63 = arith.addf %s62, %ceildivui_f : f32
    %floordivsi = arith.floordivsi %i, %three : i32
    %floordivsi_f = arith.sitofp %floordivsi : i32 to f32
    %s64 = arith.addf %s63, %floordivsi_f : f32
    %remsi = arith.remsi %i, %three : i32
    %remsi_f = arith.sitofp %remsi : i32 to f32
    %s65 = arith.addf %s64, %remsi_f : f32
    %remui = arith.remui %i, %three : i32
    %remui_f = arith.sitofp %remui : i32 to f32
    %s66 = arith.addf %s65, %remui_f : f32
    %andi = arith.andi %i, %three : i32
    %andi_f = arith.sitofp %andi : i32 to f32
    %s67 = arith.addf %s66, %andi_f : f32
    %ori = arith.ori %i, %three : i32
    %ori_f = arith.sitofp %ori : i32 to f32
    %s68 = arith.addf %s67, %ori_f : f32
    %xori = arith.xori %i, %three : i32
    %xori_f = arith.sitofp %xori : i32 to f32
    %s69 = arith.addf %s68, %xori_f : f32
    %shli = arith.shli %i, %three : i32
    %shli_f = arith.sitofp %shli : i32 to f32
    %s70 = arith.addf %s69, %shli_f : f32
    %shrsi = arith.shrsi %i, %three : i32
    %shrsi_f = arith.sitofp %shrsi : i32 to f32
    %s71 = arith.addf %s70, %shrsi_f : f32
    %shrui = arith.shrui %i, %three : i32
    %shrui_f = arith.sitofp %shrui : i32 to f32
    %s72 = arith.addf %s71, %shrui_f : f32
    %maxsi = arith.maxsi %i, %three : i32
    %maxsi_f = arith.sitofp %maxsi : i32 to f32
    %s73 = arith.addf %s72, %maxsi_f : f32
    %maxui = arith.maxui %i, %three : i32
    %maxui_f = arith.sitofp %maxui : i32 to f32
    %s74 = arith.addf %s73, %maxui_f : f32
    %minsi = arith.minsi %i, %three : i32
    %minsi_f = arith.sitofp %minsi : i32 to f32
    %s75 = arith.addf %s74, %minsi_f : f32
    %minui = arith.minui %i, %three : i32
    %minui_f = arith.sitofp %minui : i32 to f32
    %s76 = arith.addf %s75, %minui_f : f32
    %uitofp = arith.uitofp %u : i32 to f32
    %s77 = arith.addf %s76, %uitofp : f32
    moe.yield %s77 : f32
  } -> tensor<40x5xf32>
  return %y : tensor<40x5xf32>
}

// The same on tensors: signs of powers of negative numbers.
func.func @body(%x: tensor<40x5xf32>) -> tensor<40x5xf32> {
  %o = arith.constant dense<[0, 30, 40]> : tensor<3xi32>
  %y = moe.expert rows(%a = %x : tensor<40x5xf32>) offsets(%o : tensor<3xi32>) {
    %three = arith.constant 3 : i32
    %c0 = arith.constant 0 : index
    %n = tensor.dim %a, %c0 : tensor<?x5xf32>
    %i = tensor.splat %three[%n] : tensor<?x5xi32>
    %f = math.absf %a : tensor<?x5xf32>
    %c = math.copysign %f, %a : tensor<?x5xf32>
    %q = math.fpowi %c, %i : tensor<?x5xf32>, tensor<?x5xi32>
    moe.yield %q : tensor<?x5xf32>
  } -> tensor<40x5xf32>
  return %y : tensor<40x5xf32>
}
