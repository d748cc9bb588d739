// What only the Rust layer has: pipelines and servers.
#include "tests/abi/refusals.h"
#include "tests/memory/rust_layer.h"

namespace abitest {

namespace {

void pipelines(Refusals& t, World& w) {
    static std::string file;
    static const char* path;
    file = w.textFile;
    path = file.c_str();
    auto good = [&w] {
        lls_pipeline_options options;
        lls_pipeline_defaults(&options);
        options.paths = &path;
        options.path_count = 1;
        options.kind = "text";
        options.tokenizer = w.tokenizer;
        options.batch = 1;
        options.context_length = 4;
        return options;
    };
    // Files and tokenizers are looked at by the threads that read: the first batch tells.
    auto open = [](const lls_pipeline_options* options) {
        lls_handle h = 0;
        lls_status status = lls_pipeline_open(options, &h);
        int32_t inputs[4], targets[4], end;
        status = status == LLS_OK ? lls_pipeline_next(h, inputs, targets, &end) : status;
        lls_pipeline_close(h);
        return status;
    };
    t.null("lls_pipeline_open", "options", [=] { return open(nullptr); });
    t.null("lls_pipeline_open", "pipeline", [=] { auto o = good(); return lls_pipeline_open(&o, nullptr); });
    for (int32_t lls_pipeline_options::*field :
         {&lls_pipeline_options::path_count, &lls_pipeline_options::batch, &lls_pipeline_options::context_length, &lls_pipeline_options::threads,
          &lls_pipeline_options::prefetch}) {
        t.number32("lls_pipeline_open", "options", [=](int32_t n) { auto o = good(); o.*field = n; return open(&o); }, {-1, 0, INT32_MIN});
    }
    t.number32("lls_pipeline_open", "options", [=](int32_t n) { auto o = good(); o.size = static_cast<uint32_t>(n); return open(&o); }, {0, 1, -1});
    t.number("lls_pipeline_open", "options", [=](int64_t n) { auto o = good(); o.epochs = n; return open(&o); });
    t.name("lls_pipeline_open", "options", [=](const char* s) { auto o = good(); o.kind = s; return open(&o); });
    t.name("lls_pipeline_open", "options", [=](const char* s) { auto o = good(); o.paths = &s; return open(&o); });
    t.one("lls_pipeline_open", "options", "paths null", [=] { auto o = good(); o.paths = nullptr; return open(&o); });
    t.handle("lls_pipeline_open", "options", [=](lls_handle h) { auto o = good(); o.tokenizer = h; return open(&o); }, w.model);
    t.handle("lls_pipeline_next", "pipeline", [&w](lls_handle h) { int32_t e; return lls_pipeline_next(h, w.ids.data(), w.ids.data(), &e); },
             w.model);
    auto next = [=](int missing) {
        lls_pipeline_options o = good();
        lls_handle h = 0;
        if (lls_pipeline_open(&o, &h) != LLS_OK) {
            return LLS_OK;                                             // the sweep says that this must be refused
        }
        int32_t in[8], targets[8], end;
        lls_pipeline_stats stats;
        lls_status status = missing == 3 ? lls_pipeline_stats_of(h, nullptr)
                                         : lls_pipeline_next(h, missing == 0 ? nullptr : in, missing == 1 ? nullptr : targets, missing == 2 ? nullptr
                                                             : &end);
        EXPECT_EQ(lls_pipeline_stats_of(h, &stats), LLS_OK);
        EXPECT_EQ(lls_pipeline_close(h), LLS_OK);
        return status;
    };
    t.null("lls_pipeline_next", "inputs", [=] { return next(0); });
    t.null("lls_pipeline_next", "targets", [=] { return next(1); });
    t.null("lls_pipeline_next", "end", [=] { return next(2); });
    t.null("lls_pipeline_stats_of", "stats", [=] { return next(3); });
    t.handle("lls_pipeline_stats_of", "pipeline", [](lls_handle h) { lls_pipeline_stats s; return lls_pipeline_stats_of(h, &s); }, w.model);
    t.handle("lls_pipeline_close", "pipeline", lls_pipeline_close, w.model, false);
}

void servers(Refusals& t, World& w) {
    auto good = [&w] {
        lls_server_options options;
        lls_server_defaults(&options);
        options.model = w.model;
        options.tokenizer = w.tokenizer;
        options.model_name = "tiny";
        return options;
    };
    auto start = [](const lls_server_options* options) {
        lls_handle h = 0;
        lls_status status = lls_server_start(options, &h);
        lls_server_stop(h, 0);
        return status;
    };
    t.null("lls_server_start", "options", [=] { return start(nullptr); });
    t.null("lls_server_start", "server", [=] { auto o = good(); return lls_server_start(&o, nullptr); });
    for (int32_t lls_server_options::*field : {&lls_server_options::port, &lls_server_options::max_sessions, &lls_server_options::max_waiting,
                                               &lls_server_options::max_tokens}) {
        t.number32("lls_server_start", "options", [=](int32_t n) { auto o = good(); o.*field = n; return start(&o); });
    }
    t.number32("lls_server_start", "options", [=](int32_t n) { auto o = good(); o.port = n; return start(&o); }, {65536, INT32_MAX});
    t.number32("lls_server_start", "options", [=](int32_t n) { auto o = good(); o.size = static_cast<uint32_t>(n); return start(&o); }, {0, 1, -1});
    t.name("lls_server_start", "options", [=](const char* s) { auto o = good(); o.host = s; return start(&o); }, false);
    t.one("lls_server_start", "options", "every address without a token", [=] { auto o = good(); o.host = "0.0.0.0"; return start(&o); });
    t.handle("lls_server_start", "options", [=](lls_handle h) { auto o = good(); o.model = h; return start(&o); }, w.tokenizer);
    t.handle("lls_server_start", "options", [=](lls_handle h) { auto o = good(); o.tokenizer = h; return start(&o); }, w.model);
    t.handle("lls_server_port", "server", [](lls_handle h) { int32_t p; return lls_server_port(h, &p); }, w.model);
    auto withServer = [=](const std::function<lls_status(lls_handle)>& call) {
        lls_server_options o = good();
        lls_handle h = 0;
        if (lls_server_start(&o, &h) != LLS_OK) {
            return LLS_OK;                                             // the sweep says that this must be refused
        }
        lls_status status = call(h);
        lls_server_stop(h, 0);
        return status;
    };
    t.null("lls_server_port", "port", [=] { return withServer([](lls_handle h) { return lls_server_port(h, nullptr); }); });
    t.number("lls_server_stop", "milliseconds", [=](int64_t n) { return withServer([n](lls_handle h) { return lls_server_stop(h, n); }); });
    t.handle("lls_server_stop", "server", [](lls_handle h) { return lls_server_stop(h, 0); }, w.model, false);
}

}  // namespace

void addRust(Refusals& t, World& w) {
    if (lls_pipeline_open != nullptr) {
        pipelines(t, w);
        servers(t, w);
    }
}

}  // namespace abitest
