// Two ways to tile the ops of ../tile.mlir, none of which divides their sizes.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @all_axes(%m: !transform.any_op {transform.readonly}) {
    %gather = transform.structured.match ops{["moe.gather_rows"]} in %m : (!transform.any_op) -> !transform.any_op
    %matmuls = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %combine = transform.structured.match ops{["moe.combine_rows"]} in %m : (!transform.any_op) -> !transform.any_op
    %gate = transform.structured.match ops{["moe.route"]} in %m : (!transform.any_op) -> !transform.any_op
    %3, %l3 = transform.structured.tile_using_for %gate tile_sizes [2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %0, %l0:2 = transform.structured.tile_using_for %gather tile_sizes [4, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    %1, %l1:2 = transform.structured.tile_using_for %matmuls tile_sizes [3, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    %2, %l2:2 = transform.structured.tile_using_for %combine tile_sizes [2, 3] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }

  // Columns outermost, rows one by one, the gather in the tile that reads it.
  transform.named_sequence @fused(%m: !transform.any_op {transform.readonly}) {
    %matmuls = transform.structured.match ops{["moe.grouped_matmul"]} in %m : (!transform.any_op) -> !transform.any_op
    %first, %second = transform.split_handle %matmuls : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %0, %l0:2 = transform.structured.fuse %first tile_sizes [1, 4] interchange [1, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    %1, %l1 = transform.structured.tile_using_for %second tile_sizes [0, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
