// lls_server_*: the server over the real engine: bytes of a stream are those of a session, many clients at once, disconnects give all memory back.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tests/memory/rust_layer.h"

namespace {

int64_t liveBytes() {
    lls_memory_stats stats{};
    lls_memory_total(&stats);
    return stats.live_bytes;
}

int connectTo(int32_t port) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return client;
}

std::string requestFor(const std::string& method, const std::string& path, const std::string& body) {
    return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
           + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string ask(int32_t port, const std::string& method, const std::string& path, const std::string& body = "") {
    int client = connectTo(port);
    std::string request = requestFor(method, path, body), answer;
    EXPECT_EQ(send(client, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    char part[4096];
    for (ssize_t n; (n = recv(client, part, sizeof part, 0)) > 0;) {
        answer.append(part, static_cast<size_t>(n));
    }
    close(client);
    return answer;
}

// Every "text":"..." of an answer, joined, escapes as they are.
std::string textsOf(const std::string& answer) {
    std::string all;
    const std::string field = "\"text\":\"";
    for (size_t at = answer.find(field); at != std::string::npos; at = answer.find(field, at)) {
        for (at += field.size(); answer[at] != '"'; at++) {
            all += answer[at];
            if (answer[at] == '\\') {
                all += answer[++at];
            }
        }
    }
    return all;
}

class ModelServer : public ::testing::Test {
protected:
    void SetUp() override {
        NEEDS_RUST();
        const char* shared = std::getenv("LLMSYS_SHARED");
        if (shared == nullptr) {
            GTEST_SKIP() << "LLMSYS_SHARED does not name the folder with models";
        }
        std::string folder = std::string(shared) + "/data/models/stories260K/";
        ASSERT_EQ(lls_model_load((folder + "stories260K.bin").c_str(), nullptr, &model_), LLS_OK) << lls_last_error();
        ASSERT_EQ(lls_tokenizer_load((folder + "tok512.bin").c_str(), nullptr, &tokenizer_), LLS_OK) << lls_last_error();
        lls_server_defaults(&options_);
        options_.model = model_;
        options_.tokenizer = tokenizer_;
        options_.model_name = "stories";
        before_ = liveBytes();
        start();
    }

    void TearDown() override {
        if (server_ != 0) {
            EXPECT_EQ(lls_server_stop(server_, 0), LLS_OK) << lls_last_error();
            EXPECT_EQ(liveBytes(), before_);
            EXPECT_EQ(lls_server_stop(server_, 0), LLS_INVALID);
        }
        lls_tokenizer_close(tokenizer_);
        lls_model_close(model_);
    }

    void start() {
        ASSERT_EQ(lls_server_start(&options_, &server_), LLS_OK) << lls_last_error();
        ASSERT_EQ(lls_server_port(server_, &port_), LLS_OK);
    }

    // What a session of its own writes.
    std::string alone(const std::string& prompt, int tokens, uint64_t seed, double temperature) {
        std::vector<int32_t> ids(prompt.size() + 8);
        int64_t count = 0;
        auto capacity = static_cast<int64_t>(ids.size());
        EXPECT_EQ(lls_tokenizer_encode(tokenizer_, prompt.data(), capacity - 8, 1, ids.data(), capacity, &count), LLS_OK);
        ids.resize(static_cast<size_t>(count));
        lls_generation_options o;
        lls_generation_defaults(&o);
        o.max_tokens = tokens;
        o.seed = seed;
        o.temperature = temperature;
        int32_t end = -1;
        lls_tokenizer_end(tokenizer_, &end);
        o.stop_tokens = &end;
        o.stop_token_count = end >= 0;
        lls_handle session = 0;
        EXPECT_EQ(lls_session_open(model_, ids.data(), count, &o, &session), LLS_OK) << lls_last_error();
        lls_token token{};
        size_t promptIds = ids.size();
        do {
            EXPECT_EQ(lls_session_next(session, &token), LLS_OK) << lls_last_error();
            if (token.id >= 0) {
                ids.push_back(token.id);
            }
        } while (token.stop == nullptr);
        lls_session_close(session);
        std::string whole = decoded(ids, ids.size()), start = decoded(ids, promptIds);
        return whole.substr(start.size());
    }

    std::string decoded(const std::vector<int32_t>& ids, size_t count) {
        std::string text(count * 16 + 16, '\0');
        int64_t bytes = 0;
        auto capacity = static_cast<int64_t>(text.size());
        EXPECT_EQ(lls_tokenizer_decode(tokenizer_, ids.data(), static_cast<int64_t>(count), text.data(), capacity, &bytes), LLS_OK);
        text.resize(static_cast<size_t>(bytes));
        return text;
    }

    static std::string escaped(const std::string& text) {
        std::string all;
        for (char c : text) {
            all += c == '"' ? "\\\"" : c == '\\' ? "\\\\" : c == '\n' ? "\\n" : std::string(1, c);
        }
        return all;
    }

    lls_handle model_ = 0, tokenizer_ = 0, server_ = 0;
    lls_server_options options_{};
    int32_t port_ = 0;
    int64_t before_ = 0;
};

}  // namespace

TEST_F(ModelServer, WritesWhatASessionWrites) {
    for (bool stream : {false, true}) {
        for (int seed : {1, 2}) {
            std::string body = "{\"prompt\":\"Once upon a time\",\"max_tokens\":60,\"temperature\":0.8,\"seed\":" + std::to_string(seed)
                               + ",\"stream\":" + (stream ? "true" : "false") + "}";
            std::string answer = ask(port_, "POST", "/v1/completions", body);
            EXPECT_EQ(textsOf(answer), escaped(alone("Once upon a time", 60, static_cast<uint64_t>(seed), 0.8))) << answer;
            EXPECT_EQ(answer.find("data: [DONE]") != std::string::npos, stream);
        }
    }
}

TEST_F(ModelServer, EchoScoresAddUpWithTheLogits) {
    std::string scores = ask(port_, "POST", "/v1/completions", R"({"prompt":"Once upon a time","max_tokens":0,"echo":true,"logprobs":0})");
    std::string tops = ask(port_, "POST", "/v1/completions", R"({"prompt":"Once upon a time","max_tokens":0,"echo":true,"logprobs":5})");
    auto numbers = [](const std::string& answer) {
        std::vector<double> all;
        size_t at = answer.find("\"token_logprobs\":[null,");
        EXPECT_NE(at, std::string::npos) << answer;
        const char* p = answer.c_str() + at + 23;
        for (char* next = nullptr; *p != ']'; p = *next == ',' ? next + 1 : next) {
            all.push_back(std::strtod(p, &next));
        }
        return all;
    };
    std::vector<double> a = numbers(scores), b = numbers(tops);
    ASSERT_EQ(a.size(), b.size());
    ASSERT_GT(a.size(), 3u);
    for (size_t i = 0; i < a.size(); i++) {
        EXPECT_NEAR(a[i], b[i], 1e-4);
        EXPECT_LT(a[i], 0);
    }
    EXPECT_EQ(textsOf(scores), "Once upon a time");
}

TEST_F(ModelServer, ManyClientsGetTheirOwnBytes) {
    constexpr int CLIENTS = 60;
    std::vector<std::string> expected;
    for (int i = 0; i < CLIENTS; i++) {
        expected.push_back(escaped(alone("Tim and Lily went", 20 + i, static_cast<uint64_t>(i), 1.0)));
    }
    std::vector<std::thread> clients;
    for (int i = 0; i < CLIENTS; i++) {
        clients.emplace_back([&, i] {
            std::string body = "{\"prompt\":\"Tim and Lily went\",\"stream\":true,\"max_tokens\":" + std::to_string(20 + i)
                               + ",\"seed\":" + std::to_string(i) + "}";
            EXPECT_EQ(textsOf(ask(port_, "POST", "/v1/completions", body)), expected[static_cast<size_t>(i)]) << i;
        });
    }
    for (std::thread& client : clients) {
        client.join();
    }
}

TEST_F(ModelServer, DisconnectsGiveAllMemoryBack) {
    for (int i = 0; i < 200; i++) {
        int client = connectTo(port_);
        std::string request = requestFor("POST", "/v1/completions", R"({"prompt":"Once upon","stream":true,"max_tokens":400,"logprobs":5})");
        ASSERT_EQ(send(client, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
        char part[256];
        if (i % 3 != 0) {
            recv(client, part, static_cast<size_t>(1 + i % 200), 0);
        }
        close(client);
    }
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (liveBytes() != before_ && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(liveBytes(), before_);
    EXPECT_NE(ask(port_, "GET", "/metrics").find("llmsys_requests_running 0"), std::string::npos);
}

TEST_F(ModelServer, MistakesAreAnsweredWith400) {
    for (const char* body : {R"({"prompt":""})", R"({"prompt":[512]})", R"({"prompt":[-1]})", R"({"prompt":"a","top_k":-5})", "{"}) {
        std::string answer = ask(port_, "POST", "/v1/completions", body);
        // An empty text still has the token that begins one.
        EXPECT_EQ(answer.substr(9, 3), std::strcmp(body, R"({"prompt":""})") == 0 ? "200" : "400") << body << answer;
    }
    std::string longPrompt;
    for (int i = 0; i < 3000; i++) {
        longPrompt += "and ";
    }
    EXPECT_EQ(ask(port_, "POST", "/v1/completions", "{\"prompt\":\"" + longPrompt + "\"}").substr(9, 3), "400");
}

TEST(ServerOptions, BadOnesAreRefused) {
    NEEDS_RUST();
    lls_handle server = 0;
    lls_server_options good;
    lls_server_defaults(&good);
    EXPECT_EQ(lls_server_start(&good, &server), LLS_INVALID) << "it has no model";
    EXPECT_EQ(lls_server_start(nullptr, &server), LLS_INVALID);
    EXPECT_EQ(lls_server_start(&good, nullptr), LLS_INVALID);
    auto refused = [&](auto change, const char* says) {
        lls_server_options o = good;
        change(o);
        return lls_server_start(&o, &server) == LLS_INVALID && std::string(lls_last_error()).find(says) != std::string::npos;
    };
    EXPECT_TRUE(refused([](auto& o) { o.size++; }, "bytes"));
    EXPECT_TRUE(refused([](auto& o) { o.port = 65536; }, "port"));
    EXPECT_TRUE(refused([](auto& o) { o.port = -1; }, "port"));
    EXPECT_TRUE(refused([](auto& o) { o.max_sessions = 0; }, "max_sessions"));
    EXPECT_TRUE(refused([](auto& o) { o.max_waiting = -1; }, "max_waiting"));
    EXPECT_TRUE(refused([](auto& o) { o.max_tokens = 0; }, "max_tokens"));
    EXPECT_TRUE(refused([](auto& o) { o.host = "0.0.0.0"; }, "token"));
    EXPECT_TRUE(refused([](auto& o) { o.host = "::"; }, "token"));
    EXPECT_TRUE(refused([](auto& o) { o.host = "evil.example"; }, "address"));
    EXPECT_TRUE(refused([](auto& o) { o.token = ""; }, "token"));
    EXPECT_TRUE(refused([](auto& o) { o.token = "two words"; }, "token"));
    EXPECT_TRUE(refused([](auto& o) { o.model_name = "a\nb"; }, "model_name"));
    EXPECT_EQ(lls_server_stop(77, 0), LLS_INVALID);
    EXPECT_EQ(lls_server_stop(0, 0), LLS_OK);
    EXPECT_EQ(lls_server_stop(77, -1), LLS_INVALID);
    int32_t port = 0;
    EXPECT_EQ(lls_server_port(77, &port), LLS_INVALID);
    lls_server_defaults(nullptr);
}
