// Every attention kernel: forward within 1e-5 of the formula in double, backward within 1e-4 of the derivative, written and not added; any strides;
// grouped heads; causal, whole, windows, lengths, slopes, a cache; queries that see nothing; padding that is not read; bits that do not depend on
// threads.
#include "tests/elementwise/samples.h"

#include "tests/attention/in_double.h"

using namespace samples;

namespace {

struct Sizes {
    int64_t B, NH, NKV, T, S, HS;
};

// (B,heads,T,HS) heads one after the other, or inside the rows as a fused projection leaves them; with something behind each row.
struct Tensor {
    Floats numbers;
    lls_heads heads;

    Tensor(const Floats& values, int64_t b, int64_t h, int64_t t, int64_t d, bool inside) {
        int64_t row = inside ? h * d + 3 : d;
        heads = {nullptr, b, h, t, d, t * row * (inside ? 1 : h), inside ? d : t * row, row};
        numbers.assign(static_cast<size_t>(b * heads.batch_stride + 8), 55);
        heads.data = numbers.data();
        for (int64_t i = 0; i < b * h * t * d; i++) {
            *place(i) = values[static_cast<size_t>(i)];
        }
    }
    Tensor(const Tensor&) = delete;
    // Element i of the tensor in row-major order.
    float* place(int64_t i) const {
        int64_t d = i % heads.width, row = i / heads.width;
        int64_t t = row % heads.rows, h = row / heads.rows % heads.heads, b = row / heads.rows / heads.heads;
        return heads.data + b * heads.batch_stride + h * heads.head_stride + t * heads.row_stride + d;
    }
    int64_t size() const { return heads.batch * heads.heads * heads.rows * heads.width; }
    Floats values() const {
        Floats all;
        for (int64_t i = 0; i < size(); i++) {
            all.push_back(*place(i));
        }
        return all;
    }
};

struct Case {
    Tensor q, k, v, out, gradOut, gradQ, gradK, gradV;
    Floats lse;

    Case(const Sizes& s, bool inside, float size = 1)
        : q(scaled(normal(1, s.B * s.NH * s.T * s.HS), size), s.B, s.NH, s.T, s.HS, inside),
          k(scaled(normal(2, s.B * s.NKV * s.S * s.HS), size), s.B, s.NKV, s.S, s.HS, inside), v(normal(3, s.B * s.NKV * s.S * s.HS), s.B, s.NKV, s.S,
                                                                                                 s.HS, inside),
          out(Floats(static_cast<size_t>(q.size()), NAN), s.B, s.NH, s.T, s.HS, inside), gradOut(normal(4, q.size()), s.B, s.NH, s.T, s.HS, inside),
          gradQ(Floats(static_cast<size_t>(q.size()), NAN), s.B, s.NH, s.T, s.HS, inside),
          gradK(Floats(static_cast<size_t>(k.size()), NAN), s.B, s.NKV, s.S, s.HS, inside),
          gradV(Floats(static_cast<size_t>(k.size()), NAN), s.B, s.NKV, s.S, s.HS, inside), lse(static_cast<size_t>(s.B * s.NH * s.T), 99) {}

    static Floats scaled(Floats x, float by) {
        for (float& each : x) {
            each *= by;
        }
        return x;
    }
    lls_status forward(const std::string& name, const lls_mask& mask, bool withLse = true) {
        return lls_attention(name.c_str(), &q.heads, &k.heads, &v.heads, &mask, &out.heads, withLse ? lse.data() : nullptr);
    }
    lls_status backward(const std::string& name, const lls_mask& mask) {
        return lls_attention_backward(name.c_str(), &q.heads, &k.heads, &v.heads, &mask, &out.heads, lse.data(), &gradOut.heads, &gradQ.heads,
                                      &gradK.heads, &gradV.heads);
    }
    Floats results() const {
        Floats all = out.values();
        for (const Floats& part : {lse, gradQ.values(), gradK.values(), gradV.values()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }
};

void compare(const std::string& what, const Floats& actual, const std::vector<double>& expected, double tolerance) {
    ASSERT_EQ(actual.size(), expected.size()) << what;
    for (size_t i = 0; i < actual.size(); i++) {
        ASSERT_NEAR(actual[i], expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << what << " element " << i;
    }
}

void check(const std::string& name, const Sizes& s, bool inside, const lls_mask& mask, const char* kind) {
    std::string what = name + " " + kind + " (" + std::to_string(s.B) + "," + std::to_string(s.NH) + "," + std::to_string(s.NKV) + ","
            + std::to_string(s.T) + ","
        + std::to_string(s.S) + "," + std::to_string(s.HS) + ")" + (inside ? " inside" : "");
    Case c(s, inside);
    expectOk(c.forward(name, mask));
    in_double::Attention exact(c.q.heads, c.k.heads, c.v.heads, mask, &c.gradOut.heads);
    compare(what + " out", c.out.values(), exact.out, 1e-5);
    compare(what + " logSumExp", c.lse, exact.lse, 1e-5);
    expectOk(c.backward(name, mask));
    compare(what + " gradQ", c.gradQ.values(), exact.gradQ, 1e-4);
    compare(what + " gradK", c.gradK.values(), exact.gradK, 1e-4);
    compare(what + " gradV", c.gradV.values(), exact.gradV, 1e-4);
    Floats before = c.out.values();
    expectOk(c.forward(name, mask, false));
    EXPECT_TRUE(sameBits(before, c.out.values())) << what << " without logSumExp";
}

std::vector<std::string> kernels() { return implementations("attention", "scaled-dot-product"); }

std::vector<int32_t> lengthsOf(const Sizes& s) {
    std::vector<int32_t> lengths;
    for (int64_t b = 0; b < s.B; b++) {
        lengths.push_back(static_cast<int32_t>(s.B == 1 ? s.S / 2 : b * s.S / (s.B - 1)));
    }
    return lengths;
}

Floats slopesOf(const Sizes& s) {
    Floats slopes;
    for (int64_t h = 0; h < s.NH; h++) {
        slopes.push_back(0.5f / static_cast<float>(h + 1));
    }
    return slopes;
}

const Sizes CAUSAL[] = {{1, 1, 1, 1, 1, 1}, {1, 1, 1, 2, 2, 2}, {2, 3, 3, 13, 13, 7}, {1, 4, 2, 5, 18, 8}, {2, 2, 1, 17, 17, 32},
    {1, 2, 2, 1, 207, 16}, {1, 6, 3, 64, 64, 20}, {1, 1, 1, 0, 0, 4}, {1, 4, 2, 1, 130, 48}, {2, 6, 1, 3, 77, 33}, {1, 2, 2, 100, 230, 64}, {1, 1, 1,
        4, 64, 70}, {1, 1, 1, 40, 40, 16}};
const Sizes WHOLE[] = {{1, 1, 1, 1, 1, 1}, {2, 3, 3, 13, 13, 7}, {3, 4, 2, 18, 5, 8}, {2, 2, 1, 1, 207, 32}, {1, 2, 2, 207, 1, 16},
    {2, 6, 3, 100, 130, 20}, {2, 2, 2, 0, 3, 4}, {2, 2, 2, 3, 0, 4}, {2, 2, 2, 9, 0, 4}};

}  // namespace

TEST(Attention, CausalWithAndWithoutSlopesLengthsAndWindows) {
    for (const std::string& name : kernels()) {
        for (const Sizes& s : CAUSAL) {
            std::vector<int32_t> lengths = lengthsOf(s);
            Floats slopes = slopesOf(s);
            for (bool inside : {false, true}) {
                check(name, s, inside, {1, 0, nullptr, nullptr}, "causal");
                check(name, s, inside, {1, 0, nullptr, slopes.data()}, "slopes");
                check(name, s, inside, {1, 0, lengths.data(), slopes.data()}, "lengths and slopes");
            }
            for (int64_t window : {1, 7, 70}) {
                check(name, s, true, {1, window, nullptr, nullptr}, "window");
                check(name, s, false, {1, window, lengths.data(), slopes.data()}, "window, lengths and slopes");
            }
        }
    }
}

TEST(Attention, BetweenTwoSequences) {
    for (const std::string& name : kernels()) {
        for (const Sizes& s : WHOLE) {
            std::vector<int32_t> lengths = lengthsOf(s);
            check(name, s, true, {0, 0, nullptr, nullptr}, "whole");
            check(name, s, false, {0, 0, lengths.data(), nullptr}, "lengths");
            check(name, s, false, {0, 3, nullptr, nullptr}, "whole with a window");
        }
    }
}

TEST(Attention, ByHand) {
    for (const std::string& name : kernels()) {
        float q[] = {std::log(3.0f)}, k[] = {0, 1, 99}, v[] = {10, 20, NAN}, out[1];
        int32_t length = 2;
        lls_heads one{q, 1, 1, 1, 1, 1, 1, 1}, keys{k, 1, 1, 3, 1, 3, 3, 1}, values{v, 1, 1, 3, 1, 3, 3, 1}, result{out, 1, 1, 1, 1, 1, 1, 1};
        lls_mask mask{0, 0, &length, nullptr};
        expectOk(lls_attention(name.c_str(), &one, &keys, &values, &mask, &result, nullptr));
        EXPECT_NEAR(out[0], 17.5, 1e-5) << name << ": weights 1/4 and 3/4";
    }
}

TEST(Attention, PaddingIsNotRead) {
    for (const std::string& name : kernels()) {
        for (int64_t T : {2, 9}) {
            std::vector<int32_t> lengths = {70, 3};
            lls_mask mask{0, 0, lengths.data(), nullptr};
            Floats results[2];
            for (int dirty = 0; dirty < 2; dirty++) {
                Case c({2, 2, 1, T, 80, 6}, false);
                for (int64_t i = 0; i < c.k.size() && dirty; i++) {
                    if (i / 6 % 80 >= lengths[static_cast<size_t>(i / 480)]) {
                        *c.k.place(i) = *c.v.place(i) = NAN;
                    }
                }
                expectOk(c.forward(name, mask));
                expectOk(c.backward(name, mask));
                results[dirty] = c.results();
            }
            EXPECT_TRUE(sameBits(results[0], results[1])) << name;
        }
    }
}

TEST(Attention, LaterTokensChangeNothingBefore) {
    for (const std::string& name : kernels()) {
        Case c({1, 2, 2, 40, 40, 5}, false);
        lls_mask mask{1, 0, nullptr, nullptr};
        expectOk(c.forward(name, mask));
        Floats before = c.out.values();
        for (int64_t i = 0; i < c.k.size(); i++) {
            if (i / 5 % 40 == 30) {
                *c.k.place(i) = 99;
                *c.v.place(i) = -99;
            }
        }
        expectOk(c.forward(name, mask));
        Floats after = c.out.values();
        for (size_t i = 0; i < after.size(); i++) {
            EXPECT_EQ(before[i] == after[i], i / 5 % 40 < 30) << name << " token " << i / 5 % 40;
        }
    }
}

TEST(Attention, LargeScoresStayFinite) {
    for (const std::string& name : kernels()) {
        for (int64_t T : {3, 90}) {
            Case c({1, 1, 1, T, 90, 4}, false, 100);
            lls_mask mask{1, 0, nullptr, nullptr};
            expectOk(c.forward(name, mask));
            expectOk(c.backward(name, mask));
            for (float each : c.results()) {
                ASSERT_TRUE(std::isfinite(each)) << name;
            }
        }
    }
}

TEST(Attention, BitsDoNotDependOnThreads) {
    for (const std::string& name : kernels()) {
        for (const Sizes& s : {Sizes{3, 4, 2, 70, 90, 24}, Sizes{2, 8, 4, 1, 300, 48}}) {
            auto compute = [&](const std::string& which) {
                Case c(s, true);
                lls_mask mask{1, 0, nullptr, nullptr};
                expectOk(c.forward(which, mask));
                expectOk(c.backward(which, mask));
                return c.results();
            };
            expectSameWithThreads([&] { return compute(name); });
            for (const std::string& other : kernels()) {
                if (numericsOf("attention", name) == numericsOf("attention", other)) {
                    EXPECT_TRUE(sameBits(compute(name), compute(other))) << name << " and " << other;
                }
            }
        }
    }
}

TEST(Attention, SurvivesFailingMemory) {
    for (const std::string& name : kernels()) {
        for (int64_t T : {1, 40}) {
            Case c({2, 2, 1, T, 40, 8}, true);
            lls_mask mask{1, 0, nullptr, nullptr};
            expectSurvivesFailingMemory([&] { return c.forward(name, mask); });
            expectSurvivesFailingMemory([&] { return c.backward(name, mask); });
        }
    }
}

TEST(Attention, TakesEmptyOperands) {
    for (const std::string& name : kernels()) {
        for (const Sizes& s : {Sizes{0, 2, 1, 3, 4, 5}, Sizes{1, 0, 0, 3, 4, 5}, Sizes{1, 2, 2, 3, 4, 0}, Sizes{1, 0, 2, 3, 4, 5},
                               Sizes{1, 2, 2, 9, 9, 0}}) {
            Case c(s, false);
            lls_mask mask{1, 0, nullptr, nullptr};
            expectOk(c.forward(name, mask));
            expectOk(c.backward(name, mask));
            for (float each : c.results()) {
                ASSERT_TRUE(std::isfinite(each)) << name;
            }
        }
    }
}

TEST(Attention, RefusesBadInput) {
    Case c({2, 4, 2, 3, 5, 4}, false);
    lls_mask mask{1, 0, nullptr, nullptr};
    auto forward = [&](const lls_heads* q, const lls_heads* k, const lls_heads* v, const lls_mask* m, const lls_heads* out) {
        return lls_attention(nullptr, q, k, v, m, out, nullptr);
    };
    lls_heads q = c.q.heads, k = c.k.heads, v = c.v.heads, out = c.out.heads;
    expectOk(forward(&q, &k, &v, &mask, &out));
    expectRefused(LLS_NOT_FOUND, c.forward("none", mask));
    expectRefused(LLS_INVALID, forward(nullptr, &k, &v, &mask, &out));
    expectRefused(LLS_INVALID, forward(&q, nullptr, &v, &mask, &out));
    expectRefused(LLS_INVALID, forward(&q, &k, nullptr, &mask, &out));
    expectRefused(LLS_INVALID, forward(&q, &k, &v, nullptr, &out));
    expectRefused(LLS_INVALID, forward(&q, &k, &v, &mask, nullptr));
    auto with = [](lls_heads heads, auto change) {
        change(heads);
        return heads;
    };
    auto refused = [&](lls_status status, const lls_heads& changed, int which) {
        expectRefused(status, forward(which == 0 ? &changed : &q, which == 1 ? &changed : &k, which == 2 ? &changed : &v, &mask,
                                      which == 3 ? &changed : &out));
    };
    for (int which = 0; which < 4; which++) {
        const lls_heads& heads = which == 0 ? q : which == 1 ? k : which == 2 ? v : out;
        refused(LLS_INVALID, with(heads, [](lls_heads& x) { x.data = nullptr; }), which);
        refused(LLS_INVALID, with(heads, [](lls_heads& x) { x.rows = -1; }), which);
        refused(LLS_SHAPE, with(heads, [](lls_heads& x) { x.batch = 1; }), which);
        refused(LLS_SHAPE, with(heads, [](lls_heads& x) { x.width = 3; }), which);
        refused(LLS_SHAPE, with(heads, [](lls_heads& x) { x.row_stride = -4; }), which);
        refused(LLS_SHAPE, with(heads, [](lls_heads& x) { x.row_stride = INT64_MAX / 2; }), which);
        refused(LLS_SHAPE, with(heads, [](lls_heads& x) { x.rows = INT64_MAX / 2; }), which);
    }
    refused(LLS_SHAPE, with(k, [](lls_heads& x) { x.heads = 1; }), 1);
    refused(LLS_SHAPE, with(out, [](lls_heads& x) { x.row_stride = 0; }), 3);
    lls_heads wide{nullptr, 0, 4, 3, INT64_MAX / 8, 0, 0, 0}, wideKeys{nullptr, 0, 2, 5, INT64_MAX / 8, 0, 0, 0};
    expectRefused(LLS_SHAPE, forward(&wide, &wideKeys, &wideKeys, &mask, &wide));
    lls_heads many{nullptr, INT64_MAX / 4, INT64_MAX / 4, 3, 0, 0, 0, 0};
    expectRefused(LLS_SHAPE, forward(&many, &many, &many, &mask, &many));
    lls_heads three = with(q, [](lls_heads& x) { x.heads = 3; }), threeOut = with(out, [](lls_heads& x) { x.heads = 3; });
    expectRefused(LLS_SHAPE, forward(&three, &k, &v, &mask, &threeOut));
    lls_heads two = with(k, [](lls_heads& x) { x.rows = 2; }), twoValues = with(v, [](lls_heads& x) { x.rows = 2; });
    expectRefused(LLS_SHAPE, forward(&q, &two, &twoValues, &mask, &out));
    float slopes[4] = {};
    int32_t tooLong[] = {5, 6}, negative[] = {-1, 5};
    for (const lls_mask& bad : {lls_mask{0, 0, nullptr, slopes}, lls_mask{1, -1, nullptr, nullptr}}) {
        expectRefused(LLS_INVALID, forward(&q, &k, &v, &bad, &out));
    }
    for (int32_t* lengths : {tooLong, negative}) {
        lls_mask bad{1, 0, lengths, nullptr};
        expectRefused(LLS_SHAPE, forward(&q, &k, &v, &bad, &out));
    }
    expectRefused(LLS_INVALID, lls_attention_backward(nullptr, &q, &k, &v, &mask, &out, nullptr, &c.gradOut.heads, &c.gradQ.heads, &c.gradK.heads,
                                                      &c.gradV.heads));
    expectRefused(LLS_INVALID, lls_attention_backward(nullptr, &q, &k, &v, &mask, &out, c.lse.data(), nullptr, &c.gradQ.heads, &c.gradK.heads,
                                                      &c.gradV.heads));
    expectRefused(LLS_SHAPE, lls_attention_backward(nullptr, &q, &k, &v, &mask, &out, c.lse.data(), &c.gradOut.heads, &k, &c.gradK.heads,
                                                    &c.gradV.heads));
    expectRefused(LLS_SHAPE, lls_attention_backward(nullptr, &q, &k, &v, &mask, &out, c.lse.data(), &c.gradOut.heads, &c.gradQ.heads, &q,
                                                    &c.gradV.heads));
}
