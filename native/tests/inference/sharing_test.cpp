// Sessions of one model share steps: each writes to the bit what it writes alone, whoever joins, leaves or is cancelled meanwhile.
#include <atomic>
#include <random>
#include <thread>

#include "tests/inference/with_model.h"

using namespace llmsys::test;

TEST(Sharing, ManyThreadsWriteWhatEachWritesAlone) {
    for (const char* type : {"f32", "q8_0"}) {
        Opened model("llama", 200, type);
        constexpr int THREADS = 6;
        std::vector<std::vector<int32_t>> prompts;
        std::vector<std::vector<int32_t>> alone;
        std::vector<lls_generation_options> how;
        for (int i = 0; i < THREADS; i++) {
            prompts.emplace_back();
            for (int t = 0; t < 1 + 17 * i; t++) {
                prompts.back().push_back((i * 13 + t * 5) % 61);
            }
            how.push_back(options(30 + 5 * i));
            how.back().temperature = i % 2 == 0 ? 0 : 0.9;
            how.back().seed = static_cast<uint64_t>(i);
            alone.push_back(model.write(prompts.back(), how.back()));
        }
        int64_t before = live();
        for (int round = 0; round < 5; round++) {
            std::vector<std::thread> threads;
            std::vector<std::vector<int32_t>> together(THREADS);
            for (int i = 0; i < THREADS; i++) {
                size_t at = static_cast<size_t>(i);
                threads.emplace_back([&, at] { together[at] = model.write(prompts[at], how[at]); });
            }
            for (std::thread& thread : threads) {
                thread.join();
            }
            EXPECT_EQ(together, alone);
        }
        EXPECT_EQ(live(), before);
    }
}

TEST(Sharing, AThousandSessionsCancelledAtRandomTokensGiveAllBack) {
    Opened model("llama", 64);
    int64_t before = live();
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < 8; i++) {
        threads.emplace_back([&, i] {
            std::mt19937_64 random(i);
            for (int round = 0; round < 125; round++) {
                std::vector<int32_t> prompt(1 + random() % 40, static_cast<int32_t>(random() % 61));
                lls_handle session = model.session(prompt, options(24));
                uint64_t after = random() % 24;
                bool fromOutside = random() % 2 == 0;
                std::thread other;
                lls_token token{0, 0, nullptr};
                for (uint64_t t = 0; token.stop == nullptr; t++) {
                    if (t == after && fromOutside) {
                        other = std::thread([&] { EXPECT_EQ(lls_session_cancel(session), LLS_OK); });
                    } else if (t == after) {
                        break;                                   // closed without a word
                    }
                    EXPECT_EQ(lls_session_next(session, &token), LLS_OK) << lls_last_error();
                }
                if (other.joinable()) {
                    other.join();
                }
                EXPECT_EQ(lls_session_close(session), LLS_OK);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(live(), before);
}

TEST(Sharing, ASessionIsForOneThreadAtATimeAndOutlivesItsModelsHandle) {
    lls_model_config config = shape("llama");
    lls_handle model = 0;
    int64_t before = live();
    ASSERT_EQ(lls_model_random(&config, nullptr, 1, &model), LLS_OK);
    int32_t prompt[] = {1, 2};
    lls_generation_options how = options(50);
    lls_handle session = 0;
    ASSERT_EQ(lls_session_open(model, prompt, 2, &how, &session), LLS_OK);
    EXPECT_EQ(lls_model_close(model), LLS_OK);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) {
        threads.emplace_back([&] {
            for (int t = 0; t < 20; t++) {
                lls_token token;
                lls_status status = lls_session_next(session, &token);
                wrong += status != LLS_OK && status != LLS_STATE;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(wrong.load(), 0);
    EXPECT_EQ(lls_session_close(session), LLS_OK);
    EXPECT_EQ(live(), before);
}
