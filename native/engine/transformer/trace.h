// Who is shown the intermediates of a forward pass, under the names that TransformerLens gives them.
//
//   hook_embed  hook_pos_embed                                                     (1,T,C)
//   blocks.i.hook_resid_pre  .hook_resid_mid  .hook_resid_post                     (1,T,C) the stream
//           .hook_attn_out  .hook_mlp_out                                          (1,T,C) what a sublayer adds
//           .ln1.hook_scale  .ln1.hook_normalized, .ln2 the same                   (1,T,1), (1,T,C)
//           .attn.hook_q  .hook_rot_q  .hook_z                                     (1,T,NH,HS)
//           .attn.hook_k  .hook_rot_k  .hook_v                                     (1,T,NKV,HS)
//           .attn.hook_attn_scores  .hook_pattern                                  (1,NH,T,S)
//           .mlp.hook_pre  .hook_post, gated .hook_pre_linear                      (1,T,F)
//   ln_final.hook_scale  .hook_normalized                                          (1,T,1), (1,T,C)
//   logits                                                                         (1,T,V)
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "engine/core/buffer.h"
#include "engine/core/kernels.h"

namespace llmsys {

class Trace {
public:
    virtual ~Trace() = default;
    // data lives during the call
    virtual void show(const std::string& place, const float* data, std::initializer_list<int64_t> extents) = 0;

    // Rows of `width` numbers, `stride` apart, shown side by side as (1,rows,width), or with heads as (1,rows,heads,width/heads).
    void showRows(const std::string& place, const float* data, int64_t rows, int64_t width, int64_t stride, int64_t heads = 0);
    // What each row of a norm was divided by, from its inverse: number `at` of `perRow`.
    void showScale(const std::string& place, const float* saved, int64_t rows, int64_t perRow);
    // Scores and pattern, computed again from queries (1,NH,T,HS) and keys (1,NKV,S,HS): no kernel keeps them.
    void showAttention(const std::string& place, const Heads& q, const Heads& k, const lls_mask& mask);
};

}  // namespace llmsys
