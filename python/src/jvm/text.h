// Texts between C++ (UTF-8) and Java (UTF-16). JNI's own functions for UTF-8 write zero bytes and characters beyond 16 bits as nobody else does.
#pragma once

#include <string>
#include <vector>

#include <jni.h>

#include "jvm/reference.h"

namespace llmsys::jvm {

// Throws Problem when Java has no memory for it. Bytes that are no UTF-8 become U+FFFD.
Local<jstring> toJava(JNIEnv* env, const std::string& text);
Local<jobjectArray> toJava(JNIEnv* env, const std::vector<std::string>& texts);

// An unpaired surrogate becomes U+FFFD.
std::string fromJava(JNIEnv* env, jstring text);
std::vector<std::string> fromJava(JNIEnv* env, jobjectArray texts);

}  // namespace llmsys::jvm
