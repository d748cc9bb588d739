#include "engine/files/mapped_file.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "engine/core/error.h"

#if defined(__unix__) || defined(__APPLE__)
#define LLMSYS_MMAP 1
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace llmsys {

namespace fs = std::filesystem;

namespace {

Error absent(const std::string& path) {
    return Error(LLS_NOT_FOUND, "cannot read " + path, "there is no such file", "give the path of a model's file or folder");
}

Error unreadable(const std::string& path, const std::string& why) {
    return Error(LLS_FILE, "cannot read " + path, why, "check the file and the disk it lies on");
}

}  // namespace

#if defined(LLMSYS_MMAP)

namespace {

struct Descriptor {
    int number;
    ~Descriptor() {
        if (number >= 0) {
            close(number);
        }
    }
};

}  // namespace

MappedFile::MappedFile(const std::string& path) {
    Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.number < 0) {
        throw errno == ENOENT || errno == ENOTDIR ? absent(path) : unreadable(path, std::strerror(errno));
    }
    struct stat about;
    if (fstat(file.number, &about) != 0) {
        throw unreadable(path, std::strerror(errno));
    }
    if (!S_ISREG(about.st_mode)) {
        throw unreadable(path, "it is no file");
    }
    if (about.st_size == 0) {
        return;
    }
    void* memory = mmap(nullptr, static_cast<size_t>(about.st_size), PROT_READ, MAP_PRIVATE, file.number, 0);
    if (memory == MAP_FAILED) {
        throw unreadable(path, std::string("it cannot be mapped: ") + std::strerror(errno));
    }
    bytes_ = {static_cast<const uint8_t*>(memory), static_cast<int64_t>(about.st_size)};
}

MappedFile::~MappedFile() {
    if (bytes_.data != nullptr) {
        munmap(const_cast<uint8_t*>(bytes_.data), static_cast<size_t>(bytes_.size));
    }
}

#else

MappedFile::MappedFile(const std::string& path) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    if (!file) {
        throw absent(path);
    }
    std::error_code failed;
    uintmax_t size = fs::file_size(path, failed);
    if (failed || size > static_cast<uintmax_t>(INT64_MAX)) {
        throw unreadable(path, failed.message());
    }
    copy_ = Buffer(static_cast<int64_t>(size), "file");
    if (std::fread(copy_.data(), 1, size, file.get()) != size) {
        throw unreadable(path, "it became shorter while it was read");
    }
    bytes_ = {static_cast<const uint8_t*>(copy_.data()), static_cast<int64_t>(size)};
}

MappedFile::~MappedFile() = default;

#endif

bool isFolder(const std::string& path) {
    std::error_code failed;
    return fs::is_directory(path, failed);
}

bool isFile(const std::string& path) {
    std::error_code failed;
    return fs::is_regular_file(path, failed);
}

std::string textOf(const std::string& path, int64_t largest) {
    MappedFile file(path);
    if (file.bytes().size > largest) {
        throw Error(LLS_FILE, "cannot read " + path, "it is larger than " + std::to_string(largest) + " bytes",
                    "give the model's own " + nameIn(path));
    }
    return std::string(file.bytes().text());
}

std::vector<std::string> namesIn(const std::string& folder, size_t most) {
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator each(folder, failed), end; !failed && each != end && names.size() < most; each.increment(failed)) {
        names.push_back(each->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string folderOf(const std::string& path) {
    std::string folder = fs::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

std::string nameIn(const std::string& path) { return fs::path(path).filename().string(); }

std::string joined(const std::string& folder, const std::string& name) { return (fs::path(folder) / name).string(); }

bool endsWith(const std::string& text, const char* ending) {
    size_t length = std::strlen(ending);
    return text.size() >= length && text.compare(text.size() - length, length, ending) == 0;
}

}  // namespace llmsys
