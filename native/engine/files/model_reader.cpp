#include "engine/files/model_reader.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/files/config_json.h"
#include "engine/files/gguf_model.h"
#include "engine/files/llama2c.h"
#include "engine/files/safetensors.h"

namespace llmsys {

namespace {

constexpr int64_t LARGEST_CONFIG = 1 << 20;
constexpr const char* WEIGHTS = "model.safetensors";
constexpr const char* INDEX = "model.safetensors.index.json";

enum class Form { NONE, GGUF, BIN, SAFETENSORS };

bool pickle(Bytes file) {
    bool zip = file.size > 1 && file.data[0] == 'P' && file.data[1] == 'K';
    return zip || (file.size > 3 && file.data[0] == 0x80 && file.data[3] != 0);
}

// By the first bytes, else by the name's ending.
Form formOf(const std::string& path) {
    if (!isFile(path)) {
        return Form::NONE;
    }
    MappedFile file(path);
    Bytes bytes = file.bytes();
    if ((bytes.size >= 4 && bytes.part(0, 4).text() == "GGUF") || endsWith(path, ".gguf")) {
        return Form::GGUF;
    }
    if (endsWith(path, ".safetensors")) {
        return Form::SAFETENSORS;
    }
    bool magic = bytes.size >= 4 && bytes.at<uint32_t>(0) == 0x616b3432;
    return magic || (endsWith(path, ".bin") && !pickle(bytes)) ? Form::BIN : Form::NONE;
}

ModelFile readSafetensorsModel(const std::string& path, const std::string& folder) {
    std::string config = joined(folder, "config.json");
    if (!isFile(config)) {
        throw Error(LLS_FILE, "cannot read the model in " + folder, "it has no config.json, so nobody knows what the weights belong to",
                    "put the model's config.json beside its weights");
    }
    ModelFile model;
    model.name = path;
    model.config = configFromJson(textOf(config, LARGEST_CONFIG), config);
    if (endsWith(path, ".json")) {
        model.tensors = readShards(path, model.mapped);
    } else {
        model.mapped.push_back(std::make_shared<MappedFile>(path));
        model.tensors = readSafetensors(model.mapped.front()->bytes(), path);
    }
    for (const char* each : {"tokenizer.json", "tokenizer.model", "vocab.json", "encoder.json", "tokenizer.bin"}) {
        if (isFile(joined(folder, each))) {
            model.tokenizerPath = folder;
        }
    }
    return model;
}

ModelFile readFile(const std::string& path, Form form) {
    if (form == Form::SAFETENSORS) {
        return readSafetensorsModel(path, folderOf(path));
    }
    auto file = std::make_shared<MappedFile>(path);
    ModelFile model = form == Form::GGUF ? readGguf(file->bytes(), path) : readLlama2c(file->bytes(), path);
    model.mapped.push_back(file);
    if (form == Form::GGUF) {
        bool carries = GgufHeader(file->bytes(), path).has("tokenizer.ggml.model");
        model.tokenizerPath = carries ? path : "";
    } else {
        model.tokenizerPath = llama2cTokenizerBeside(path, model.config.vocabSize);
    }
    return model;
}

ModelFile readFolder(const std::string& folder) {
    for (const char* each : {WEIGHTS, INDEX}) {
        if (isFile(joined(folder, each))) {
            return readSafetensorsModel(joined(folder, each), folder);
        }
    }
    std::vector<std::string> inside;
    for (const std::string& each : namesIn(folder, 4096)) {
        if (each.compare(0, 3, "tok") != 0 && formOf(joined(folder, each)) != Form::NONE) {
            inside.push_back(each);
        }
    }
    if (inside.size() == 1) {
        return readFile(joined(folder, inside.front()), formOf(joined(folder, inside.front())));
    }
    std::string list;
    for (size_t i = 0; i < std::min<size_t>(inside.size(), 8); i++) {
        list += (i == 0 ? "" : ", ") + inside[i];
    }
    if (isFile(joined(folder, "pytorch_model.bin"))) {
        throw Error(LLS_FILE, "cannot read a model from " + folder, "its weights are a Python pickle, and reading a pickle runs the program in it",
                    "convert it with a tool you trust: model.save_pretrained(folder, safe_serialization=True)");
    }
    throw Error(LLS_FILE, "cannot read a model from " + folder,
                inside.empty() ? "it holds no " + std::string(WEIGHTS) : "the folder holds several files of models: " + list,
                inside.empty() ? "give a folder with model.safetensors and config.json, or the path of a model's file" : "name one of them");
}

}  // namespace

ModelFile readModel(const std::string& path) {
    if (isFolder(path)) {
        return readFolder(path);
    }
    Form form = formOf(path);
    if (form == Form::NONE) {
        MappedFile there(path);                                          // says when it is not
        throw Error(LLS_FILE, "cannot read a model from " + path, pickle(there.bytes())
                    ? "it is a Python pickle, and reading one runs the program in it"
                                                                                        : "it is of no form known here",
                    "give a .gguf, .safetensors or llama2.c .bin file, or a folder with model.safetensors and config.json");
    }
    return readFile(path, form);
}

ModelFile readModelBytes(Bytes bytes, const std::string& format, const char* configJson) {
    std::string name = "the " + format + " bytes";
    if (format == "bin") {
        return readLlama2c(bytes, name);
    }
    if (format == "gguf") {
        return readGguf(bytes, name);
    }
    if (format != "safetensors") {
        throw Error(LLS_INVALID, "there is no format \"" + format.substr(0, 40) + "\"", "the formats are bin, gguf and safetensors",
                    "pass one of them");
    }
    if (configJson == nullptr) {
        throw Error(LLS_INVALID, "lls_model_load_bytes got no config_json", "weights of safetensors do not say what model they belong to",
                    "pass the text of its config.json");
    }
    ModelFile model;
    model.name = name;
    model.config = configFromJson(configJson, "config.json");
    model.tensors = readSafetensors(bytes, name);
    return model;
}

}  // namespace llmsys
