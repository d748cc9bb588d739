// Elementwise operations over lanes; every result is rounded once, so the bits are those of reference.cpp.
#include "engine/activation/lanes.h"
#include "engine/activation/pieces.h"
#include "engine/elementwise/lane_elementwise.h"

namespace llmsys::LANES {

namespace {

struct Sum {
    LANES_INLINE Lanes of(Lanes a, Lanes b) { return a + b; }
};
struct Difference {
    LANES_INLINE Lanes of(Lanes a, Lanes b) { return a - b; }
};
struct Product {
    LANES_INLINE Lanes of(Lanes a, Lanes b) { return a * b; }
};
struct Quotient {
    LANES_INLINE Lanes of(Lanes a, Lanes b) { return a / b; }
};

class LaneElementwise final : public Elementwise {
public:
    void add(const float* a, const float* b, float* y, int64_t size, Workers& workers) const override {
        twoToOne<Sum>(a, b, y, size, workers);
    }
    void subtract(const float* a, const float* b, float* y, int64_t size, Workers& workers) const override {
        twoToOne<Difference>(a, b, y, size, workers);
    }
    void multiply(const float* a, const float* b, float* y, int64_t size, Workers& workers) const override {
        twoToOne<Product>(a, b, y, size, workers);
    }
    void divide(const float* a, const float* b, float* y, int64_t size, Workers& workers) const override {
        twoToOne<Quotient>(a, b, y, size, workers);
    }
    void scale(const float* a, float by, float* y, int64_t size, Workers& workers) const override {
        eachChunk(workers, size, [&](int64_t begin, int64_t end) { scaled(a + begin, by, y + begin, end - begin); });
    }
    void addScaled(const float* a, float by, float* y, int64_t size, Workers& workers) const override {
        eachChunk(workers, size, [&](int64_t begin, int64_t end) { plusScaled(a + begin, by, y + begin, end - begin); });
    }

private:
    template <typename F>
    static void twoToOne(const float* a, const float* b, float* y, int64_t size, Workers& workers) {
        eachChunk(workers, size, [&](int64_t begin, int64_t end) { apply<F>(a + begin, b + begin, y + begin, end - begin); });
    }
    template <typename F>
    LANES_TARGET static void apply(const float* a, const float* b, float* y, int64_t size) {
        for (int64_t i = 0; i < size; i += 16) {
            write(y + i, size - i, F::of(read(a + i, size - i), read(b + i, size - i)));
        }
    }
    LANES_TARGET static void scaled(const float* a, float by, float* y, int64_t size) {
        for (int64_t i = 0; i < size; i += 16) {
            write(y + i, size - i, read(a + i, size - i) * all(by));
        }
    }
    LANES_TARGET static void plusScaled(const float* a, float by, float* y, int64_t size) {
        for (int64_t i = 0; i < size; i += 16) {
            write(y + i, size - i, read(y + i, size - i) + read(a + i, size - i) * all(by));
        }
    }
};

}  // namespace

void addElementwise(Registry& registry, bool usable) {
    registry.add({"elementwise", "elementwise", std::string("elementwise") + SUFFIX, "rounded-once",
                  "sixteen numbers at once, chunks over threads",
                  "", RANKING, usable, std::make_shared<LaneElementwise>()});
}

}  // namespace llmsys::LANES
