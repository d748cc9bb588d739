// y = x (B,NH,T,HS) turned by angles (start + t) theta^(-2i/HS) (engine/position);   dx += dy turned back
#include <cmath>
#include <cstring>
#include <vector>

#include "engine/autograd/operations.h"
#include "engine/core/kernels.h"

namespace llmsys::operations {

namespace {

class Rope final : public Operation {
public:
    Rope(int64_t start, bool interleaved, double theta) : Operation("rope"), start_(start), interleaved_(interleaved), theta_(theta) {}

    Result forward(const Step& step) override {
        requireInputs(step, 1, 1);
        const Shape& x = step.shape(0);
        if (x.rank != 4 || x.last() % 2 != 0) {
            refuse(step, "rotary positions turn pairs of features of (B,NH,T,HS)", "pass four axes, the last one even");
        }
        const int64_t rows = x.extents[2];
        if (start_ < 0 || start_ > INT32_MAX - rows) {
            refuse(step,
                   "the positions " + std::to_string(start_) + " to " + std::to_string(start_) + " + " + std::to_string(rows) + " have no 31 bits",
                   "start lower");
        }
        positions_.resize(static_cast<size_t>(rows));
        for (int64_t t = 0; t < rows; t++) {
            positions_[static_cast<size_t>(t)] = static_cast<int32_t>(start_ + t);
        }
        frequencies_.resize(static_cast<size_t>(x.last() / 2));
        for (size_t i = 0; i < frequencies_.size(); i++) {
            frequencies_[i] = std::pow(theta_, -2.0 * static_cast<double>(i) / static_cast<double>(x.last()));
        }
        kernel_ = step.kernel<Position>("position", "rope");
        return {x, turned(step, step.value(0), false)};
    }

    void backward(const Step& step) override {
        if (step.wants(0)) {
            step.contribute(0, turned(step, step.gradient(), true));
        }
    }

private:
    Memory turned(const Step& step, const float* from, bool back) const {
        const Shape& s = step.shape(0);
        Memory y = step.take(s.size());
        if (s.size() > 0) {
            std::memcpy(y.floats(), from, static_cast<size_t>(s.size()) * sizeof(float));
            Heads heads{y.floats(), s.extents[0], s.extents[1], s.extents[2], s.extents[3], s.extents[1] * s.extents[2] * s.extents[3],
                        s.extents[2] * s.extents[3], s.extents[3]};
            kernel_->rotate(heads, positions_.data(), frequencies_.data(), interleaved_, back, step.workers());
        }
        return y;
    }

    int64_t start_;
    bool interleaved_;
    double theta_;
    std::vector<int32_t> positions_;
    std::vector<double> frequencies_;
    std::shared_ptr<const Position> kernel_;
};

}  // namespace

Made rope(int64_t start, bool interleaved, double theta) { return std::make_unique<Rope>(start, interleaved, theta); }

}  // namespace llmsys::operations
