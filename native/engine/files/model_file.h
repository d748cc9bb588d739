// What a model's files hold, whatever their form: a configuration, and tensors under Hugging Face's names that still lie in the files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/files/element.h"
#include "engine/files/mapped_file.h"
#include "engine/files/model_config.h"

namespace llmsys {

struct FileTensor {
    std::string name;
    std::vector<int64_t> extents;      // row-major, outermost first
    Element type = Element::F32;
    const uint8_t* data = nullptr;
    int64_t scales = -1;               // llama2.c version 2: signed bytes, and where their scales begin, in bytes from data; `group` share one
    int64_t group = 1;
    bool outputsFirst = false;         // a matrix that lies as (out,in) although its family's files have it as (in,out)

    int64_t size() const noexcept {
        int64_t product = 1;
        for (int64_t extent : extents) {
            product *= extent;         // the reader has checked it
        }
        return product;
    }
    // (2,3)
    std::string shape() const;
    // `count` elements from `from` on, at borders of blocks, as floats
    void widen(int64_t from, int64_t count, float* to) const;
};

struct ModelFile {
    std::string name;                                    // for messages
    ModelConfig config;
    std::vector<FileTensor> tensors;
    std::vector<std::shared_ptr<MappedFile>> mapped;     // what the tensors lie in; empty when the caller holds the bytes
    std::string tokenizerPath;                           // "" when none came with it
    int32_t endToken = -1;                               // where the file names it itself
};

}  // namespace llmsys
