// Elementwise operations: rounded once in every implementation, so equal to the bit; results may lie on an operand; bad input at the C surface.
#include "tests/elementwise/samples.h"

using namespace samples;

TEST(Elementwise, IsRoundedOnce) {
    for (const std::string& name : implementations("elementwise", "elementwise")) {
        for (int64_t size : {0, 1, 13, 207, 40001}) {
            Floats a = normal(1, size), b = normal(2, size), y(a.size()), before = normal(3, size);
            for (const char* operation : {"add", "subtract", "multiply", "divide", "scale", "add-scaled"}) {
                std::string what = operation;
                bool one = what == "scale" || what == "add-scaled";
                y = before;
                expectOk(lls_elementwise(operation, name.c_str(), a.data(), one ? nullptr : b.data(), 1.7f, y.data(), size));
                Floats place = a;
                if (what != "add-scaled") {
                    expectOk(lls_elementwise(operation, name.c_str(), place.data(), one ? nullptr : b.data(), 1.7f, place.data(), size));
                    EXPECT_TRUE(sameBits(y, place)) << name << " " << what << " in place";
                }
                for (size_t i = 0; i < y.size(); i++) {
                    float product = a[i] * 1.7f;
                    float expected = what == "add" ? a[i] + b[i] : what == "subtract" ? a[i] - b[i] : what == "multiply" ? a[i] * b[i]
                        : what == "divide" ? a[i] / b[i] : what == "scale" ? product : before[i] + product;
                    ASSERT_EQ(y[i], expected) << name << " " << what << " at " << i;
                }
            }
        }
    }
}

TEST(Elementwise, RefusesBadInput) {
    float a[2] = {1, 2};
    expectRefused(LLS_INVALID, lls_elementwise(nullptr, nullptr, a, a, 1, a, 2));
    expectRefused(LLS_NOT_FOUND, lls_elementwise("power", nullptr, a, a, 1, a, 2));
    expectRefused(LLS_NOT_FOUND, lls_elementwise("add", "power", a, a, 1, a, 2));
    expectRefused(LLS_INVALID, lls_elementwise("add", nullptr, a, nullptr, 1, a, 2));
    expectRefused(LLS_INVALID, lls_elementwise("scale", nullptr, a, a, 1, a, 2));
    expectRefused(LLS_INVALID, lls_elementwise("scale", nullptr, nullptr, nullptr, 1, a, 2));
    expectRefused(LLS_INVALID, lls_elementwise("scale", nullptr, a, nullptr, 1, nullptr, 2));
    expectRefused(LLS_INVALID, lls_elementwise("add", nullptr, a, a, 1, a, -2));
    expectRefused(LLS_SHAPE, lls_elementwise("add", nullptr, a, a, 1, a, INT64_MAX / 2));
}
