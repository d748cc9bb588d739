// The example plug-ins in the real library: loaded, listed, selected, equal to the reference, taken back.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "llmsys.h"

namespace {

bool listed(const char* slot, const std::string& name) {
    int32_t count = 0;
    lls_implementations(slot, &count);
    for (int32_t i = 0; i < count; i++) {
        lls_implementation_info info;
        lls_implementation(slot, i, &info);
        if (info.name == name) {
            return true;
        }
    }
    return false;
}

lls_matrix matrix(std::vector<float>& data, int64_t rows, int64_t columns) { return {data.data(), rows, columns, columns, 1}; }

std::vector<float> numbers(size_t count) {
    std::vector<float> all(count);
    for (size_t i = 0; i < count; i++) {
        all[i] = static_cast<float>(static_cast<int>(i * 7919 % 203) - 101) / 64;
    }
    return all;
}

void expectProducts(const char* name, float tolerance) {
    for (int64_t n : {1, 13, 67}) {
        std::vector<float> a = numbers(static_cast<size_t>(n * 29));
        std::vector<float> b = numbers(static_cast<size_t>(29 * 17));
        std::vector<float> bias = numbers(17);
        std::vector<float> c(static_cast<size_t>(n * 17));
        lls_matrix x = matrix(a, n, 29), y = matrix(b, 29, 17), z = matrix(c, n, 17);
        ASSERT_EQ(LLS_OK, lls_matmul(name, &x, &y, bias.data(), &z, 0)) << lls_last_error();
        for (int64_t i = 0; i < n * 17; i++) {
            double expected = bias[static_cast<size_t>(i % 17)];
            for (int64_t k = 0; k < 29; k++) {
                expected += static_cast<double>(a[static_cast<size_t>(i / 17 * 29 + k)]) * b[static_cast<size_t>(k * 17 + i % 17)];
            }
            ASSERT_NEAR(expected, c[static_cast<size_t>(i)], tolerance);
        }
    }
}

class Plugins : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        ASSERT_EQ(LLS_OK, lls_load_plugin(PLUGIN_CPP)) << lls_last_error();
        if (std::strlen(PLUGIN_RUST) > 0) {
            ASSERT_EQ(LLS_OK, lls_load_plugin(PLUGIN_RUST)) << lls_last_error();
        }
    }
};

TEST_F(Plugins, AMatmulInCppMultipliesAndServesWhenItIsChosen) {
    EXPECT_TRUE(listed("matmul", "example-rows"));
    expectProducts("example-rows", 1e-4f);
    ASSERT_EQ(LLS_OK, lls_use("matmul", "example-rows"));
    expectProducts(nullptr, 1e-4f);
    ASSERT_EQ(LLS_OK, lls_use("matmul", "auto"));
}

TEST_F(Plugins, AMatmulInCppGivesTheSameBitsWithAnyNumberOfThreads) {
    std::vector<float> a = numbers(67 * 29), b = numbers(29 * 17), one(67 * 17), four(67 * 17);
    lls_matrix x = matrix(a, 67, 29), y = matrix(b, 29, 17), z = matrix(one, 67, 17), w = matrix(four, 67, 17);
    int32_t before = lls_threads();
    lls_set_threads(1);
    ASSERT_EQ(LLS_OK, lls_matmul("example-rows", &x, &y, nullptr, &z, 0));
    lls_set_threads(4);
    ASSERT_EQ(LLS_OK, lls_matmul("example-rows", &x, &y, nullptr, &w, 0));
    lls_set_threads(before);
    EXPECT_EQ(one, four);
}

TEST_F(Plugins, ASamplerInCppDrawsFromTheDistribution) {
    std::vector<float> logits = {0, std::log(2.0f), -INFINITY, std::log(5.0f)};
    int counts[4] = {};
    for (int i = 0; i < 8000; i++) {
        int32_t id = -1;
        ASSERT_EQ(LLS_OK, lls_sample("gumbel-max", nullptr, logits.data(), 4, i / 8000.0, &id)) << lls_last_error();
        counts[id]++;
    }
    EXPECT_NEAR(1000, counts[0], 130);          // four standard errors
    EXPECT_NEAR(2000, counts[1], 160);
    EXPECT_EQ(0, counts[2]);
    EXPECT_NEAR(5000, counts[3], 180);
}

TEST_F(Plugins, AFailingPluginTellsItsText) {
    std::vector<float> logits(3, -INFINITY);
    int32_t id = 7;
    for (int again = 0; again < 2; again++) {
        EXPECT_EQ(LLS_NUMERIC, lls_sample("gumbel-max", nullptr, logits.data(), 3, 0.5, &id));
        EXPECT_STREQ("error: the plug-in's sampler gumbel-max: no token can be picked\nwhy: all logits are minus infinity\nfix: use filters that "
            "leave one",
                     lls_last_error());
    }
    EXPECT_EQ(7, id);
}

TEST_F(Plugins, AnActivationInRustGoesForwardAndBackward) {
    if (std::strlen(PLUGIN_RUST) == 0) {
        GTEST_SKIP() << "the plug-in in Rust is built with LLMSYS_RUST and cargo";
    }
    for (int64_t size : {0, 1, 13, 40000}) {
        std::vector<float> x = numbers(static_cast<size_t>(size)), y(x.size()), gradient(x.size()), ones(x.size(), 1);
        ASSERT_EQ(LLS_OK, lls_activation("softsign", nullptr, x.data(), y.data(), size)) << lls_last_error();
        ASSERT_EQ(LLS_OK, lls_activation_backward("softsign", "softsign-rust", x.data(), y.data(), ones.data(), gradient.data(), size, 0))
                << lls_last_error();
        for (size_t i = 0; i < x.size(); i++) {
            double v = x[i];
            auto f = [](double at) { return at / (1 + std::abs(at)); };
            ASSERT_NEAR(f(v), y[i], 1e-6);
            ASSERT_NEAR((f(v + 1e-5) - f(v - 1e-5)) / 2e-5, gradient[i], 2e-5);
        }
    }
}

TEST_F(Plugins, TheSamePluginTwiceIsRefusedAndAWrongFileTold) {
    EXPECT_EQ(LLS_STATE, lls_load_plugin(PLUGIN_CPP));
    EXPECT_NE(nullptr, std::strstr(lls_last_error(), "example-rows"));
    EXPECT_EQ(LLS_FILE, lls_load_plugin("/nowhere/plugin.so"));
    EXPECT_NE(nullptr, std::strstr(lls_last_error(), "/nowhere/plugin.so"));
    EXPECT_EQ(LLS_FILE, lls_load_plugin("libm.so.6")) << "the system's own folders are not searched";
    EXPECT_EQ(LLS_INVALID, lls_load_plugin(nullptr));
}

TEST_F(Plugins, ZLastTheyAreTakenBackAndLoadedAgain) {
    ASSERT_EQ(LLS_OK, lls_unregister("matmul", "example-rows"));
    ASSERT_EQ(LLS_OK, lls_unregister("sampler", "gumbel-max"));
    EXPECT_FALSE(listed("matmul", "example-rows"));
    std::vector<float> logits = {1, 2};
    int32_t id = 0;
    EXPECT_EQ(LLS_NOT_FOUND, lls_sample("gumbel-max", nullptr, logits.data(), 2, 0.5, &id));
    EXPECT_EQ(LLS_OK, lls_load_plugin(PLUGIN_CPP)) << lls_last_error();
    EXPECT_EQ(LLS_OK, lls_sample("gumbel-max", nullptr, logits.data(), 2, 0.5, &id));
}

}  // namespace
