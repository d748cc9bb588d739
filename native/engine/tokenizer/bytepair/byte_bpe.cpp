#include "engine/tokenizer/bytepair/byte_bpe.h"

#include <algorithm>

#include "engine/tokenizer/bytepair/byte_alphabet.h"
#include "engine/tokenizer/unicode/normal_form.h"

namespace llmsys {

ByteBpe::ByteBpe(BytePairModel model, ByteBpeText text, const std::vector<AddedToken>& added) : model_(std::move(model)), text_(std::move(text)) {
    int32_t largest = model_.tokens().size() - 1;
    std::unordered_map<std::string, int32_t> ids;
    std::vector<AddedToken> raw;
    std::vector<AddedToken> normalized;
    for (const AddedToken& token : added) {
        bool taken = model_.tokens().has(token.id) && toByteAlphabet(model_.tokens().bytes(token.id)) != token.content;
        bool fits = token.id >= 0 && token.id < MOST_TOKENS && !taken;
        if (!fits || !contents_.emplace(token.id, token.content).second || !ids.emplace(token.content, token.id).second) {
            refuseTokenizer("the added token \"" + token.content.substr(0, 80) + "\" with the id " + std::to_string(token.id)
                            + " stands twice, has the id of another token, or one out of range");
        }
        largest = std::max(largest, token.id);
        (token.normalized ? normalized : raw).push_back(token);
        if (token.normalized && text_.composes) {
            normalized.back().content = composed(token.content);
        }
    }
    raw_ = AddedTokens(std::move(raw));
    auto byId = [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; };
    std::sort(normalized.begin(), normalized.end(), byId);
    normalized_ = AddedTokens(std::move(normalized));
    vocabSize_ = largest + 1;
    for (const std::vector<int32_t>* around : {&text_.before, &text_.after}) {
        for (int32_t id : *around) {
            if (!known(id)) {
                refuseTokenizer("it puts the id " + std::to_string(id) + " around a text, which is no token");
            }
        }
    }
    for (const char* name : {"<|endoftext|>", "<|end_of_text|>", "</s>"}) {
        auto found = ids.find(name);
        if (end_ < 0 && found != ids.end()) {
            end_ = found->second;
        }
    }
}

void ByteBpe::encode(std::string_view text, bool special, std::vector<int32_t>& ids) const {
    if (special) {
        ids.insert(ids.end(), text_.before.begin(), text_.before.end());
    }
    Merger merger = model_.merger();
    for (const AddedTokens::Run& run : raw_.split(text, special)) {
        if (run.id >= 0) {
            ids.push_back(run.id);
        } else {
            encodeRun(text.substr(run.begin, run.end - run.begin), special, merger, ids);
        }
    }
    if (special) {
        ids.insert(ids.end(), text_.after.begin(), text_.after.end());
    }
}

void ByteBpe::encodeRun(std::string_view run, bool special, Merger& merger, std::vector<int32_t>& ids) const {
    std::string form;
    if (text_.composes && !isPlainlyComposed(run)) {
        form = composed(run);
        run = form;
    }
    if (normalized_.empty()) {
        encodePlain(run, merger, ids);
        return;
    }
    for (const AddedTokens::Run& part : normalized_.split(run, special)) {
        if (part.id >= 0) {
            ids.push_back(part.id);
        } else {
            encodePlain(run.substr(part.begin, part.end - part.begin), merger, ids);
        }
    }
}

void ByteBpe::encodePlain(std::string_view run, Merger& merger, std::vector<int32_t>& ids) const {
    if (text_.prefixSpace && run.substr(0, 1) != " ") {
        model_.encode(text_.cut, " " + std::string(run), merger, ids);
    } else {
        model_.encode(text_.cut, run, merger, ids);
    }
}

void ByteBpe::decodeNext(int32_t id, Place& place, std::string& bytes) const {
    if (model_.tokens().has(id)) {
        bytes += model_.tokens().bytes(id);
    } else {
        auto found = contents_.find(id);
        if (found == contents_.end()) {
            refuseId(id, vocabSize_);
        }
        bytes += found->second;
    }
    place.begun = true;
}

}  // namespace llmsys
