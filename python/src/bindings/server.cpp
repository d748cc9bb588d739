// The HTTP server of the Rust layer, in this process.
#include <optional>

#include <pybind11/stl.h>

#include "bindings/define.h"
#include "bindings/model.h"
#include "bindings/rooms.h"
#include "bindings/rust.h"
#include "bindings/tokenizer.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

class Server {
public:
    Server(const ModelHandle& model, const Tokenizer& tokenizer, const std::string& name, const std::string& host, int32_t port,
           const std::optional<std::string>& token, std::optional<int32_t> maxSessions,
           std::optional<int32_t> maxWaiting, std::optional<int32_t> maxTokens) {
        requireRust("Server");
        lls_server_options options;
        lls_server_defaults(&options);
        options.model = model.get();
        options.tokenizer = tokenizer.handle();
        options.model_name = name.c_str();
        options.host = host.c_str();
        options.port = port;
        options.token = token ? token->c_str() : nullptr;
        options.max_sessions = maxSessions.value_or(options.max_sessions);
        options.max_waiting = maxWaiting.value_or(options.max_waiting);
        options.max_tokens = maxTokens.value_or(options.max_tokens);
        check(unlocked([&] { return lls_server_start(&options, &handle_); }));
    }
    Server(const Server&) = delete;
    ~Server() {
        if (handle_ != 0) {
            Released released;
            lls_server_stop(handle_, 0);
        }
    }

    int32_t port() const {
        int32_t found = 0;
        check(lls_server_port(handle_, &found));
        return found;
    }

    void stop(int64_t milliseconds) {
        lls_handle running = std::exchange(handle_, 0);
        if (running != 0) {
            check(unlocked([&] { return lls_server_stop(running, milliseconds); }));
        }
    }

private:
    lls_handle handle_ = 0;
};

}  // namespace

void addServer(py::module_& m) {
    using namespace py::literals;
    py::class_<Server> type(m, "ServerHandle", "A running server of the engine; llmsys.Server is built on it.");
    defineConstructor<const ModelHandle&, const Tokenizer&, const std::string&, const std::string&, int32_t, const std::optional<std::string>&,
                      std::optional<int32_t>, std::optional<int32_t>, std::optional<int32_t>>(
        type, "Server", "model"_a, "tokenizer"_a, py::kw_only(), "name"_a, "host"_a = "127.0.0.1", "port"_a = 0, "token"_a = py::none(),
        "max_sessions"_a = py::none(), "max_waiting"_a = py::none(), "max_tokens"_a = py::none(), py::keep_alive<1, 2>(), py::keep_alive<1, 3>());
    type.def("port", &Server::port);
    defineMethod(type, "Server.stop", &Server::stop, "milliseconds"_a);
}

}  // namespace llmsys::python
