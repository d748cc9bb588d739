// Plug-ins of every slot, registered by the program itself: adapters pass operands on, failures become errors, what is not whole is refused.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "engine/core/registry.h"
#include "engine/plugin/registration.h"
#include "llmsys.h"

namespace llmsys {
namespace {

lls_registration registration(const char* algorithm, const char* name, void* self = nullptr) {
    lls_registration what{};
    what.size = sizeof what;
    what.algorithm = algorithm;
    what.name = name;
    what.summary = "a test";
    what.ranking = -1000;
    what.self = self;
    return what;
}

lls_status addOnes(void*, const lls_workers* workers, const lls_matrix* a, const lls_matrix*, const float*, const lls_matrix* c, int32_t accumulate) {
    struct Job {
        const lls_matrix* a;
        const lls_matrix* c;
        int32_t accumulate;
    } job{a, c, accumulate};
    workers->run(workers->self, c->rows, [](void* argument, int64_t row) {
        Job& it = *static_cast<Job*>(argument);
        for (int64_t n = 0; n < it.c->columns; n++) {
            float& to = it.c->data[row * it.c->row_stride + n * it.c->column_stride];
            to = (it.accumulate ? to : 0) + static_cast<float>(it.a->columns);
        }
    }, &job);
    return LLS_OK;
}

TEST(Plugin, AMatmulGetsItsOperandsAndSharesItsRows) {
    lls_registration what = registration("matmul", "test-ones");
    lls_matmul_kernel kernel{sizeof kernel, addOnes};
    ASSERT_EQ(LLS_OK, lls_register_matmul(&what, &kernel)) << lls_last_error();
    std::vector<float> a(13 * 5), b(5 * 207), c(13 * 207, 1);
    Matrix x{a.data(), 13, 5, 5, 1}, y{b.data(), 5, 207, 207, 1}, z{c.data(), 13, 207, 207, 1};
    Workers workers(3);
    named<MatmulKernel>("matmul", "test-ones")->multiply(x, y, nullptr, z, true, workers);
    EXPECT_EQ(std::vector<float>(13 * 207, 6), c);
    EXPECT_EQ(LLS_STATE, lls_register_matmul(&what, &kernel)) << "names are unique";
    EXPECT_EQ(LLS_OK, lls_unregister("matmul", "test-ones"));
    EXPECT_EQ(LLS_NOT_FOUND, lls_unregister("matmul", "test-ones"));
}

lls_status times(void* self, const lls_workers*, const float* x, float* y, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        y[i] = x[i] * *static_cast<float*>(self);
    }
    return LLS_OK;
}
lls_status timesBackward(void* self, const lls_workers*, const float*, const float*, const float* gradY, float* gradX, int64_t n,
                         int32_t accumulate) {
    for (int64_t i = 0; i < n; i++) {
        gradX[i] = (accumulate ? gradX[i] : 0) + gradY[i] * *static_cast<float*>(self);
    }
    return LLS_OK;
}

TEST(Plugin, AnActivationOfANewAlgorithmServes) {
    float factor = 3;
    lls_registration what = registration("test-times", "test-times", &factor);
    lls_activation_kernel kernel{sizeof kernel, times, timesBackward};
    ASSERT_EQ(LLS_OK, lls_register_activation(&what, &kernel)) << lls_last_error();
    Workers workers(1);
    auto found = serving<Activation>("activation", "test-times");
    std::vector<float> x = {1, -2, 4}, y(3), gradient(3, 1);
    found->forward(x.data(), y.data(), 3, workers);
    EXPECT_EQ((std::vector<float>{3, -6, 12}), y);
    found->backward(x.data(), y.data(), x.data(), gradient.data(), 3, true, workers);
    EXPECT_EQ((std::vector<float>{4, -5, 13}), gradient);
    EXPECT_EQ(LLS_OK, lls_unregister("activation", "test-times"));
    found->forward(x.data(), y.data(), 3, workers);             // who holds it may end its call
}

lls_status normForward(void*, const lls_workers*, const float* x, const float* gamma, const float*, float eps, float* y, float* saved, int64_t rows,
                       int64_t columns) {
    for (int64_t i = 0; i < rows * columns; i++) {
        y[i] = x[i] + eps + (gamma ? gamma[i % columns] : 0);
    }
    if (saved) {
        saved[rows - 1] = 7;
    }
    return LLS_OK;
}
lls_status normBackward(void*, const lls_workers*, const float*, const float*, const float*, const float* gradY, float* gradX, float* gradGamma,
                        float*, int64_t rows,
                        int64_t columns) {
    for (int64_t i = 0; i < rows * columns; i++) {
        gradX[i] = gradY[i];
        gradGamma[i % columns] += gradY[i];
    }
    return LLS_OK;
}

TEST(Plugin, ANormalizationSavesWhatItSays) {
    lls_registration what = registration("rmsnorm", "test-norm");
    lls_normalization_kernel kernel{sizeof kernel, 2, normForward, normBackward};
    EXPECT_EQ(LLS_INVALID, lls_register_normalization(&what, &kernel)) << "rmsnorm saves one number a row";
    kernel.saved_per_row = 1;
    ASSERT_EQ(LLS_OK, lls_register_normalization(&what, &kernel)) << lls_last_error();
    Workers workers(1);
    auto found = named<Normalization>("normalization", "test-norm");
    EXPECT_EQ(1, found->savedPerRow());
    std::vector<float> x = {1, 2, 3, 4}, gamma = {10, 20}, y(4), saved(2), gradX(4), gradGamma = {1, 1};
    found->forward(x.data(), gamma.data(), nullptr, 0.5f, y.data(), saved.data(), 2, 2, workers);
    EXPECT_EQ((std::vector<float>{11.5f, 22.5f, 13.5f, 24.5f}), y);
    EXPECT_EQ(7, saved[1]);
    found->backward(x.data(), gamma.data(), saved.data(), x.data(), gradX.data(), gradGamma.data(), nullptr, 2, 2, workers);
    EXPECT_EQ((std::vector<float>{5, 7}), gradGamma);
    EXPECT_EQ(LLS_OK, lls_unregister("normalization", "test-norm"));
}

int32_t answer = 0;
lls_status pickAnswer(void*, const float*, int64_t, double, int32_t* id) {
    if (answer == -2) {
        return lls_fail(LLS_NUMERIC, "no", "because", "so");
    }
    if (answer == -3) {
        return LLS_STATE;
    }
    if (answer == -4) {
        return static_cast<lls_status>(4711);
    }
    *id = answer;
    return LLS_OK;
}

TEST(Plugin, FailuresOfASamplerBecomeErrors) {
    lls_registration what = registration("test-answer", "test-answer");
    lls_sampler_kernel kernel{sizeof kernel, pickAnswer};
    ASSERT_EQ(LLS_OK, lls_register_sampler(&what, &kernel)) << lls_last_error();
    std::vector<float> logits(13);
    int32_t id = -1;
    auto call = [&](int32_t wanted) {
        answer = wanted;
        return lls_sample("test-answer", nullptr, logits.data(), 13, 0.5, &id);
    };
    EXPECT_EQ(LLS_OK, call(12));
    EXPECT_EQ(12, id);
    for (int again = 0; again < 3; again++) {
        EXPECT_EQ(LLS_NUMERIC, call(-2));
        EXPECT_STREQ("error: the plug-in's sampler test-answer: no\nwhy: because\nfix: so", lls_last_error());
    }
    EXPECT_EQ(LLS_STATE, call(-3));
    EXPECT_NE(nullptr, std::strstr(lls_last_error(), "did not say why"));
    EXPECT_EQ(LLS_INTERNAL, call(-4)) << "a status that does not exist";
    EXPECT_EQ(LLS_NUMERIC, call(13));
    EXPECT_EQ(LLS_NUMERIC, call(-1));
    EXPECT_EQ(12, id);
    EXPECT_EQ(LLS_OK, lls_unregister("sampler", "test-answer"));
    EXPECT_EQ(LLS_NOT_FOUND, call(1));
}

lls_status ruleFirst(void*, float* logits, int64_t v, double setting) {
    for (int64_t i = 0; i < v && static_cast<double>(i) < setting; i++) {
        logits[i] = -1;
    }
    return LLS_OK;
}

TEST(Plugin, AFilterIsListedSelectedAndApplied) {
    lls_registration what = registration("top-k", "test-first");
    what.numerics = "a class";
    what.reference = "a paper";
    lls_filter_kernel kernel{sizeof kernel, ruleFirst};
    ASSERT_EQ(LLS_OK, lls_register_filter(&what, &kernel)) << lls_last_error();
    int32_t count = 0;
    ASSERT_EQ(LLS_OK, lls_implementations("filter", &count));
    bool found = false;
    for (int32_t i = 0; i < count; i++) {
        lls_implementation_info info;
        ASSERT_EQ(LLS_OK, lls_implementation("filter", i, &info));
        if (std::string(info.name) == "test-first") {
            found = true;
            EXPECT_STREQ("top-k", info.algorithm);
            EXPECT_STREQ("a class", info.numerics);
            EXPECT_STREQ("a test", info.summary);
            EXPECT_STREQ("a paper", info.reference);
            EXPECT_EQ(-1000, info.ranking);
            EXPECT_EQ(0, info.serving);
        }
    }
    EXPECT_TRUE(found);
    ASSERT_EQ(LLS_OK, lls_use("filter", "test-first"));
    std::vector<float> logits = {5, 6, 7};
    EXPECT_EQ(LLS_OK, lls_filter("top-k", nullptr, logits.data(), 3, 2));
    EXPECT_EQ((std::vector<float>{-1, -1, 7}), logits);
    EXPECT_EQ(LLS_OK, lls_unregister("filter", "test-first"));
    EXPECT_EQ(LLS_OK, lls_filter("top-k", nullptr, logits.data(), 3, 3)) << "the built-in one serves again";
    EXPECT_EQ(LLS_OK, lls_use("filter", "auto"));
}

TEST(Plugin, RegistrationsThatAreNotWholeAreRefused) {
    lls_registration good = registration("test-answer", "test-answer");
    lls_sampler_kernel kernel{sizeof kernel, pickAnswer};
    auto refused = [&](auto change) {
        lls_registration what = good;
        change(what);
        return lls_register_sampler(&what, &kernel) == LLS_INVALID;
    };
    EXPECT_TRUE(refused([](lls_registration& r) { r.size = 8; }));
    EXPECT_TRUE(refused([](lls_registration& r) { r.size = sizeof r + 8; }));
    EXPECT_TRUE(refused([](lls_registration& r) { r.algorithm = nullptr; }));
    EXPECT_TRUE(refused([](lls_registration& r) { r.name = nullptr; }));
    EXPECT_TRUE(refused([](lls_registration& r) { r.name = ""; }));
    EXPECT_TRUE(refused([](lls_registration& r) { r.name = "two words"; }));
    EXPECT_TRUE(refused([](lls_registration& r) { r.name = "auto"; }));
    std::string longName(65, 'x'), longText(401, 'x');
    EXPECT_TRUE(refused([&](lls_registration& r) { r.name = longName.c_str(); }));
    EXPECT_TRUE(refused([&](lls_registration& r) { r.summary = longText.c_str(); }));
    EXPECT_EQ(LLS_INVALID, lls_register_sampler(nullptr, &kernel));
    EXPECT_EQ(LLS_INVALID, lls_register_sampler(&good, nullptr));
    lls_sampler_kernel small{4, pickAnswer};
    EXPECT_EQ(LLS_INVALID, lls_register_sampler(&good, &small));
    lls_sampler_kernel empty{sizeof empty, nullptr};
    EXPECT_EQ(LLS_INVALID, lls_register_sampler(&good, &empty));
    EXPECT_NE(nullptr, std::strstr(lls_last_error(), "pick"));
    lls_matmul_kernel noMatmul{sizeof noMatmul, nullptr};
    EXPECT_EQ(LLS_INVALID, lls_register_matmul(&good, &noMatmul));
    lls_activation_kernel noBackward{sizeof noBackward, times, nullptr};
    EXPECT_EQ(LLS_INVALID, lls_register_activation(&good, &noBackward));
    lls_filter_kernel noFilter{sizeof noFilter, nullptr};
    EXPECT_EQ(LLS_INVALID, lls_register_filter(&good, &noFilter));
    lls_normalization_kernel noNorm{sizeof noNorm, 1, nullptr, normBackward};
    EXPECT_EQ(LLS_INVALID, lls_register_normalization(&good, &noNorm));
}

}  // namespace
}  // namespace llmsys
