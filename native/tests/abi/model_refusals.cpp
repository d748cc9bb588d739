// Tokenizers, models, generation.
#include "tests/abi/refusals.h"

namespace abitest {

namespace {

void tokenizers(Refusals& t, World& w) {
    t.name("lls_tokenizer_load", "path", [](const char* s) { lls_handle h; return lls_tokenizer_load(s, nullptr, &h); });
    t.name("lls_tokenizer_load", "kind", [&w](const char* s) { lls_handle h; return lls_tokenizer_load(w.textFile.c_str(), s, &h); }, false);
    t.one("lls_tokenizer_load", "path", "a folder without one", [&w] { lls_handle h; return lls_tokenizer_load(w.folder.c_str(), nullptr, &h); });
    t.null("lls_tokenizer_load", "tokenizer", [&w] { return lls_tokenizer_load(w.textFile.c_str(), "char", nullptr); });
    auto content = [](const void* data, int64_t count) { lls_handle h; return lls_tokenizer_load_bytes(data, count, nullptr, &h); };
    t.null("lls_tokenizer_load_bytes", "bytes", [=] { return content(nullptr, 8); });
    t.number("lls_tokenizer_load_bytes", "count", [=](int64_t n) { return content("GGUF0000", n); }, {-1, LEAST, 0, 1, 8});
    t.name("lls_tokenizer_load_bytes", "name", [](const char* s) { lls_handle h; return lls_tokenizer_load_bytes("{}", 2, s, &h); });
    t.null("lls_tokenizer_load_bytes", "tokenizer", [] { return lls_tokenizer_load_bytes("GGUF0000", 8, "a file", nullptr); });
    t.handle("lls_tokenizer_vocab_size", "tokenizer", [](lls_handle h) { int32_t n; return lls_tokenizer_vocab_size(h, &n); }, w.model);
    t.null("lls_tokenizer_vocab_size", "size", [&w] { return lls_tokenizer_vocab_size(w.tokenizer, nullptr); });
    t.handle("lls_tokenizer_end", "tokenizer", [](lls_handle h) { int32_t n; return lls_tokenizer_end(h, &n); }, w.model);
    t.null("lls_tokenizer_end", "id", [&w] { return lls_tokenizer_end(w.tokenizer, nullptr); });
    t.handle("lls_tokenizer_close", "tokenizer", lls_tokenizer_close, w.model, false);

    auto encode = [&w](const char* text, int64_t bytes, int32_t special, bool ids, int64_t capacity, bool count) {
        int64_t told;
        return lls_tokenizer_encode(w.tokenizer, text, bytes, special, ids ? w.ids.data() : nullptr, capacity, count ? &told : nullptr);
    };
    t.handle("lls_tokenizer_encode", "tokenizer", [](lls_handle h) { int64_t n; return lls_tokenizer_encode(h, "ab", 2, 0, nullptr, 0, &n); },
             w.session);
    t.null("lls_tokenizer_encode", "utf8", [=] { return encode(nullptr, 2, 0, true, 8, true); });
    t.null("lls_tokenizer_encode", "ids", [=] { return encode("ab", 2, 0, false, 8, true); });
    t.null("lls_tokenizer_encode", "count", [=] { return encode("ab", 2, 0, true, 8, false); });
    t.number("lls_tokenizer_encode", "bytes", [=](int64_t n) { return encode("ab", n, 0, true, 8, true); });
    t.number("lls_tokenizer_encode", "capacity", [=](int64_t n) { return encode("ab", 2, 0, true, n, true); }, {-1, LEAST, 1});

    auto decode = [&w](const int32_t* ids, int64_t count, bool text, int64_t capacity, bool bytes) {
        char place[16];
        int64_t told;
        return lls_tokenizer_decode(w.tokenizer, ids, count, text ? place : nullptr, capacity, bytes ? &told : nullptr);
    };
    t.handle("lls_tokenizer_decode", "tokenizer", [&w](lls_handle h) { int64_t n; return lls_tokenizer_decode(h, w.ids.data(), 1, nullptr, 0, &n); },
             w.tape);
    t.null("lls_tokenizer_decode", "ids", [=] { return decode(nullptr, 2, true, 16, true); });
    t.null("lls_tokenizer_decode", "utf8", [=, &w] { return decode(w.ids.data(), 2, false, 16, true); });
    t.null("lls_tokenizer_decode", "bytes", [=, &w] { return decode(w.ids.data(), 2, true, 16, false); });
    t.number("lls_tokenizer_decode", "count", [=, &w](int64_t n) { return decode(w.ids.data(), n, true, 16, true); });
    t.number("lls_tokenizer_decode", "capacity", [=, &w](int64_t n) { return decode(w.ids.data(), 2, true, n, true); }, {-1, LEAST, 1});
    for (int32_t bad : {-1, INT32_MIN, INT32_MAX, 100}) {
        t.one("lls_tokenizer_decode", "ids", std::to_string(bad), [=] { return decode(&bad, 1, true, 16, true); });
    }
}

void loading(Refusals& t, World& w) {
    t.name("lls_model_load", "path", [](const char* s) { lls_handle h; return lls_model_load(s, nullptr, &h); });
    t.one("lls_model_load", "path", "a text file", [&w] { lls_handle h; return lls_model_load(w.textFile.c_str(), nullptr, &h); });
    t.one("lls_model_load", "path", "a folder without one", [&w] { lls_handle h; return lls_model_load(w.folder.c_str(), nullptr, &h); });
    t.name("lls_model_load", "type", [&w](const char* s) { lls_handle h; return lls_model_load(w.textFile.c_str(), s, &h); }, false);
    t.null("lls_model_load", "model", [&w] { return lls_model_load(w.textFile.c_str(), nullptr, nullptr); });
    auto bytes = [](const void* data, int64_t count, const char* format, const char* config, const char* type) {
        lls_handle h;
        return lls_model_load_bytes(data, count, format, config, type, &h);
    };
    t.null("lls_model_load_bytes", "bytes", [=] { return bytes(nullptr, 8, "gguf", nullptr, nullptr); });
    t.number("lls_model_load_bytes", "count", [=](int64_t n) { return bytes("GGUF0000", n, "gguf", nullptr, nullptr); }, {-1, LEAST, 0, 1, 8});
    t.name("lls_model_load_bytes", "format", [=](const char* s) { return bytes("GGUF0000", 8, s, nullptr, nullptr); });
    t.name("lls_model_load_bytes", "config_json", [=](const char* s) { return bytes("\2\0\0\0\0\0\0\0{}", 10, "safetensors", s, nullptr); });
    t.name("lls_model_load_bytes", "type", [=](const char* s) { return bytes("GGUF0000", 8, "gguf", nullptr, s); }, false);
    t.null("lls_model_load_bytes", "model", [] { return lls_model_load_bytes("GGUF0000", 8, "gguf", nullptr, nullptr, nullptr); });

    auto random = [](const lls_model_config* config, const char* type) { lls_handle h; return lls_model_random(config, type, 1, &h); };
    t.null("lls_model_random", "config", [=] { return random(nullptr, nullptr); });
    t.null("lls_model_random", "model", [&w] { return lls_model_random(&w.shape, nullptr, 1, nullptr); });
    t.name("lls_model_random", "type", [=, &w](const char* s) { return random(&w.shape, s); }, false);
    for (int32_t lls_model_config::*field :
         {&lls_model_config::vocab_size, &lls_model_config::context_length, &lls_model_config::embedding_dim, &lls_model_config::num_layers,
          &lls_model_config::num_heads, &lls_model_config::num_kv_heads, &lls_model_config::head_dim, &lls_model_config::hidden_dim}) {
        t.number32("lls_model_random", "config", [=, &w](int32_t n) {
            lls_model_config bad = w.shape;
            bad.*field = n;
            return random(&bad, nullptr);
        }, {0, -1, INT32_MIN, INT32_MAX});
    }
    for (const char* family : {"", "nobody", "fifteen letters"}) {
        t.one("lls_model_random", "config", family, [=, &w] {
            lls_model_config bad = w.shape;
            std::string(family).copy(bad.family, sizeof bad.family);
            bad.family[std::string(family).size()] = '\0';
            return random(&bad, nullptr);
        });
    }
    t.one("lls_model_random", "config", "a family without an end", [=, &w] {
        lls_model_config bad = w.shape;
        std::string(16, 'l').copy(bad.family, 16);
        return random(&bad, nullptr);
    });
}

void models(Refusals& t, World& w) {
    loading(t, w);
    t.handle("lls_model_config_of", "model", [](lls_handle h) { lls_model_config c; return lls_model_config_of(h, &c); }, w.tokenizer);
    t.null("lls_model_config_of", "config", [&w] { return lls_model_config_of(w.model, nullptr); });
    t.handle("lls_model_tokenizer", "model", [](lls_handle h) { lls_handle o; return lls_model_tokenizer(h, &o); }, w.tokenizer);
    t.one("lls_model_tokenizer", "model", "one that has none", [&w] { lls_handle o; return lls_model_tokenizer(w.model, &o); });
    t.null("lls_model_tokenizer", "tokenizer", [&w] { return lls_model_tokenizer(w.model, nullptr); });
    t.handle("lls_model_close", "model", lls_model_close, w.tokenizer, false);
    auto silent = [](void*, const char*, const float*, const int64_t*, int32_t) {};
    auto logits = [&w, silent](bool trace, lls_handle model, const int32_t* ids, int64_t count, bool place) {
        float* all = place ? w.x.data() : nullptr;
        return trace ? lls_model_trace(model, ids, count, all, silent, nullptr) : lls_model_logits(model, ids, count, all);
    };
    for (bool trace : {false, true}) {
        const char* function = trace ? "lls_model_trace" : "lls_model_logits";
        t.handle(function, "model", [=, &w](lls_handle h) { return logits(trace, h, w.ids.data(), 1, true); }, w.session);
        t.null(function, "ids", [=, &w] { return logits(trace, w.model, nullptr, 1, true); });
        t.null(function, "logits", [=, &w] { return logits(trace, w.model, w.ids.data(), 1, false); });
        t.number(function, "count", [=, &w](int64_t n) { return logits(trace, w.model, w.ids.data(), n, true); }, {-1, LEAST, 65, MOST});
        for (int32_t bad : {-1, 61, INT32_MIN, INT32_MAX}) {
            t.one(function, "ids", std::to_string(bad), [=, &w] { return logits(trace, w.model, &bad, 1, true); });
        }
    }
    t.null("lls_model_trace", "visit", [&w] { return lls_model_trace(w.model, w.ids.data(), 1, w.x.data(), nullptr, nullptr); });
}

void sessions(Refusals& t, World& w) {
    auto open = [](lls_handle model, const int32_t* prompt, int64_t count, const lls_generation_options* how) {
        lls_handle h;
        return lls_session_open(model, prompt, count, how, &h);
    };
    auto memory = [](lls_handle model, int64_t prompt,
                     const lls_generation_options* how) { int64_t n; return lls_session_memory(model, prompt, how, &n); };
    t.handle("lls_session_open", "model", [=, &w](lls_handle h) { return open(h, w.ids.data(), 2, &w.how); }, w.tokenizer);
    t.null("lls_session_open", "prompt", [=, &w] { return open(w.model, nullptr, 2, &w.how); });
    t.number("lls_session_open", "count", [=, &w](int64_t n) { return open(w.model, w.ids.data(), n, &w.how); }, {0, -1, LEAST, 64, MOST});
    t.null("lls_session_open", "options", [=, &w] { return open(w.model, w.ids.data(), 2, nullptr); });
    t.null("lls_session_open", "session", [&w] { return lls_session_open(w.model, w.ids.data(), 2, &w.how, nullptr); });
    for (int32_t bad : {-1, 61, INT32_MIN, INT32_MAX}) {
        t.one("lls_session_open", "prompt", std::to_string(bad), [=, &w] { return open(w.model, &bad, 1, &w.how); });
    }
    t.handle("lls_session_memory", "model", [=, &w](lls_handle h) { return memory(h, 2, &w.how); }, w.tokenizer);
    t.number("lls_session_memory", "prompt", [=, &w](int64_t n) { return memory(w.model, n, &w.how); }, {0, -1, LEAST, 64, MOST});
    t.null("lls_session_memory", "options", [=, &w] { return memory(w.model, 2, nullptr); });
    t.null("lls_session_memory", "bytes", [&w] { return lls_session_memory(w.model, 2, &w.how, nullptr); });
    using Change = void (*)(lls_generation_options&);
    const std::pair<const char*, Change> changes[] = {
        {"size 0", [](auto& o) { o.size = 0; }}, {"size + 1", [](auto& o) { o.size++; }}, {"max_tokens -1", [](auto& o) { o.max_tokens = -1; }},
        {"temperature -1", [](auto& o) { o.temperature = -1; }},
        {"temperature NaN", [](auto& o) { o.temperature = std::numeric_limits<double>::quiet_NaN(); }}, {"top_k -1", [](auto& o) { o.top_k = -1; }},
        {"top_p 0", [](auto& o) { o.top_p = 0; }}, {"top_p 1.1", [](auto& o) { o.top_p = 1.1; }}, {"slide 2", [](auto& o) { o.slide = 2; }},
        {"alternatives -2", [](auto& o) { o.alternatives = -2; }}, {"alternatives 62", [](auto& o) { o.alternatives = 62; }},
        {"prompt_scores 3", [](auto& o) { o.prompt_scores = 3; }}, {"stop_token_count -1", [](auto& o) { o.stop_token_count = -1; }},
        {"stop_token_count INT32_MAX", [](auto& o) { o.stop_token_count = INT32_MAX; }},
                {"stop tokens null", [](auto& o) { o.stop_token_count = 1; }}};
    for (const auto& [what, change] : changes) {
        for (bool opens : {true, false}) {
            t.one(opens ? "lls_session_open" : "lls_session_memory", "options", what, [=, &w, change = change] {
                lls_generation_options bad = w.how;
                change(bad);
                return opens ? open(w.model, w.ids.data(), 2, &bad) : memory(w.model, 2, &bad);
            });
        }
    }
    t.handle("lls_session_next", "session", [](lls_handle h) { lls_token token; return lls_session_next(h, &token); }, w.model);
    t.null("lls_session_next", "token", [&w] { return lls_session_next(w.session, nullptr); });
    t.handle("lls_session_logits", "session", [&w](lls_handle h) { return lls_session_logits(h, w.x.data()); }, w.model);
    t.null("lls_session_logits", "logits", [&w] { return lls_session_logits(w.session, nullptr); });
    auto alternatives = [&w](lls_handle h, bool ids, bool scores, int32_t capacity, bool count) {
        int32_t told;
        return lls_session_alternatives(h, ids ? w.ids.data() : nullptr, scores ? w.x.data() : nullptr, capacity, count ? &told : nullptr);
    };
    t.handle("lls_session_alternatives", "session", [=](lls_handle h) { return alternatives(h, true, true, 8, true); }, w.model);
    t.null("lls_session_alternatives", "ids", [=, &w] { return alternatives(w.session, false, true, 8, true); });
    t.null("lls_session_alternatives", "log_probabilities", [=, &w] { return alternatives(w.session, true, false, 8, true); });
    t.null("lls_session_alternatives", "count", [=, &w] { return alternatives(w.session, true, true, 8, false); });
    t.number32("lls_session_alternatives", "capacity", [=, &w](int32_t n) { return alternatives(w.session, true, true, n, true); },
               {-1, 1, INT32_MIN});
    auto scores = [&w](lls_handle h, bool place, int64_t capacity, bool count) {
        int64_t told;
        return lls_session_prompt_scores(h, place ? w.x.data() : nullptr, capacity, count ? &told : nullptr);
    };
    t.handle("lls_session_prompt_scores", "session", [=](lls_handle h) { return scores(h, true, 8, true); }, w.model);
    t.null("lls_session_prompt_scores", "log_probabilities", [=, &w] { return scores(w.session, false, 8, true); });
    t.null("lls_session_prompt_scores", "count", [=, &w] { return scores(w.session, true, 8, false); });
    t.number("lls_session_prompt_scores", "capacity", [=, &w](int64_t n) { return scores(w.session, true, n, true); }, {-1, 1, LEAST});
    auto likely = [&w](lls_handle h, bool ids, bool scores, int64_t capacity, bool count) {
        int64_t told;
        return lls_session_prompt_alternatives(h, ids ? w.ids.data() : nullptr, scores ? w.x.data() : nullptr, capacity, count ? &told : nullptr);
    };
    t.handle("lls_session_prompt_alternatives", "session", [=](lls_handle h) { return likely(h, true, true, 8, true); }, w.model);
    t.null("lls_session_prompt_alternatives", "ids", [=, &w] { return likely(w.session, false, true, 8, true); });
    t.null("lls_session_prompt_alternatives", "log_probabilities", [=, &w] { return likely(w.session, true, false, 8, true); });
    t.null("lls_session_prompt_alternatives", "count", [=, &w] { return likely(w.session, true, true, 8, false); });
    t.number("lls_session_prompt_alternatives", "capacity", [=, &w](int64_t n) { return likely(w.session, true, true, n, true); }, {-1, 1, LEAST});
    auto sampling = [](lls_handle h, double temperature, int32_t topK, double topP) { return lls_session_sampling(h, temperature, topK, topP); };
    t.handle("lls_session_sampling", "session", [=](lls_handle h) { return sampling(h, 1, 0, 1); }, w.model);
    for (double bad : {-1.0, 1e7, std::numeric_limits<double>::quiet_NaN()}) {
        t.one("lls_session_sampling", "temperature", std::to_string(bad), [=, &w] { return sampling(w.session, bad, 0, 1); });
        t.one("lls_session_sampling", "top_p", std::to_string(bad), [=, &w] { return sampling(w.session, 1, 0, bad); });
    }
    t.number32("lls_session_sampling", "top_k", [=, &w](int32_t n) { return sampling(w.session, 1, n, 1); });
    t.handle("lls_session_cancel", "session", lls_session_cancel, w.model);
    t.handle("lls_session_close", "session", lls_session_close, w.model, false);

    auto batch = [](lls_handle model, const int32_t* ids, int64_t n, int64_t count, int32_t tokens, int32_t* written) {
        return lls_generate_batch(model, ids, n, count, tokens, written);
    };
    t.handle("lls_generate_batch", "model", [=, &w](lls_handle h) { return batch(h, w.ids.data(), 2, 2, 2, w.ids.data() + 4); }, w.session);
    t.null("lls_generate_batch", "ids", [=, &w] { return batch(w.model, nullptr, 2, 2, 2, w.ids.data() + 4); });
    t.null("lls_generate_batch", "written", [=, &w] { return batch(w.model, w.ids.data(), 2, 2, 2, nullptr); });
    t.number("lls_generate_batch", "batch", [=, &w](int64_t n) { return batch(w.model, w.ids.data(), n, 2, 2, w.ids.data() + 4); },
             {-1, LEAST, MOST, MOST / 4});
    t.number("lls_generate_batch", "count", [=, &w](int64_t n) { return batch(w.model, w.ids.data(), 2, n, 2, w.ids.data() + 4); },
             {-1, LEAST, MOST, 65});
    t.number32("lls_generate_batch", "tokens", [=, &w](int32_t n) { return batch(w.model, w.ids.data(), 2, 2, n, w.ids.data() + 4); },
               {-1, INT32_MIN, INT32_MAX});
}

}  // namespace

void addModels(Refusals& t, World& w) {
    tokenizers(t, w);
    models(t, w);
    sessions(t, w);
}

}  // namespace abitest
