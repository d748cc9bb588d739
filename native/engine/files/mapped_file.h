// A file's bytes in memory, read by the system as they are touched. The file may be unlinked or replaced meanwhile, not shortened.
#pragma once

#include <string>
#include <vector>

#include "engine/core/buffer.h"
#include "engine/files/bytes.h"

namespace llmsys {

class MappedFile {
public:
    // Throws Error LLS_NOT_FOUND, LLS_FILE; where there is no mapping the file is read into memory.
    explicit MappedFile(const std::string& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    Bytes bytes() const noexcept { return bytes_; }

private:
    Bytes bytes_;
    Buffer copy_;
};

bool isFolder(const std::string& path);
bool isFile(const std::string& path);
// The whole of a small file. Throws Error LLS_FILE when it is larger.
std::string textOf(const std::string& path, int64_t largest);
// Names in a folder, sorted, at most so many are looked at; none when it cannot be read.
std::vector<std::string> namesIn(const std::string& folder, size_t most);
std::string folderOf(const std::string& path);                                  // "." for a bare name
std::string nameIn(const std::string& path);                                    // what stands behind the last separator
std::string joined(const std::string& folder, const std::string& name);
bool endsWith(const std::string& text, const char* ending);

}  // namespace llmsys
