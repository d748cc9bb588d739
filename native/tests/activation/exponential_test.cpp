// The exponential over lanes: within 1.2 units of the last place of the true one, 0 far below, NaN kept; the same bits in every lane.
#include "tests/elementwise/samples.h"

#include "engine/activation/lanes_portable.h"
#include "engine/activation/exponential.h"

namespace {

using namespace llmsys;

float alone(float x) {
    float some[16];
    portable::store(some, portable::exp(portable::all(x)));
    return some[0];
}

}  // namespace

TEST(Exponential, IsWithinAboutOneUnitOfTheLastPlace) {
    double worst = 0;
    for (int i = 0; i <= 200000; i++) {
        float x = -87.2f + static_cast<float>(i) * (175.4f / 200000);
        double exact = std::exp(static_cast<double>(x));
        double unit = std::ldexp(1.0, std::ilogb(exact) - 23);
        worst = std::max(worst, std::abs(alone(x) - exact) / unit);
    }
    EXPECT_LT(worst, 1.5);
}

TEST(Exponential, HasEnds) {
    EXPECT_EQ(alone(0), 1.0f);
    EXPECT_EQ(alone(-100), 0.0f);
    EXPECT_EQ(alone(-std::numeric_limits<float>::infinity()), 0.0f);
    EXPECT_GT(alone(1000), 1e38f);
    EXPECT_TRUE(std::isnan(alone(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Exponential, DoesNotDependOnTheLane) {
    samples::Floats x = samples::normal(1, 16);
    float y[16];
    portable::store(y, portable::exp(portable::load(x.data())));
    for (int i = 0; i < 16; i++) {
        EXPECT_EQ(y[i], alone(x[static_cast<size_t>(i)]));
    }
}

TEST(Lanes, TheFirstOnesAreReadAndWritten) {
    samples::Floats x = samples::normal(2, 16);
    for (int64_t n = 0; n <= 16; n++) {
        float y[16];
        std::fill(y, y + 16, 7.0f);
        portable::storeFirst(y, n, portable::loadFirst(x.data(), n));
        for (int i = 0; i < 16; i++) {
            EXPECT_EQ(y[i], i < n ? x[static_cast<size_t>(i)] : 7.0f);
        }
    }
}
