// The configuration that a GGUF file's keys spell.
#pragma once

#include "engine/files/gguf_header.h"
#include "engine/files/model_config.h"

namespace llmsys {

// architecture: "llama", "qwen2", "gpt2"
ModelConfig ggufConfig(const GgufHeader& header, Bytes file, const std::string& architecture);

}  // namespace llmsys
