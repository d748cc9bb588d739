// The wall of the C surface: statuses, three-line messages, versions, handles that are looked up.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "engine/core/handles.h"
#include "engine/core/surface.h"

using namespace llmsys;

TEST(Surface, AnErrorBecomesAStatusAndThreeLines) {
    EXPECT_EQ(guarded([] { throw Error(LLS_SHAPE, "matmul (2, 3) by (4, 5)", "3 and 4 differ", "turn one of them"); }), LLS_SHAPE);
    EXPECT_STREQ(lls_last_error(), "error: matmul (2, 3) by (4, 5)\nwhy: 3 and 4 differ\nfix: turn one of them");
}

TEST(Surface, WhateverIsThrownStaysInside) {
    EXPECT_EQ(guarded([] { throw std::bad_alloc(); }), LLS_OUT_OF_MEMORY);
    EXPECT_EQ(guarded([] { throw std::length_error("long"); }), LLS_INVALID);
    EXPECT_EQ(guarded([] { throw std::runtime_error("odd"); }), LLS_INTERNAL);
    EXPECT_NE(std::string(lls_last_error()).find("odd"), std::string::npos);
    EXPECT_EQ(guarded([] { throw 7; }), LLS_INTERNAL);
    EXPECT_EQ(guarded([] { throw Error(LLS_FILE, std::string(100000, 'x'), "", ""); }), LLS_FILE);
    EXPECT_LT(std::string(lls_last_error()).size(), 20000u);
}

TEST(Surface, ALongLineIsCutAndLosesNoOther) {
    for (int longest = 0; longest < 3; longest++) {
        std::string parts[] = {"what", "because", "do this"};
        parts[longest] = std::string(1, 'x');
        while (parts[longest].size() < 50000) {
            parts[longest] += "\xC3\xA9";
        }
        EXPECT_EQ(guarded([&] { throw Error(LLS_SHAPE, parts[0], parts[1], parts[2]); }), LLS_SHAPE);
        std::string told = lls_last_error();
        EXPECT_EQ(told.find("error: "), 0u);
        EXPECT_NE(told.find("\nwhy: "), std::string::npos);
        EXPECT_NE(told.find("\nfix: "), std::string::npos);
        EXPECT_NE(told.find("\xC3\xA9..."), std::string::npos) << "cut inside a character";
        EXPECT_LT(told.size(), 16384u);
    }
}

TEST(Surface, EachThreadHasItsOwnText) {
    lls_fail(LLS_INVALID, "mine", "a", "b");
    std::thread([] {
        EXPECT_STREQ(lls_last_error(), "");
        lls_fail(LLS_FILE, "other", "c", "d");
    }).join();
    EXPECT_STREQ(lls_last_error(), "error: mine\nwhy: a\nfix: b");
}

TEST(Surface, AnotherVersionIsRefused) {
    EXPECT_EQ(lls_abi_version(), static_cast<uint32_t>(LLS_ABI_VERSION));
    EXPECT_EQ(lls_require_abi(LLS_ABI_VERSION), LLS_OK);
    EXPECT_EQ(lls_require_abi(LLS_ABI_VERSION + 1), LLS_INVALID);
    EXPECT_NE(std::string(lls_last_error()).find("built for version"), std::string::npos);
}

TEST(Surface, ThreadsAreBounded) {
    int32_t before = lls_threads();
    for (int32_t bad : {0, -1, 257, INT32_MAX}) {
        EXPECT_EQ(lls_set_threads(bad), LLS_INVALID);
    }
    EXPECT_EQ(lls_threads(), before);
    EXPECT_EQ(lls_set_threads(3), LLS_OK);
    EXPECT_EQ(lls_threads(), 3);
    lls_set_threads(before);
}

TEST(Surface, NullsAndIndexesOfTheListAreRefused) {
    int32_t count = 0;
    lls_implementation_info info;
    ASSERT_EQ(lls_implementations(nullptr, &count), LLS_OK);
    EXPECT_EQ(lls_implementations(nullptr, nullptr), LLS_INVALID);
    EXPECT_EQ(lls_implementation(nullptr, count, &info), LLS_INVALID);
    EXPECT_EQ(lls_implementation(nullptr, -1, &info), LLS_INVALID);
    for (int32_t i = 0; i < count; i++) {
        ASSERT_EQ(lls_implementation(nullptr, i, &info), LLS_OK);
        EXPECT_NE(std::string(info.slot), "");
        EXPECT_NE(std::string(info.summary), "") << info.slot << " " << info.name;
    }
    EXPECT_EQ(lls_use(nullptr, "x"), LLS_INVALID);
    EXPECT_EQ(lls_use("matmul", nullptr), LLS_INVALID);
    EXPECT_EQ(lls_use("matmul", "nobody"), LLS_NOT_FOUND);
}

TEST(Surface, WhatWasSelectedIsTold) {
    const char* name = nullptr;
    ASSERT_EQ(lls_selected("matmul", "matmul", &name), LLS_OK);
    EXPECT_STREQ(name, "auto");
    ASSERT_EQ(lls_use("matmul", "naive"), LLS_OK);
    ASSERT_EQ(lls_selected("matmul", "matmul", &name), LLS_OK);
    EXPECT_STREQ(name, "naive");
    ASSERT_EQ(lls_use("matmul", "auto"), LLS_OK);
    ASSERT_EQ(lls_selected("matmul", "matmul", &name), LLS_OK);
    EXPECT_STREQ(name, "auto");
    EXPECT_EQ(lls_selected("matmul", "nothing", &name), LLS_NOT_FOUND);
    EXPECT_EQ(lls_selected(nullptr, "matmul", &name), LLS_INVALID);
    EXPECT_EQ(lls_selected("matmul", nullptr, &name), LLS_INVALID);
    EXPECT_EQ(lls_selected("matmul", "matmul", nullptr), LLS_INVALID);
}

TEST(Handles, ForeignClosedAndZeroAreRefused) {
    Handles<int> numbers("number");
    Handles<int> others("other");
    lls_handle seven = numbers.add(std::make_shared<int>(7));
    EXPECT_EQ(*numbers.get(seven), 7);
    EXPECT_THROW(others.get(seven), Error);
    EXPECT_THROW(numbers.get(0), Error);
    std::shared_ptr<int> held = numbers.get(seven);
    numbers.close(seven);
    EXPECT_EQ(*held, 7);
    EXPECT_THROW(numbers.get(seven), Error);
    EXPECT_THROW(numbers.close(seven), Error);
    EXPECT_NO_THROW(numbers.close(0));
}
