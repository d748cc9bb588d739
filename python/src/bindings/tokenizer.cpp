#include "bindings/tokenizer.h"

#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

std::string pathOf(const py::object& path) {
    if (!py::isinstance<py::str>(path) && !py::isinstance<py::bytes>(path) && !py::hasattr(path, "__fspath__")) {
        typeError("a " + describe(path) + " for a path", "it names a file", "pass a str or a pathlib.Path");
    }
    std::string file;
    try {
        file = py::module_::import("os").attr("fsencode")(path).cast<std::string>();
    } catch (const py::error_already_set&) {
        valueError("a path that the system cannot write", "its characters have no bytes in file names", "pass another path");
    }
    if (file.find('\0') != std::string::npos) {
        valueError("a path with a zero in it", "no file has such a name", "pass the path up to there");
    }
    return file;
}

std::vector<int32_t> Tokenizer::encode(const std::string& text, bool special) const {
    std::vector<int32_t> ids(text.size() + 8);
    int64_t count = 0, bytes = static_cast<int64_t>(text.size());
    int32_t flag = special ? 1 : 0;
    lls_status status = unlocked([&] {
        lls_status first = lls_tokenizer_encode(handle_.get(), text.data(), bytes, flag, ids.data(), static_cast<int64_t>(ids.size()), &count);
        if (first != LLS_SHAPE || count <= static_cast<int64_t>(ids.size())) {
            return first;
        }
        ids.resize(static_cast<size_t>(count));
        return lls_tokenizer_encode(handle_.get(), text.data(), bytes, flag, ids.data(), count, &count);
    });
    check(status);
    ids.resize(static_cast<size_t>(count));
    return ids;
}

std::string Tokenizer::decodeBytes(const int32_t* ids, int64_t count) const {
    int64_t bytes = 0;
    check(lls_tokenizer_decode(handle_.get(), ids, count, nullptr, 0, &bytes));
    std::string text(static_cast<size_t>(bytes), '\0');
    if (bytes > 0) {
        check(unlocked(count, [&] { return lls_tokenizer_decode(handle_.get(), ids, count, text.data(), bytes, &bytes); }));
    }
    return text;
}

int32_t Tokenizer::vocabSize() const {
    int32_t size = 0;
    check(lls_tokenizer_vocab_size(handle_.get(), &size));
    return size;
}

int32_t Tokenizer::end() const {
    int32_t id = -1;
    check(lls_tokenizer_end(handle_.get(), &id));
    return id;
}

namespace {

Tokenizer load(const py::object& path, const std::optional<std::string>& kind) {
    std::string file = pathOf(path);
    lls_handle handle = 0;
    check(unlocked([&] { return lls_tokenizer_load(file.c_str(), kind ? kind->c_str() : nullptr, &handle); }));
    return Tokenizer(handle);
}

py::bytes decoded(const Tokenizer& tokenizer, const py::object& ids) {
    Integers given = integersOrList(ids, "Tokenizer.decode", "ids");
    return py::bytes(tokenizer.decodeBytes(given.data, given.size()));
}

}  // namespace

void addTokenizer(py::module_& m) {
    using namespace py::literals;
    py::class_<Tokenizer> type(m, "Tokenizer", R"(Text to ids and back.

Example::

    tok = llmsys.Tokenizer.load("workspace/model")
    ids = tok.encode("The old clock")
    tok.decode(ids)     # "The old clock"
)");
    defineStatic(type, "Tokenizer.load", &load, "path"_a, "kind"_a = py::none(),
                 R"(Reads a tokenizer: tokenizer.json (byte-level BPE, SentencePiece-style BPE), tokenizer.model, llama2.c's tokenizer.bin,
tiktoken ranks, a .gguf that carries one, or a folder that has one of them. kind "char" or "whitespace": learned from the text file at path.

Errors: llmsys.Error for a file that is not there, cannot be read, or splits text in a way this library does not know.

Source: Sennrich et al. 2016, arXiv 1508.07909; Kudo and Richardson 2018, arXiv 1808.06226.
)");
    defineMethod(type, "Tokenizer.encode", &Tokenizer::encode, "text"_a, "special"_a = true,
                 R"(The ids of a text. special: texts of special tokens become those tokens, and a beginning is added where the vocabulary says so.

Errors: llmsys.Error for text that the vocabulary cannot write.
)");
    defineMethod(type, "Tokenizer.decode", [](const Tokenizer& self, const py::object& ids) {
        return py::object(decoded(self, ids).attr("decode")("utf-8", "replace")).cast<py::str>();
    }, "ids"_a, R"(The text of ids (a list or an array of whole numbers). Bytes that are no UTF-8 become U+FFFD; decode_bytes keeps them.

Errors: TypeError for ids that are no whole numbers, ValueError for an id outside the vocabulary.
)");
    defineMethod(type, "Tokenizer.decode_bytes", &decoded, "ids"_a, "The bytes of ids; they may end inside a character.");
    type.def_property_readonly("vocab_size", &Tokenizer::vocabSize, "Ids are 0 to vocab_size - 1.")
        .def_property_readonly("end", &Tokenizer::end, "The id that ends a text, or -1.")
        .def("__len__", &Tokenizer::vocabSize)
        .def("__repr__", [](const Tokenizer& self) { return "Tokenizer(vocab_size=" + std::to_string(self.vocabSize()) + ")"; });
}

}  // namespace llmsys::python
