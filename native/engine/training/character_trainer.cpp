#include "engine/training/character_trainer.h"

#include <algorithm>
#include <cmath>

#include "engine/core/random_stream.h"
#include "engine/core/surface.h"
#include "engine/tokenizer/word_level.h"

namespace llmsys {

namespace {

constexpr double WARM_UP = 100;
constexpr double LONGEST_GRADIENT = 1;

void requireRange(const char* name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
        throw Error(LLS_INVALID, std::string("lls_trainer_open got ") + std::to_string(value) + " for " + name,
                    "it must be from " + std::to_string(least) + " to " + std::to_string(most), "begin with lls_training_defaults");
    }
}

lls_training_options checked(const lls_training_options& options) {
    requireRange("context_length", options.context_length, 1, 1 << 16);
    requireRange("embedding_dim", options.embedding_dim, 1, 1 << 14);
    requireRange("num_layers", options.num_layers, 1, 1024);
    requireRange("num_heads", options.num_heads, 1, 1 << 14);
    requireRange("batch", options.batch, 1, 1 << 16);
    requireRange("learning_rate", options.learning_rate, 0, 1000);
    requireRange("weight_decay", options.weight_decay, 0, 1000);
    if (options.embedding_dim % options.num_heads != 0) {
        throw Error(LLS_INVALID,
            "lls_trainer_open got " + std::to_string(options.num_heads) + " heads for an embedding of " + std::to_string(options.embedding_dim),
                    "heads share the features evenly", "make embedding_dim a multiple of num_heads");
    }
    return options;
}

std::vector<int32_t> encoded(const Tokenizer& tokenizer, std::string_view text, int64_t window) {
    std::vector<int32_t> ids = tokenizer.encode(text, false);
    if (static_cast<int64_t>(ids.size()) <= window) {
        throw Error(LLS_INVALID, "the text has " + std::to_string(ids.size()) + " characters",
                    "a window of " + std::to_string(window) + " and the character after it do not fit",
                    "give a longer text, or a smaller context_length");
    }
    return ids;
}

}  // namespace

CharacterTrainer::CharacterTrainer(std::string_view text, const lls_training_options& options)
    : options_(checked(options)), tokenizer_(CharTokenizer::learned(text)), ids_(encoded(*tokenizer_, text, options.context_length)),
      network_(characterConfig(options, tokenizer_->vocabSize()), options.seed) {
    size_t size = static_cast<size_t>(options.batch) * static_cast<size_t>(options.context_length);
    inputs_.resize(size);
    targets_.resize(size);
}

void CharacterTrainer::draw() {
    const int64_t t = options_.context_length, places = static_cast<int64_t>(ids_.size()) - t;
    RandomStream draws = RandomStream::at(options_.seed, {static_cast<uint64_t>(steps_)});
    for (int64_t b = 0; b < options_.batch; b++) {
        const int32_t* window = ids_.data() + draws.nextLong(places);
        std::copy(window, window + t, inputs_.begin() + b * t);
        std::copy(window + 1, window + t + 1, targets_.begin() + b * t);
    }
}

CharacterTrainer::Outcome CharacterTrainer::step() {
    draw();
    const float loss = network_.learn(inputs_, targets_, options_.batch);
    std::shared_ptr<Workers> workers = sharedWorkers();
    const Parameters& parameters = network_.parameters();
    const double norm = parameters.gradientNorm(*workers);
    if (!std::isfinite(loss) || !std::isfinite(norm)) {
        throw Error(LLS_NUMERIC,
                    "step " + std::to_string(steps_ + 1) + " has loss " + std::to_string(loss) + " and a gradient of length " + std::to_string(norm),
                    "training went astray, or an implementation gave no number", "use a smaller learning rate, or other implementations");
    }
    if (norm > LONGEST_GRADIENT) {
        parameters.shorten(static_cast<float>(LONGEST_GRADIENT / norm), *workers);
    }
    const double step = static_cast<double>(steps_ + 1);
    parameters.update({steps_ + 1, options_.learning_rate * std::min(1.0, step / WARM_UP), 0.9, 0.99, 1e-8, options_.weight_decay}, *workers);
    steps_++;
    return {loss, static_cast<float>(norm)};
}

std::shared_ptr<Model> CharacterTrainer::model() const {
    ModelFile file;
    file.name = "the model that learns";
    file.config = network_.config();
    for (const Parameters::Part& part : network_.parameters().parts()) {
        FileTensor tensor;
        tensor.name = part.name;
        tensor.extents = part.extents;
        tensor.data = reinterpret_cast<const uint8_t*>(network_.parameters().weight(part));
        file.tensors.push_back(std::move(tensor));
    }
    auto model = std::make_shared<Model>(file.config, readWeights(file, std::nullopt));
    model->tokenizer = tokenizer_;
    return model;
}

}  // namespace llmsys
