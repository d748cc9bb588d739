#include "jvm/text.h"

#include <cstdint>

#include "jvm/problem.h"

namespace llmsys::jvm {

namespace {

constexpr uint32_t REPLACEMENT = 0xFFFD;

// One character from position at on, which moves behind it.
uint32_t decode(const std::string& text, size_t& at) {
    auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
    uint32_t first = byte(at++);
    if (first < 0x80) {
        return first;
    }
    int more = first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 && first < 0xF0 ? 2 : first >= 0xC2 && first < 0xE0 ? 1 : 0;
    if (more == 0 || at + static_cast<size_t>(more) > text.size()) {
        return REPLACEMENT;
    }
    uint32_t c = first & (0x3Fu >> more);
    for (int i = 0; i < more; i++) {
        if ((byte(at + static_cast<size_t>(i)) & 0xC0) != 0x80) {
            return REPLACEMENT;
        }
        c = c << 6 | (byte(at + static_cast<size_t>(i)) & 0x3F);
    }
    bool tooLong = (more == 2 && c < 0x800) || (more == 3 && c < 0x10000);
    if (tooLong || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) {
        return REPLACEMENT;
    }
    at += static_cast<size_t>(more);
    return c;
}

void encode(uint32_t c, std::string& text) {
    auto put = [&](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

}  // namespace

Local<jstring> toJava(JNIEnv* env, const std::string& text) {
    std::vector<jchar> units;
    units.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        uint32_t c = decode(text, at);
        if (c < 0x10000) {
            units.push_back(static_cast<jchar>(c));
        } else {
            units.push_back(static_cast<jchar>(0xD800 + ((c - 0x10000) >> 10)));
            units.push_back(static_cast<jchar>(0xDC00 + ((c - 0x10000) & 0x3FF)));
        }
    }
    jstring made = env->NewString(units.data(), static_cast<jsize>(units.size()));
    check(env);
    return Local<jstring>(env, made);
}

Local<jobjectArray> toJava(JNIEnv* env, const std::vector<std::string>& texts) {
    Local<jclass> type(env, env->FindClass("java/lang/String"));
    check(env);
    Local<jobjectArray> array(env, env->NewObjectArray(static_cast<jsize>(texts.size()), type.get(), nullptr));
    check(env);
    for (size_t i = 0; i < texts.size(); i++) {
        env->SetObjectArrayElement(array.get(), static_cast<jsize>(i), toJava(env, texts[i]).get());
    }
    return array;
}

std::string fromJava(JNIEnv* env, jstring text) {
    jsize length = env->GetStringLength(text);
    std::vector<jchar> units(static_cast<size_t>(length));
    env->GetStringRegion(text, 0, length, units.data());
    std::string utf8;
    for (size_t i = 0; i < units.size(); i++) {
        uint32_t c = units[i];
        if (c >= 0xD800 && c < 0xDC00 && i + 1 < units.size() && units[i + 1] >= 0xDC00 && units[i + 1] < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (units[++i] - 0xDC00u);
        } else if (c >= 0xD800 && c < 0xE000) {
            c = REPLACEMENT;
        }
        encode(c, utf8);
    }
    return utf8;
}

std::vector<std::string> fromJava(JNIEnv* env, jobjectArray texts) {
    std::vector<std::string> list;
    jsize length = env->GetArrayLength(texts);
    for (jsize i = 0; i < length; i++) {
        Local<jstring> text(env, static_cast<jstring>(env->GetObjectArrayElement(texts, i)));
        list.push_back(text.get() == nullptr ? "" : fromJava(env, text.get()));
    }
    return list;
}

}  // namespace llmsys::jvm
