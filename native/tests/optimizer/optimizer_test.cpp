// Every optimizer: ten steps of its formula in double, to 1e-5 of the way a weight has gone; hand-computed steps; nothing else touched; bits; bad
// input.
#include "tests/elementwise/samples.h"

using namespace samples;

namespace {

lls_optimizer_step stepOf(int64_t step, double decay) { return {step, 0.01, 0.9, 0.999, 1e-8, decay}; }

}  // namespace

TEST(AdamW, IsTheFormula) {
    for (const std::string& name : implementations("optimizer", "adamw")) {
        for (int64_t size : {0, 1, 13, 207, 20011}) {
            for (double decay : {0.0, 0.1}) {
                Floats w = normal(1, size), m(w.size(), 0), v(w.size(), 0);
                std::vector<double> weight(w.begin(), w.end()), mean(w.size(), 0), square(w.size(), 0), start = weight;
                float* memory[] = {m.data(), v.data()};
                for (int64_t t = 1; t <= 10; t++) {
                    Floats g = normal(static_cast<uint64_t>(10 + t), size), before = g;
                    lls_optimizer_step step = stepOf(t, decay);
                    expectOk(lls_optimizer("adamw", name.c_str(), w.data(), g.data(), memory, size, &step));
                    EXPECT_TRUE(sameBits(g, before));
                    for (size_t i = 0; i < w.size(); i++) {
                        mean[i] = 0.9 * mean[i] + 0.1 * g[i];
                        square[i] = 0.999 * square[i] + 0.001 * g[i] * g[i];
                        double direction = mean[i] / (1 - std::pow(0.9,
                                                                   static_cast<double>(t))) / (std::sqrt(square[i] / (1 - std::pow(0.999,
                                                                           static_cast<double>(t)))) + 1e-8);
                        weight[i] = weight[i] * (1 - 0.01 * decay) - 0.01 * direction;
                    }
                }
                for (size_t i = 0; i < w.size(); i++) {
                    ASSERT_NEAR(w[i], weight[i], 1e-5 * (std::abs(start[i]) + 0.1)) << name << " weight " << i;
                    ASSERT_NEAR(m[i], mean[i], 1e-5) << name;
                    ASSERT_NEAR(v[i], square[i], 1e-5) << name;
                }
            }
        }
    }
}

TEST(AdamW, ByHand) {
    for (const std::string& name : implementations("optimizer", "adamw")) {
        float w = 1, g = 0.5f, m = 0, v = 0;
        float* memory[] = {&m, &v};
        lls_optimizer_step step{1, 0.1, 0.9, 0.999, 1e-8, 0};
        expectOk(lls_optimizer("adamw", name.c_str(), &w, &g, memory, 1, &step));
        EXPECT_NEAR(w, 0.9, 1e-6) << name << ": the first step is as long as the rate, whatever the gradient";
        w = 1;
        m = v = 0;
        step.step = 0;
        expectOk(lls_optimizer("adamw", name.c_str(), &w, &g, memory, 1, &step));
        EXPECT_NEAR(w, 1 - 0.1 * 0.05 / std::sqrt(0.001 * 0.25), 1e-5) << name << ": without correction";
    }
}

TEST(GradientDescent, IsTheFormula) {
    for (const std::string& name : implementations("optimizer", "sgd")) {
        for (int64_t size : {0, 1, 13, 207, 20011}) {
            Floats w = normal(1, size), g = normal(2, size), start = w;
            lls_optimizer_step step{1, 0.1, 0, 0, 0, 0.5};
            expectOk(lls_optimizer("sgd", name.c_str(), w.data(), g.data(), nullptr, size, &step));
            for (size_t i = 0; i < w.size(); i++) {
                ASSERT_NEAR(w[i], start[i] - 0.1 * (g[i] + 0.5 * start[i]), 1e-6) << name;
            }
        }
    }
}

TEST(Optimizer, BitsDoNotDependOnThreadsOrPlace) {
    for (const std::string& name : implementations("optimizer", "adamw")) {
        auto compute = [&](const std::string& which) {
            Floats all = normal(1, 50000), g = normal(2, 50000), m = normal(3, 50000), v(50000, 0.5f);
            float* memory[] = {m.data(), v.data()};
            lls_optimizer_step step = stepOf(3, 0.1);
            expectOk(lls_optimizer("adamw", which.c_str(), all.data(), g.data(), memory, 50000, &step));
            float single = normal(1, 50000)[49999], mean = normal(3, 50000)[49999], square = 0.5f;
            float* little[] = {&mean, &square};
            expectOk(lls_optimizer("adamw", which.c_str(), &single, &g[49999], little, 1, &step));
            EXPECT_EQ(single, all[49999]) << which;
            return all;
        };
        expectSameWithThreads([&] { return compute(name); });
        for (const std::string& other : implementations("optimizer", "adamw")) {
            if (numericsOf("optimizer", name) == numericsOf("optimizer", other)) {
                EXPECT_TRUE(sameBits(compute(name), compute(other))) << name << " and " << other;
            }
        }
    }
}

TEST(Optimizer, RefusesBadInput) {
    float x[2] = {};
    float* memory[] = {x, x};
    float* half[] = {x, nullptr};
    lls_optimizer_step good = stepOf(1, 0);
    expectRefused(LLS_INVALID, lls_optimizer(nullptr, nullptr, x, x, memory, 2, &good));
    expectRefused(LLS_NOT_FOUND, lls_optimizer("lion", nullptr, x, x, memory, 2, &good));
    expectRefused(LLS_INVALID, lls_optimizer("adamw", "sgd", x, x, memory, 2, &good));
    expectRefused(LLS_INVALID, lls_optimizer("adamw", nullptr, nullptr, x, memory, 2, &good));
    expectRefused(LLS_INVALID, lls_optimizer("adamw", nullptr, x, nullptr, memory, 2, &good));
    expectRefused(LLS_INVALID, lls_optimizer("adamw", nullptr, x, x, nullptr, 2, &good));
    expectRefused(LLS_INVALID, lls_optimizer("adamw", nullptr, x, x, half, 2, &good));
    expectRefused(LLS_INVALID, lls_optimizer("adamw", nullptr, x, x, memory, 2, nullptr));
    expectRefused(LLS_INVALID, lls_optimizer("adamw", nullptr, x, x, memory, -2, &good));
    expectRefused(LLS_SHAPE, lls_optimizer("adamw", nullptr, x, x, memory, INT64_MAX, &good));
    for (int field = 0; field < 5; field++) {
        lls_optimizer_step bad = good;
        (field == 0 ? bad.learning_rate : field == 1 ? bad.beta1 : field == 2 ? bad.beta2 : field == 3 ? bad.epsilon : bad.weight_decay) = NAN;
        expectRefused(LLS_INVALID, lls_optimizer("adamw", nullptr, x, x, memory, 2, &bad));
    }
    good.step = -1;
    expectRefused(LLS_INVALID, lls_optimizer("adamw", nullptr, x, x, memory, 2, &good));
}
