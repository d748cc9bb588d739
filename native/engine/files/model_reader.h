// The door for models on a disk: finds out the form, reads it, finds the tokenizer that lies with it.
#pragma once

#include "engine/files/model_file.h"

namespace llmsys {

// A llama2.c .bin, a .gguf, a .safetensors beside its config.json, a folder with model.safetensors (or an index of several files) and config.json,
// or a folder that holds one model in a file. Throws Error LLS_NOT_FOUND, LLS_FILE, LLS_UNSUPPORTED.
ModelFile readModel(const std::string& path);

// format: "bin", "gguf", "safetensors" with the text of its config.json. Points into the bytes.
ModelFile readModelBytes(Bytes bytes, const std::string& format, const char* configJson);

}  // namespace llmsys
