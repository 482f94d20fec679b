// seed 608
#i=affine_map<(i)->(i)>
func.func @main(%a: bf16, %b: bf16, %x: tensor<17xbf16>, %y: tensor<17xbf16>, %n: index) -> (bf16, tensor<17xbf16>) {
  %t10=arith.constant 1 : i32
  %t11=arith.constant 4 : i32
  %t13=arith.constant 0 : i32
  %t1:3=scf.while (%t2=%b, %t3=%y, %t4=%t13) : (bf16, tensor<17xbf16>, i32) -> (bf16, tensor<17xbf16>, i32) {
    %t14=arith.addf %t2, %t2 : bf16
    %t8=arith.cmpi slt, %t4, %t11 : i32
    %t9=arith.cmpf ole, %t2, %t14 : bf16
    %t15=arith.andi %t8, %t9 : i1
    scf.condition(%t15) %t14, %t3, %t4 : bf16, tensor<17xbf16>, i32
  } do {
  ^bb0(%t5:bf16,%t6:tensor<17xbf16>,%t7:i32):
    %t25=arith.constant 1 : i32
    %t26=arith.constant 1 : i32
    %t28=arith.constant 0 : i32
    %t16:3=scf.while (%t17=%a, %t18=%y, %t19=%t28) : (bf16, tensor<17xbf16>, i32) -> (bf16, tensor<17xbf16>, i32) {
      %t29=arith.addf %t17, %t17 : bf16
      %t23=arith.cmpi slt, %t19, %t26 : i32
      %t24=arith.cmpf ole, %t17, %t29 : bf16
      %t30=arith.andi %t23, %t24 : i1
      scf.condition(%t30) %t29, %t18, %t19 : bf16, tensor<17xbf16>, i32
    } do {
    ^bb0(%t20:bf16,%t21:tensor<17xbf16>,%t22:i32):
      %t31=arith.constant 5 : index
      %t32=tensor.extract %t21[%t31] : tensor<17xbf16>
      %t33=arith.constant 8 : index
      %t34=tensor.extract %t21[%t33] : tensor<17xbf16>
      %t35=math.fma %t20, %a, %t20 : bf16
      %t27=arith.addi %t22, %t25 : i32
      scf.yield %t35, %t21, %t27 : bf16, tensor<17xbf16>, i32
    }
    %t12=arith.addi %t7, %t10 : i32
    scf.yield %t16#0, %t16#1, %t12 : bf16, tensor<17xbf16>, i32
  }
  return %t1#0, %t1#1 : bf16, tensor<17xbf16>
}
func.func private @h(%p: bf16, %q: tensor<17xbf16>) -> (bf16, tensor<17xbf16>) {
  %t36=tensor.empty() : tensor<17xbf16>
  %t37=linalg.fill ins(%p:bf16) outs(%t36:tensor<17xbf16>) -> tensor<17xbf16>
  %t38=arith.constant 16 : index
  %t39=tensor.extract %t37[%t38] : tensor<17xbf16>
  return %t39, %t37 : bf16, tensor<17xbf16>
}
