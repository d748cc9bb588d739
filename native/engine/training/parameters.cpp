#include "engine/training/parameters.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/core/random_stream.h"
#include "engine/core/registry.h"

namespace llmsys {

namespace {

constexpr const char* OWNER = "training";
constexpr double DEVIATION = 0.02;
constexpr int64_t PIECE = 16384;

bool endsIn(const std::string& name, const char* end) {
    size_t length = std::strlen(end);
    return name.size() >= length && name.compare(name.size() - length, length, end) == 0;
}

// A name as a place for draws: FNV-1a.
uint64_t placeOf(const std::string& name) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (char letter : name) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3u;
    }
    return hash;
}

void begin(const Parameters::Part& part, int64_t layers, uint64_t seed, float* weight) {
    if (part.extents.size() == 1) {
        std::fill_n(weight, part.size, endsIn(part.name, ".bias") ? 0.0f : 1.0f);
        return;
    }
    double deviation = endsIn(part.name, "c_proj.weight") ? DEVIATION / std::sqrt(2.0 * static_cast<double>(layers)) : DEVIATION;
    RandomStream draws = RandomStream::at(seed, {placeOf(part.name)});
    for (int64_t i = 0; i < part.size; i++) {
        weight[i] = static_cast<float>(deviation * draws.nextGaussian());
    }
}

// Eight sums side by side, which vectorize without changing their order.
double sumOfSquares(const float* x, int64_t size) {
    double sums[8] = {};
    int64_t i = 0;
    for (; i + 8 <= size; i += 8) {
        for (int j = 0; j < 8; j++) {
            sums[j] += static_cast<double>(x[i + j]) * x[i + j];
        }
    }
    for (; i < size; i++) {
        sums[0] += static_cast<double>(x[i]) * x[i];
    }
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

Buffer zeros(int64_t floats) {
    Buffer buffer(floats * static_cast<int64_t>(sizeof(float)), OWNER);
    std::memset(buffer.data(), 0, static_cast<size_t>(buffer.bytes()));
    return buffer;
}

}  // namespace

Parameters::Parameters(const ModelConfig& config, uint64_t seed) {
    std::vector<ExpectedTensor> tensors = expectedTensors(config);
    for (bool matrices : {true, false}) {
        for (const ExpectedTensor& tensor : tensors) {
            if ((tensor.extents.size() > 1) == matrices) {
                int64_t size = 1;
                for (int64_t extent : tensor.extents) {
                    size *= extent;
                }
                parts_.push_back({tensor.name, tensor.extents, size_, size});
                size_ += (size + 15) / 16 * 16;
            }
        }
        decaying_ = matrices ? size_ : decaying_;
    }
    weights_ = zeros(size_);
    gradients_ = zeros(size_);
    mean_ = zeros(size_);
    square_ = zeros(size_);
    for (const Part& part : parts_) {
        begin(part, config.numLayers, seed, weight(part));
    }
}

double Parameters::gradientNorm(Workers& workers) const {
    const int64_t pieces = (size_ + PIECE - 1) / PIECE;
    std::vector<double> sums(static_cast<size_t>(pieces));
    workers.run(pieces, [&](int64_t piece) {
        sums[static_cast<size_t>(piece)] = sumOfSquares(gradients_.floats() + piece * PIECE, std::min(PIECE, size_ - piece * PIECE));
    });
    double total = 0;
    for (double sum : sums) {
        total += sum;
    }
    return std::sqrt(total);
}

void Parameters::shorten(float by, Workers& workers) const {
    serving<Elementwise>("elementwise", "elementwise")->scale(gradients_.floats(), by, gradients_.floats(), size_, workers);
}

void Parameters::update(const lls_optimizer_step& step, Workers& workers) const {
    auto optimizer = serving<Optimizer>("optimizer", "adamw");
    for (bool matrices : {true, false}) {
        const int64_t from = matrices ? 0 : decaying_, size = matrices ? decaying_ : size_ - decaying_;
        float* memory[] = {mean_.floats() + from, square_.floats() + from};
        lls_optimizer_step mine = step;
        mine.weight_decay = matrices ? step.weight_decay : 0;
        optimizer->update(weights_.floats() + from, gradients_.floats() + from, memory, size, mine, workers);
    }
}

}  // namespace llmsys
