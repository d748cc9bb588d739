// A model in a GGUF file of the architectures llama (Mistral too), qwen2 and gpt2: its keys as a configuration, its tensors under Hugging Face's
// names.
//
//   blk.3.attn_q.weight     llama, qwen2: model.layers.3.self_attn.q_proj.weight         gpt2: blk.3.attn_qkv.bias -> h.3.attn.c_attn.bias
//   output.weight absent    the output is tied to the embedding table, whose rows are the vocabulary
//
// Rows of q and k of an architecture llama stand in the order in which rotary positions turn neighbours, those of qwen2 in halves. What is out of
// range or would be another mathematics (experts, longer and shorter frequencies, parts of heads turned) is refused with the name of its key.
#pragma once

#include "engine/files/gguf_header.h"
#include "engine/files/model_file.h"

namespace llmsys {

// Points into the file. Throws Error LLS_FILE, LLS_UNSUPPORTED.
ModelFile readGguf(Bytes file, const std::string& name);

// The same for one tensor's name, "" when it is none of the architecture's; for tests.
std::string huggingFaceName(std::string_view ggufName, bool gpt2);

}  // namespace llmsys
