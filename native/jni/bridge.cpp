#include "jni/bridge.h"

#include <atomic>
#include <string>
#include <string_view>

namespace llmsys::bridge {

namespace {

// How many class loaders have this library: a bundle that is refreshed starts with a new one while the old one waits to be collected, and the system
// gives both the same copy.
std::atomic<int> loaders{0};

constexpr char PROBLEM[] = "org/llmsys/assembly/Problem";

constexpr jint FAILED = 1;
constexpr jint MISUSED = 2;

jmethodID makerOfProblems(JNIEnv* env, jclass type) {
    return env->GetMethodID(type, "<init>", "(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;ILjava/lang/Throwable;)V");
}

// What stands behind "key: " up to the next line that begins with the following key; texts may have several lines.
std::string_view part(std::string_view text, std::string_view key, std::string_view next) {
    size_t begin = text.find(key);
    if (begin == std::string_view::npos) {
        return {};
    }
    begin += key.size();
    size_t end = next.empty() ? std::string_view::npos : text.find(next, begin);
    return text.substr(begin, end == std::string_view::npos ? end : end - begin);
}

// The next code point of UTF-8, or U+FFFD for a byte that fits nowhere.
char32_t next(std::string_view text, size_t& at) {
    auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char lead = byte(at++);
    if (lead < 0x80) {
        return lead;
    }
    int more = lead >= 0xF0 && lead < 0xF5 ? 3 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xC2 && lead < 0xE0 ? 1 : 0;
    if (more == 0 || at + static_cast<size_t>(more) > text.size()) {
        return 0xFFFD;
    }
    char32_t point = lead & (0x3F >> more);
    for (int i = 0; i < more; i++) {
        if ((byte(at + static_cast<size_t>(i)) & 0xC0) != 0x80) {
            return 0xFFFD;
        }
        point = point << 6 | (byte(at + static_cast<size_t>(i)) & 0x3F);
    }
    constexpr char32_t LEAST[] = {0, 0x80, 0x800, 0x10000};
    if (point < LEAST[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
        return 0xFFFD;
    }
    at += static_cast<size_t>(more);
    return point;
}

jstring toJava(JNIEnv* env, std::string_view utf8) {
    try {
        std::u16string wide;
        for (size_t at = 0; at < utf8.size();) {
            char32_t point = next(utf8, at);
            if (point < 0x10000) {
                wide.push_back(static_cast<char16_t>(point));
            } else {
                wide.push_back(static_cast<char16_t>(0xD7C0 + (point >> 10)));
                wide.push_back(static_cast<char16_t>(0xDC00 + (point & 0x3FF)));
            }
        }
        return env->NewString(reinterpret_cast<const jchar*>(wide.data()), static_cast<jsize>(wide.size()));
    } catch (...) {                                                    // no memory for the text
        return env->NewString(nullptr, 0);
    }
}

}  // namespace

jstring toJava(JNIEnv* env, const char* utf8) { return utf8 == nullptr ? nullptr : toJava(env, std::string_view(utf8)); }

void raise(JNIEnv* env, lls_status status) {
    if (status == LLS_OK || env->ExceptionCheck()) {
        return;
    }
    std::string_view text = lls_last_error();
    std::string_view what = part(text, "error: ", "\nwhy: ");
    std::string_view why = part(text, "\nwhy: ", "\nfix: ");
    std::string_view fix = part(text, "\nfix: ", "");
    jstring texts[] = {toJava(env, what.empty() ? "the native engine failed" : what), nullptr, nullptr};
    if (texts[0] == nullptr || (texts[1] = toJava(env, why)) == nullptr || (texts[2] = toJava(env, fix)) == nullptr) {
        return;                                                        // OutOfMemoryError is pending
    }
    bool misuse = status == LLS_INVALID || status == LLS_SHAPE || status == LLS_STATE;
    jclass type = env->FindClass(PROBLEM);                             // as the class whose method this is sees it
    jmethodID make = type == nullptr ? nullptr : makerOfProblems(env, type);
    auto problem = make == nullptr ? nullptr : static_cast<jthrowable>(env->NewObject(type, make, texts[0], texts[1], texts[2],
        misuse ? MISUSED : FAILED, nullptr));
    if (problem != nullptr) {
        env->Throw(problem);
        env->DeleteLocalRef(problem);
    }
    env->DeleteLocalRef(type);
    for (jstring each : texts) {
        env->DeleteLocalRef(each);
    }
}

Arrays::Arrays(JNIEnv* env, std::initializer_list<jarray> read, std::initializer_list<jarray> written) : env_(env) {
    for (jarray each : written) {
        add(each, true);
    }
    for (jarray each : read) {
        add(each, false);
    }
    int got = 0;
    for (; got < entries; got++) {
        entries_[got].data = env_->GetPrimitiveArrayCritical(entries_[got].array, nullptr);
        if (entries_[got].data == nullptr) {
            break;
        }
    }
    if (got < entries) {
        entries = got;
        release();
        env_->ExceptionClear();
        held_ = false;
        lls_fail(LLS_OUT_OF_MEMORY, "the arrays of a call cannot be held", "the Java virtual machine has no memory left",
            "give the JVM more heap (-Xmx)");
    }
}

void Arrays::add(jarray array, bool written) {
    if (array == nullptr) {
        return;
    }
    int entry = 0;
    while (entry < entries && !env_->IsSameObject(entries_[entry].array, array)) {
        entry++;
    }
    if (entry == entries) {
        entries_[entries++] = {array, nullptr, written};
    }
    operands_[operands] = array;
    entryOf_[operands++] = entry;
}

void* Arrays::find(jarray array) const noexcept {
    for (int i = 0; i < operands; i++) {
        if (operands_[i] == array) {
            return entries_[entryOf_[i]].data;
        }
    }
    return nullptr;
}

void Arrays::release() noexcept {
    while (entries > 0) {
        Entry& last = entries_[--entries];
        env_->ReleasePrimitiveArrayCritical(last.array, last.data, last.written ? 0 : JNI_ABORT);
    }
}

void Arrays::finish(lls_status status) {
    release();
    raise(env_, held_ ? status : LLS_OUT_OF_MEMORY);
}

}  // namespace llmsys::bridge

extern "C" {

// Weak: an engine without it keeps its caches when it is unloaded.
lls_status lls_shutdown(void) __attribute__((weak));

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* machine, void*) {
    using namespace llmsys::bridge;
    JNIEnv* env = nullptr;
    if (lls_require_abi(LLS_ABI_VERSION) != LLS_OK || machine->GetEnv(reinterpret_cast<void**>(&env), JNI_VERSION_10) != JNI_OK) {
        return JNI_ERR;                                                // Java says UnsatisfiedLinkError
    }
    jclass found = env->FindClass(PROBLEM);
    if (found == nullptr || makerOfProblems(env, found) == nullptr) {
        return JNI_ERR;
    }
    env->DeleteLocalRef(found);
    loaders.fetch_add(1);
    return JNI_VERSION_10;
}

// A loader was collected. With the last one, threads of the pool would run in code that is gone, and what is kept would be lost.
JNIEXPORT void JNICALL JNI_OnUnload(JavaVM*, void*) {
    if (llmsys::bridge::loaders.fetch_sub(1) == 1) {
        lls_set_threads(1);
        if (lls_shutdown != nullptr) {
            lls_shutdown();
        }
    }
}

}  // extern "C"
