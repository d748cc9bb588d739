// tiktoken's rank files. The file says neither how text is cut nor which special tokens there are; both follow from its number of ranks.
#include <algorithm>
#include <array>

#include "engine/tokenizer/bytepair/byte_bpe_files.h"

namespace llmsys {

namespace {

struct Plan {
    const char* name;
    size_t ranks;
    Cut cut;
    std::vector<AddedToken> specials;
};

// Llama 3 has 256 special tokens, most of them reserved.
std::vector<AddedToken> llamaSpecials() {
    std::vector<AddedToken> specials;
    int reserved = 0;
    for (int i = 0; i < 256; i++) {
        const char* named = i == 0 ? "<|begin_of_text|>" : i == 1 ? "<|end_of_text|>" : i == 6 ? "<|start_header_id|>" : i == 7 ? "<|end_header_id|>"
                : i == 9 ? "<|eot_id|>" : nullptr;
        specials.push_back({128000 + i, named ? named : "<|reserved_special_token_" + std::to_string(reserved++) + "|>", true});
    }
    return specials;
}

// p50k_edit has the ranks of p50k_base, and is taken for it.
const std::vector<Plan>& plans() {
    static const std::vector<Plan> all = {
        {"r50k_base", 50256, {CutStep::Gpt2}, {{50256, "<|endoftext|>", true}}},
        {"p50k_base", 50280, {CutStep::Gpt2}, {{50256, "<|endoftext|>", true}}},
        {"cl100k_base", 100256, {CutStep::Cl100k},
         {{100257, "<|endoftext|>", true}, {100258, "<|fim_prefix|>", true}, {100259, "<|fim_middle|>", true}, {100260, "<|fim_suffix|>", true},
          {100276, "<|endofprompt|>", true}}},
        {"o200k_base", 199998, {CutStep::O200k}, {{199999, "<|endoftext|>", true}, {200018, "<|endofprompt|>", true}}},
        {"llama3", 128000, {CutStep::Llama3}, llamaSpecials()},
        {"qwen2", 151643, {CutStep::Qwen2}, {{151643, "<|endoftext|>", true}, {151644, "<|im_start|>", true}, {151645, "<|im_end|>", true}}},
    };
    return all;
}

int base64Value(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63
            : -1;
}

// Empty when it is none.
std::string fromBase64(std::string_view text) {
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    std::string bytes;
    uint32_t bits = 0;
    int count = 0;
    for (char c : text) {
        int value = base64Value(c);
        if (value < 0) {
            return "";
        }
        bits = bits << 6 | static_cast<uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xFF);
        }
    }
    return bytes;
}

// -1 when it is none.
int64_t rankOf(std::string_view digits) {
    int64_t rank = digits.empty() || digits.size() > 7 ? -1 : 0;
    for (char c : digits) {
        rank = rank < 0 || c < '0' || c > '9' ? -1 : rank * 10 + (c - '0');
    }
    return rank < MOST_TOKENS ? rank : -1;
}

std::vector<std::string> readRanks(std::string_view file, size_t& count) {
    std::vector<std::string> ranks;
    size_t line = 0;
    for (size_t at = 0; at < file.size();) {
        line++;
        size_t end = std::min(file.find('\n', at), file.size());
        std::string_view text = file.substr(at, end - at);
        at = end + 1;
        if (!text.empty() && text.back() == '\r') {
            text.remove_suffix(1);
        }
        if (text.empty()) {
            continue;
        }
        size_t blank = std::min(text.find(' '), text.size());
        std::string token = fromBase64(text.substr(0, blank));
        int64_t rank = blank < text.size() ? rankOf(text.substr(blank + 1)) : -1;
        if (token.empty() || static_cast<int64_t>(token.size()) > LONGEST_TOKEN || rank < 0) {
            refuseTokenizer("line " + std::to_string(line) + " is not a token in base 64, a blank and a rank below " + std::to_string(MOST_TOKENS));
        }
        size_t place = static_cast<size_t>(rank);
        if (ranks.size() <= place) {
            ranks.resize(place + 1);
        }
        if (!ranks[place].empty()) {
            refuseTokenizer("the rank " + std::to_string(rank) + " stands in it twice");
        }
        ranks[place] = std::move(token);
        count++;
    }
    return ranks;
}

}  // namespace

bool looksLikeRanks(std::string_view start) {
    std::string_view line = start.substr(0, std::min(start.find('\n'), start.size()));
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    size_t blank = line.find(' ');
    return blank != std::string_view::npos && blank >= 2 && blank <= 200 && !fromBase64(line.substr(0, blank)).empty()
            && rankOf(line.substr(blank + 1)) >= 0;
}

std::shared_ptr<const Tokenizer> byteBpeOfRanks(std::string_view file) {
    size_t count = 0;
    std::vector<std::string> ranks = readRanks(file, count);
    auto plan = std::find_if(plans().begin(), plans().end(), [count](const Plan& each) { return each.ranks == count; });
    if (plan == plans().end()) {
        refuseTokenizer("it has " + std::to_string(count) + " ranks, and no known plan has as many");
    }
    for (size_t rank = 0; rank < ranks.size(); rank++) {
        auto is = [rank](const AddedToken& token) { return token.id == static_cast<int32_t>(rank); };
        if (ranks[rank].empty() && std::none_of(plan->specials.begin(), plan->specials.end(), is)) {
            refuseTokenizer("the rank " + std::to_string(rank) + " is missing");
        }
    }
    BytePairModel model = BytePairModel::ofRanks(ranks);
    if (!model.hasAllBytes()) {
        refuseTokenizer("it does not have all 256 bytes");
    }
    ByteBpeText text;
    text.cut = plan->cut;
    return std::make_shared<ByteBpe>(std::move(model), std::move(text), plan->specials);
}

}  // namespace llmsys
