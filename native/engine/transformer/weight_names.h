// Which tensors a configuration needs, under the names of its family's files, and whether a file has exactly these.
//
//   gpt2     wte, wpe, h.i.{ln_1, attn.c_attn, attn.c_proj, ln_2, mlp.c_fc, mlp.c_proj}, ln_f, lm_head       matrices (in,out), maybe all under
//            transformer.
//   llama    model.embed_tokens, model.layers.i.{input_layernorm, self_attn.{q,k,v,o}_proj, post_attention_layernorm, mlp.{gate,up,down}_proj},
//            model.norm, lm_head                                                                             matrices (out,in)
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/files/model_file.h"

namespace llmsys {

struct ExpectedTensor {
    std::string name;
    std::vector<int64_t> extents;
    bool inputsFirst;                  // a matrix (in,out); blocks lie along the inputs, so such types come as (out,in) even then
};

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& config);

// A file's tensors by plain name.
class NamedTensors {
public:
    // Throws Error LLS_FILE that lists every tensor missing, extra, mis-shaped or of whole numbers. The file must live on.
    explicit NamedTensors(const ModelFile& file);

    const FileTensor& at(const std::string& name) const { return *tensors_.at(name); }

private:
    std::unordered_map<std::string, const FileTensor*> tensors_;
};

// Names of the parts of block i, as weight_names.h lists them; "" where the family keeps q, k and v in one.
struct BlockNames {
    std::string norm1, q, k, v, qkv, o, norm2, gate, up, down;
};
BlockNames blockNames(const ModelConfig& config, int64_t block);
std::string tableName(const ModelConfig& config);
std::string finalNormName(const ModelConfig& config);

}  // namespace llmsys
