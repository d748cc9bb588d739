// Bad input at the C surface: for every parameter of every function that llmsys.h declares, calls that must be refused. Each gives a status and three
// lines, keeps no memory, and leaves what was open working. The header is read, so that a function or a parameter that is new fails here until it is
// in the table.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/abi/refusals.h"
#include "tests/memory/rust_layer.h"

namespace abitest {

World::World() {
    folder = testing::TempDir() + "llmsys-abi";
    textFile = testing::TempDir() + "llmsys-abi.txt";
    std::ofstream(textFile) << "to be or not to be, that is the question, and this is more of it";
    a = {x.data(), 4, 4, 4, 1};
    b = {y.data(), 4, 4, 4, 1};
    c = {z.data(), 4, 4, 4, 1};
    w = {x.data(), LLS_F32, 4, 4};
    q = k = v = out = {x.data(), 1, 1, 2, 4, 8, 8, 4};
    k.data = y.data();
    out.data = z.data();
    mask.causal = 1;
    std::strcpy(shape.family, "llama");
    shape.vocab_size = 61;
    shape.context_length = 64;
    shape.embedding_dim = 32;
    shape.num_layers = 1;
    shape.num_heads = shape.num_kv_heads = 4;
    shape.head_dim = 8;
    shape.hidden_dim = 64;
    shape.norm_eps = 1e-5f;
    shape.rope_theta = 10000;
    lls_generation_defaults(&how);
    how.max_tokens = 4;
    how.alternatives = 3;
    how.prompt_scores = 2;
    lls_training_defaults(&training);
    training.context_length = 8;
    training.embedding_dim = 8;
    training.num_layers = 1;
    training.num_heads = 2;
    training.batch = 2;
    const std::string text = "to be or not to be, that is the question";
    const int64_t extents[] = {2, 2};
    EXPECT_EQ(lls_arena_open(1024, "abi", &arena), LLS_OK);
    EXPECT_EQ(lls_arranged_create(&w, &arranged), LLS_OK);
    EXPECT_EQ(lls_model_random(&shape, nullptr, 1, &model), LLS_OK) << lls_last_error();
    EXPECT_EQ(lls_tokenizer_load(textFile.c_str(), "char", &tokenizer), LLS_OK) << lls_last_error();
    EXPECT_EQ(lls_session_open(model, ids.data(), 2, &how, &session), LLS_OK) << lls_last_error();
    lls_token token;
    EXPECT_EQ(lls_session_next(session, &token), LLS_OK);
    EXPECT_EQ(lls_tape_open(&tape), LLS_OK);
    EXPECT_EQ(lls_tape_tensor(tape, x.data(), extents, 2, 1, &variable), LLS_OK);
    EXPECT_EQ(lls_trainer_open(text.data(), static_cast<int64_t>(text.size()), &training, &trainer), LLS_OK) << lls_last_error();
}

World::~World() {
    EXPECT_EQ(lls_session_close(session), LLS_OK);
    EXPECT_EQ(lls_tape_close(tape), LLS_OK);
    EXPECT_EQ(lls_trainer_close(trainer), LLS_OK);
    EXPECT_EQ(lls_model_close(model), LLS_OK);
    EXPECT_EQ(lls_tokenizer_close(tokenizer), LLS_OK);
    EXPECT_EQ(lls_arranged_close(arranged), LLS_OK);
    EXPECT_EQ(lls_arena_close(arena), LLS_OK);
    std::remove(textFile.c_str());
}

namespace {

Refusals tableOf(World& world) {
    Refusals table;
    addCore(table, world);
    addOperations(table, world);
    addPlugins(table, world);
    addModels(table, world);
    addTraining(table, world);
    addRust(table, world);
    return table;
}

int64_t live() {
    lls_memory_stats stats{};
    EXPECT_EQ(lls_memory_total(&stats), LLS_OK);
    return stats.live_bytes;
}

// What may be anything: parameters by name, for all functions or for one ("function.parameter").
const std::map<std::string, const char*> FREE = {
    {"lls_memory_fail_at.n", "below 1 is off"}, {"seed", "any number"}, {"special", "0 or not 0"}, {"interleaved", "0 or not 0"},
    {"inverse", "0 or not 0"}, {"requires_gradient", "0 or not 0"}, {"by", "any number"}, {"eps", "any number"}, {"bias", "null: none"},
    {"log_sum_exp", "null: not wanted"}, {"gamma", "null: 1"}, {"beta", "null: 0"}, {"saved", "null: not wanted"},
    {"grad_gamma", "null: not wanted"}, {"grad_beta", "null: not wanted"}, {"frequencies", "null: of theta"}, {"loss", "null: not wanted"},
    {"gradient_norm", "null: not wanted"}, {"self", "passed on"}, {"slot", "null: all; an unknown one has none"}, {"data", "null: zeros"},
    {"start", "any position"}, {"lls_allocate.owner", "null: nobody's"}, {"lls_arena_open.owner", "null: nobody's"},
    {"lls_memory_reserve.owner", "null: nobody's"}, {"lls_generation_defaults.options", "null: nothing happens"},
    {"lls_training_defaults.options", "null: nothing happens"}, {"lls_pipeline_defaults.options", "null: nothing happens"},
    {"lls_server_defaults.options", "null: nothing happens"}, {"lls_trainer_model.tokenizer", "null: not wanted"},
    {"lls_activation_backward.accumulate", "0 or not 0"}, {"lls_softmax_backward.accumulate", "0 or not 0"}};

// "function.parameter" of everything that llmsys.h declares.
std::set<std::string> declared() {
    std::ifstream file(LLMSYS_HEADER);
    std::stringstream all;
    all << file.rdbuf();
    std::string text = std::regex_replace(all.str(), std::regex("/\\*[^*]*\\*+(?:[^/*][^*]*\\*+)*/"), "");
    text = std::regex_replace(text, std::regex("\\(\\*(\\w+)\\)\\([^()]*\\)"), "$1");      // a function as a parameter keeps its name
    std::set<std::string> found;
    const std::regex function("LLS_API[^;(]*?(lls_\\w+)\\(([^()]*)\\);"), last("(\\w+)\\s*$");
    for (std::sregex_iterator each(text.begin(), text.end(), function), end; each != end; ++each) {
        std::stringstream parameters((*each)[2]);
        std::string one;
        while (std::getline(parameters, one, ',')) {
            std::smatch name;
            if (std::regex_search(one, name, last) && name[1] != "void") {
                found.insert((*each)[1].str() + "." + name[1].str());
            }
        }
    }
    return found;
}

}  // namespace

TEST(AbiSweep, EachBadParameterIsRefusedWithThreeLinesAndKeepsNothing) {
    int64_t atFirst = live();
    {
        World world;
        int64_t before = 0;
        for (const Refusal& each : tableOf(world).all) {
            SCOPED_TRACE(each.function + " got for " + each.parameter + ": " + each.passed);
            before = live();
            lls_status status = each.call();
            std::string told = lls_last_error();
            EXPECT_NE(status, LLS_OK);
            EXPECT_TRUE(status != LLS_INTERNAL || each.function == "lls_fail") << told;
            EXPECT_EQ(told.find("error: "), 0u) << told;
            EXPECT_NE(told.find("\nwhy: "), std::string::npos) << told;
            EXPECT_NE(told.find("\nfix: "), std::string::npos) << told;
            EXPECT_EQ(live(), before);
        }
        lls_token token;
        EXPECT_EQ(lls_session_next(world.session, &token), LLS_OK) << lls_last_error();
        float loss = 0;
        EXPECT_EQ(lls_trainer_step(world.trainer, &loss, nullptr), LLS_OK) << lls_last_error();
    }
    EXPECT_EQ(live(), atFirst);
}

TEST(AbiSweep, NoFunctionAndNoParameterOfTheHeaderIsLeftOut) {
    World world;
    std::set<std::string> held;
    for (const Refusal& each : tableOf(world).all) {
        held.insert(each.function + "." + each.parameter);
    }
    const std::set<std::string> all = declared();
    EXPECT_GT(all.size(), 250u) << "the header was not read";
    bool rust = lls_pipeline_open != nullptr;
    for (const std::string& each : all) {
        bool optional = FREE.count(each) > 0 || FREE.count(each.substr(each.find('.') + 1)) > 0;
        bool absent = !rust && (each.find("lls_pipeline_") == 0 || each.find("lls_server_") == 0);
        EXPECT_TRUE(held.count(each) > 0 || optional || absent) << each << " is in llmsys.h and not in the table of bad input";
    }
    for (const std::string& each : held) {
        EXPECT_EQ(all.count(each), 1u) << each << " is in the table of bad input and not in llmsys.h";
    }
}

TEST(AbiSweep, DefaultsTakeNull) {
    lls_generation_defaults(nullptr);
    lls_training_defaults(nullptr);
    if (lls_pipeline_open != nullptr) {
        lls_pipeline_defaults(nullptr);
        lls_server_defaults(nullptr);
    }
}

}  // namespace abitest
