// The generator is SplitMix64, and its streams are those of the Java engine: values of org.llmsys.tensor.RandomStream.
#include "engine/core/random_stream.h"

#include <gtest/gtest.h>

namespace llmsys {
namespace {

TEST(RandomStream, IsSplitMix64) {
    RandomStream stream(1234567);                   // the published first numbers from this state
    for (uint64_t expected : {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u, 16408922859458223821u}) {
        EXPECT_EQ(expected, stream.nextLong());
    }
}

TEST(RandomStream, DrawsWhatJavaDraws) {
    EXPECT_EQ(0x57e1faba65107204u, RandomStream::at(42).nextLong());
    EXPECT_EQ(0x6c76b6838274a727u, RandomStream::at(42, {0}).nextLong());
    RandomStream stream = RandomStream::at(42, {7, 3});
    EXPECT_EQ(0.4998752858570028, stream.nextDouble());
    EXPECT_EQ(0.9345465305722931, stream.nextDouble());
    EXPECT_EQ(0x4064f35cbc533b4eu, RandomStream::at(42, {3, 7}).nextLong());
    EXPECT_EQ(0xe6899c055d2b5b3au, RandomStream::at(static_cast<uint64_t>(-1), {uint64_t{1} << 40}).nextLong());
}

TEST(RandomStream, IsUniformAndBounded) {
    RandomStream stream = RandomStream::at(1);
    double mean = 0;
    int counts[6] = {};
    for (int i = 0; i < 60000; i++) {
        double draw = stream.nextDouble();
        ASSERT_TRUE(draw >= 0 && draw < 1);
        mean += draw / 60000;
        counts[stream.nextLong(6)]++;
    }
    EXPECT_NEAR(0.5, mean, 0.005);                  // four standard errors
    for (int count : counts) {
        EXPECT_NEAR(10000, count, 400);
    }
    EXPECT_EQ(0, stream.nextLong(1));
    for (int i = 0; i < 1000; i++) {
        int64_t draw = stream.nextLong((int64_t{1} << 62) + 1);
        ASSERT_TRUE(draw >= 0 && draw <= int64_t{1} << 62);
    }
}

TEST(RandomStream, IsNormalWithMeanZeroAndDeviationOne) {
    RandomStream stream = RandomStream::at(2);
    double mean = 0, square = 0;
    for (int i = 0; i < 100000; i++) {
        double draw = stream.nextGaussian();
        mean += draw / 100000;
        square += draw * draw / 100000;
    }
    EXPECT_NEAR(0, mean, 0.013);
    EXPECT_NEAR(1, square, 0.018);
}

}  // namespace
}  // namespace llmsys
