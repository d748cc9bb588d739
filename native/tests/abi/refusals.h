// The table of the sweep over llmsys.h: for each parameter of each function, calls that must be refused.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "llmsys.h"

namespace abitest {

struct Refusal {
    std::string function, parameter, passed;
    std::function<lls_status()> call;
};

constexpr int64_t MOST = std::numeric_limits<int64_t>::max();
constexpr int64_t LEAST = std::numeric_limits<int64_t>::min();

class Refusals {
public:
    void null(const char* function, const char* parameter, std::function<lls_status()> call) {
        all.push_back({function, parameter, "null", std::move(call)});
    }
    void one(const char* function, const char* parameter, std::string passed, std::function<lls_status()> call) {
        all.push_back({function, parameter, std::move(passed), std::move(call)});
    }
    // Numbers that a parameter never takes; by itself those below 0.
    void number(const char* function, const char* parameter, const std::function<lls_status(int64_t)>& call,
                std::initializer_list<int64_t> values = {-1, LEAST}) {
        for (int64_t value : values) {
            all.push_back({function, parameter, std::to_string(value), [=] { return call(value); }});
        }
    }
    void number32(const char* function, const char* parameter, const std::function<lls_status(int32_t)>& call,
                  std::initializer_list<int32_t> values = {-1, INT32_MIN}) {
        for (int32_t value : values) {
            all.push_back({function, parameter, std::to_string(value), [=] { return call(value); }});
        }
    }
    // A number never given out, one of another kind, one that was closed; and 0 unless the function takes it as none.
    void handle(const char* function, const char* parameter, const std::function<lls_status(lls_handle)>& call, lls_handle other, bool zero = true) {
        lls_handle closed = 0;
        lls_tape_open(&closed);
        lls_tape_close(closed);
        std::vector<lls_handle> values = {UINT64_MAX, uint64_t{1} << 51, 987654321, other, closed};
        if (zero) {
            values.push_back(0);
        }
        for (lls_handle value : values) {
            all.push_back({function, parameter, "handle " + std::to_string(value), [=] { return call(value); }});
        }
    }
    // Names that nothing has: none, too long, no UTF-8. Null too, unless it is a choice.
    void name(const char* function, const char* parameter, const std::function<lls_status(const char*)>& call, bool null = true) {
        static const std::string LONG(100000, 'x');
        for (const char* value : {"", "no such name", "\xFF\xFE\x80", LONG.c_str(), "%s%n"}) {
            all.push_back({function, parameter, std::string(value).substr(0, 12), [=] { return call(value); }});
        }
        if (null) {
            all.push_back({function, parameter, "null", [=] { return call(nullptr); }});
        }
    }

    std::vector<Refusal> all;
};

// What the calls work on: valid operands, small.
struct World {
    World();
    ~World();
    World(const World&) = delete;

    // floats: 64 zeros each; ids: eight tokens of the model
    std::vector<float> x = std::vector<float>(64), y = std::vector<float>(64), z = std::vector<float>(64), g = std::vector<float>(64);
    std::vector<int32_t> ids = std::vector<int32_t>(8, 1);
    lls_matrix a{}, b{}, c{};
    lls_weights w{};
    lls_heads q{}, k{}, v{}, out{};
    lls_mask mask{};
    lls_model_config shape{};
    lls_generation_options how{};
    lls_training_options training{};
    lls_handle arena = 0, arranged = 0, model = 0, tokenizer = 0, session = 0, tape = 0, trainer = 0;
    int32_t variable = 0;
    std::string folder, textFile;
};

void addCore(Refusals& table, World& world);
void addOperations(Refusals& table, World& world);
void addPlugins(Refusals& table, World& world);
void addModels(Refusals& table, World& world);
void addTraining(Refusals& table, World& world);
void addRust(Refusals& table, World& world);

}  // namespace abitest
