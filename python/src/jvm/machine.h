// The Java virtual machine of this process. There is one at most, and once it runs it stays: HotSpot cannot be started twice.
#pragma once

#include <string>
#include <vector>

#include <jni.h>

namespace llmsys::jvm {

// Opens libjvm and starts the machine. Called with the GIL, gives it back meanwhile.
//   library   path of libjvm.so
//   options   as on the command line of java
// Throws llmsys.Error when the library cannot be opened, the machine refuses an option, or another program's machine runs here.
void startMachine(const std::string& library, const std::vector<std::string>& options);

bool machineRuns();

// This thread's way into the machine. A thread that comes for the first time is attached, as a daemon so that nobody waits for it, and leaves the
// machine when it ends. Throws Problem in a forked child, and inside a sampler.
JNIEnv* environment();

// While it lives this thread looks into an array of Java and must not call Java: environment() refuses.
class LookingIntoArray {
public:
    LookingIntoArray();
    ~LookingIntoArray();
    LookingIntoArray(const LookingIntoArray&) = delete;
    LookingIntoArray& operator=(const LookingIntoArray&) = delete;
};

}  // namespace llmsys::jvm
