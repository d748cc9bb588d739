// After lls_shutdown the library begins anew: a system may keep a closed library and give the same copy to who opens it next.
#include <gtest/gtest.h>

#include <vector>

#include "llmsys.h"

namespace {

int32_t implementations() {
    int32_t count = 0;
    EXPECT_EQ(LLS_OK, lls_implementations(nullptr, &count)) << lls_last_error();
    return count;
}

std::vector<float> product() {
    std::vector<float> a = {1, 2, 3, 4}, b = {5, 6, 7, 8}, c(4);
    const lls_matrix left{a.data(), 2, 2, 2, 1}, right{b.data(), 2, 2, 2, 1}, result{c.data(), 2, 2, 2, 1};
    EXPECT_EQ(LLS_OK, lls_matmul(nullptr, &left, &right, nullptr, &result, 0)) << lls_last_error();
    return c;
}

TEST(Shutdown, LeavesALibraryThatBeginsAnew) {
    for (int round = 0; round < 3; round++) {
        EXPECT_EQ((std::vector<float>{19, 22, 43, 50}), product());
        const int32_t before = implementations();
        EXPECT_GT(before, 50);
        EXPECT_EQ(LLS_OK, lls_use("matmul", "naive"));
        EXPECT_EQ(LLS_OK, lls_shutdown()) << lls_last_error();
        EXPECT_EQ(before, implementations());
        const char* chosen = nullptr;
        EXPECT_EQ(LLS_OK, lls_selected("matmul", "matmul", &chosen)) << lls_last_error();
        EXPECT_STREQ("auto", chosen);
    }
    EXPECT_EQ(LLS_OK, lls_shutdown());
    EXPECT_EQ(LLS_OK, lls_shutdown());                // with nothing made since
}

}  // namespace
